import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { AgentMessage } from '../../protocol/agent/messages.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import type { Willingness } from '../willingness.ts';
import type { OwnerRules } from './admission.ts';
import type { FloorOf } from './floor.ts';
import type { NodeFacts } from './node-facts.ts';
import type { Patience } from './pause.ts';
import type { Worker } from './worker.ts';

/** What the attempts of one broker are run with. */
export interface ManagerOptions extends NodeFacts {
  readonly backEnd: BackEnd;
  readonly worker: Worker;
  readonly rules: OwnerRules;
  /** How long, in milliseconds, a task may run just now, beside what the rules say; undefined where nothing bounds it. */
  readonly mostTimeMs?: () => number | undefined;
  /** Where attempts find room to run. */
  readonly floor: FloorOf;
  /** Says something to the broker, now or when there is a session. */
  readonly send: (message: AgentMessage) => void;
  readonly journal: { readonly file: string; readonly compactBytes: number };
  /** What the broker is told at the beginning of inputs that are here. */
  readonly holds: () => readonly AgentMessage[];
  /** Whether the owner has it take tasks, its hours aside. */
  readonly willingness: Willingness;
  /** How often the back end is asked how it is with what runs, in milliseconds: an end that it did not tell of is found so. */
  readonly stateMs: number;
  /** Does what the files of a task want of this machine; throws where that cannot be done. */
  readonly tryFolder: () => Promise<void>;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Log;
}
