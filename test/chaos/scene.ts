import type { BrokerSide } from './brokers.ts';
import type { Crowd } from './crowd.ts';
import type { Fault } from './plan.ts';
import type { Fall } from './process.ts';
import type { Runs } from './program.ts';

/** Brokers and nodes to which faults are done, with all that is to be known of them in the end. Attempts are as nodes call them. */
export interface Scene extends AsyncDisposable {
  readonly brokers: readonly BrokerSide[];
  /** How many tasks ran at once, and when there were more than may be. */
  readonly crowd: Pick<Crowd, 'largest' | 'wrong'>;
  /** Processes that ended by themselves. */
  readonly falls: readonly Fall[];
  /** Attempts that may have run when what watched them was killed. */
  readonly hit: ReadonlySet<string>;
  /** Attempts that were on a node while its disk was full: their programs may have failed for want of room. */
  readonly crowded: ReadonlySet<string>;
  runs(): Promise<Runs>;
  /** The attempts of which the nodes still have something. */
  left(): Promise<readonly string[]>;
  /** Does a fault to it; resolves once that is over. */
  suffer(fault: Fault): Promise<void>;
  /** Waits until batch systems keep something for what was agreed; how much (a count). */
  kept?(): Promise<number>;
  /** Waits until whoever is to find each other has, after all faults; says what does not come, a sentence each. */
  missing?(): Promise<readonly string[]>;
  /** Copies all that its processes have on disk into a folder, with what they have said. */
  keep(folder: string): Promise<void>;
}
