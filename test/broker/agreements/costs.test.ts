import { expect } from 'chai';
import fc from 'fast-check';
import {
  atWorst,
  fitsUnder,
  mayYetCost,
  type OpenAttempt,
  sharesOf,
  usedOf,
  usedText,
} from '../../../broker/deals/costs.ts';
import {
  charged,
  nothingUsed,
  type Price,
  priceOf,
  type SlotAmounts,
  withAttempt,
} from '../../../grammar/index.ts';

/** A price of any rates, down to the ninth place. */
const prices = fc
  .uniqueArray(fc.constantFrom('/h', '/cpu-h', '/gpu-h', '/GiB-h', '/task', '/job', ''), { minLength: 1 })
  .chain((units) =>
    fc.tuple(...units.map((unit) => fc.nat(2_000_000_000).map((nano) => `${amount(nano)} EUR${unit}`))),
  )
  .map((rates): Price => {
    const price = priceOf(rates.join(' + '));
    if ('problem' in price) throw new Error(price.problem);
    return price;
  });

const slots: fc.Arbitrary<SlotAmounts> = fc.record({
  cpus: fc.integer({ min: 1, max: 640 }).map((tenths) => tenths / 10),
  gpus: fc.nat(8),
  memory: fc.nat(2 ** 40),
});

/** How long a task may run, how long it does, and whether its attempt is charged. */
const tasks = fc.array(
  fc.record({
    limitMs: fc.integer({ min: 1, max: 10_000_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    counts: fc.boolean(),
    holdsOn: fc.nat(3),
  }),
  { maxLength: 30 },
);

describe('what work under an agreement costs', () => {
  it('never passes the Estimate, whatever runs beside what, and however it ends', () => {
    fc.assert(
      fc.property(prices, slots, tasks, fc.bigInt(0n, 10n ** 13n), (price, slot, all, estimate) => {
        let used = nothingUsed;
        let open: (OpenAttempt & {
          readonly ms: number;
          readonly counts: boolean;
          readonly holdsOn: number;
        })[] = [];
        for (const { limitMs, share, counts, holdsOn } of all) {
          const worst = open.reduce(atWorst, used);
          expect(charged(price, worst) - charged(price, used)).to.equal(mayYetCost(price, used, open));
          if (fitsUnder(price, estimate, worst, { slot, limitMs }))
            open.push({ slot, limitMs, ms: Math.floor(share * limitMs), counts, holdsOn });
          const [ended, left] = [
            open.filter((one) => one.holdsOn === 0),
            open.filter((one) => one.holdsOn > 0),
          ];
          for (const { ms, counts: isCharged } of ended)
            if (isCharged) used = withAttempt(used, slot, { ms, counts: true });
          open = left.map((one) => ({ ...one, holdsOn: one.holdsOn - 1 }));
          expect(charged(price, used) <= estimate).to.equal(true);
          expect(charged(price, open.reduce(atWorst, used)) <= estimate).to.equal(true);
        }
      }),
    );
  });

  it('is divided among the node and the broker to the last digit, and neither ever pays', () => {
    fc.assert(
      fc.property(prices, slots, tasks, (price, slot, all) => {
        let used = nothingUsed;
        let paid = 0n;
        for (const { limitMs, share } of all) {
          const after = withAttempt(used, slot, { ms: Math.floor(limitMs * share), counts: true });
          const { node, broker } = sharesOf(price, used, after);
          expect([node >= 0n, broker >= 0n]).to.deep.equal([true, true]);
          paid += node + broker;
          used = after;
        }
        expect(paid).to.equal(charged(price, used));
      }),
    );
  });

  it('is for many alike what it is for each of them', () => {
    fc.assert(
      fc.property(slots, fc.integer({ min: 1, max: 50 }), fc.nat(10_000_000), (slot, count, limitMs) => {
        const one = { slot, limitMs };
        const each = Array.from({ length: count }, () => one).reduce(atWorst, nothingUsed);
        expect(atWorst(nothingUsed, { ...one, count })).to.deep.equal(each);
      }),
    );
  });

  it('is kept as it is', () => {
    fc.assert(
      fc.property(slots, tasks, (slot, all) => {
        const used = all.reduce(
          (sum, { limitMs }) => withAttempt(sum, slot, { ms: limitMs, counts: true }),
          nothingUsed,
        );
        expect(usedOf(usedText(used))).to.deep.equal(used);
      }),
    );
    expect(usedOf(null)).to.deep.equal(nothingUsed);
  });

  it('fits under any Estimate where nothing is charged', () => {
    expect(
      fitsUnder(undefined, undefined, nothingUsed, { slot: { cpus: 1, gpus: 0, memory: 0 }, limitMs: 1 }),
    ).to.equal(true);
  });
});

function amount(nano: number): string {
  return `${Math.floor(nano / 1e9)}.${String(nano % 1e9).padStart(9, '0')}`;
}
