import { machineAd } from './ads.ts';

/**
 * The least that any scan does: the base of one request, written by hand over typed arrays of the same columns, best
 * one kept. Returns how many pairs a run looked at.
 */
export function byHand(machines: number): () => number {
  const ads = Array.from({ length: machines }, (_, number) => machineAd(number));
  const numbers = (name: string) => Float64Array.from(ads, (ad) => Number(ad[name]));
  const flags = (holds: (ad: (typeof ads)[number]) => boolean) =>
    Uint8Array.from(ads, (ad) => Number(holds(ad)));
  const [cpus, memory, disk] = [numbers('Cpus'), numbers('Memory'), numbers('Disk')];
  const [price, wall, reputation] = [
    numbers('PricePerCoreHour'),
    numbers('MaxWallTime'),
    numbers('Reputation'),
  ];
  const arch = flags(({ Arch }) => Arch === 'X86_64');
  const os = flags(({ OpSys }) => OpSys === 'LINUX');
  const vo = flags(({ AllowedVOs }) => Array.isArray(AllowedVOs) && AllowedVOs.includes('atlas'));
  return () => {
    let best = -1;
    let highest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < cpus.length; row += 1) {
      if (arch[row] === 0 || os[row] === 0 || vo[row] === 0) continue;
      if (!((cpus[row] ?? 0) >= 2 && (memory[row] ?? 0) >= 4000 && (disk[row] ?? 0) >= 4_000_000)) continue;
      if (!((price[row] ?? 0) <= 0.06 && (wall[row] ?? 0) >= 7200)) continue;
      const rank = (reputation[row] ?? 0) * 100 - (price[row] ?? 0) * 1000;
      if (rank > highest) {
        highest = rank;
        best = row;
      }
    }
    if (best < 0) throw new Error('nothing found');
    return cpus.length;
  };
}
