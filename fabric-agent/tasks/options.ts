import type { SocketAddress } from '../../client/frames.ts';
import type { ServiceAddress } from '../../client/http.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Application } from '../application.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import type { Opening } from '../hours/opening.ts';
import type { AgentQueue } from '../queues/open.ts';
import type { AgentSettings } from '../settings.ts';
import type { Willingness } from '../willingness.ts';
import type { BlobAccess } from './blobs.ts';
import type { Enrolled } from './enrolment.ts';
import type { Lines } from './lines.ts';

/** A client as the agent has it. */
export interface CallingClient {
  readonly enrolled: Enrolled;
  /** Its lines, as they come in. */
  readonly lines: Lines;
  /** The files of its tasks, which lie here. */
  readonly blobs: BlobAccess & Part;
  /** Says how it is known which blobs tasks name, once all tasks are known that are here. */
  readonly naming: (named: () => ReadonlySet<string>) => void;
}

/** How an agent reaches its brokers, by whatever rule there is on where it may go. */
export interface BrokerLine {
  readonly dial: SocketAddress['dial'];
  readonly fetch: ServiceAddress['fetch'];
}

export interface TasksOptions {
  readonly config: AgentSettings;
  /** The brokers that this node works for; one at least, or a client. */
  readonly enrolments: readonly Enrolled[];
  /** The clients that drive this node too, by lines that they dial. */
  readonly clients?: readonly CallingClient[];
  readonly line: BrokerLine;
  /** Whether the owner has it take tasks. */
  readonly willingness: Willingness;
  /** Whether it serves at this time of day. */
  readonly opening: Opening;
  readonly backEnd: BackEnd;
  /** Where its runs are, in one line; nothing is held to it where it is undefined. */
  readonly family?: string;
  /** The queue in which tasks wait, where they wait in one that can be seen. */
  readonly queue?: AgentQueue | undefined;
  readonly applications: readonly Application[];
  /** The owner's search path, and what the owner adds to every environment. */
  readonly path: string;
  readonly additions: ReadonlyMap<string, string>;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Log;
}
