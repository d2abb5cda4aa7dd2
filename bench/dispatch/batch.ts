import { fileURLToPath } from 'node:url';
import type { BenchContext } from '../harness/bench.ts';
import { LineProgram } from '../harness/line-program.ts';
import type { Side } from '../harness/rounds.ts';
import { recorded } from '../match/sides.ts';

/** Batch systems, the peers of dispatch: each runs as many jobs that do nothing as it can, where one serves here. */

export interface BatchPeer {
  readonly name: string;
  /** Its word among the settings of an agent. */
  readonly word: string;
  /** Below `bench/peers/`. */
  readonly program: string;
  /** Jobs a second at its best, where it was measured on two shared cores with 64 slots. */
  readonly atItsBest: number;
}

export const batchPeers: readonly BatchPeer[] = [
  { name: 'Slurm', word: 'slurm', program: 'slurm.sh', atItsBest: 49 },
  { name: 'Grid Engine', word: 'sge', program: 'sge.sh', atItsBest: 42 },
];

/** Jobs of one turn: one array. Fewer take no less than the second or two that a scheduler waits. */
export const jobsATurn = { whole: 300, quick: 20 };

/** Arrays through a system by itself; undefined where none serves here. */
export async function batchSide(
  { name, program }: BatchPeer,
  { quick, say }: BenchContext,
  running: AsyncDisposableStack,
): Promise<Side | undefined> {
  const count = quick ? jobsATurn.quick : jobsATurn.whole;
  const file = fileURLToPath(new URL(`../peers/${program}`, import.meta.url));
  const system = await LineProgram.start('bash', [file]).catch(() => undefined);
  if (system === undefined) {
    say(`no ${name} serves here`);
    return undefined;
  }
  running.use(system);
  const run = async () => count / Number(await system.ask(`${count}`));
  return { what: `${name}: an array of ${count}`, run };
}

/** One side for each system: measured where it serves, else as it was recorded. */
export function batchSides(context: BenchContext, running: AsyncDisposableStack): Promise<Side[]> {
  return Promise.all(
    batchPeers.map(
      async (peer) =>
        (await batchSide(peer, context, running)) ?? recorded(`jobs of ${peer.name}`, peer.atItsBest),
    ),
  );
}
