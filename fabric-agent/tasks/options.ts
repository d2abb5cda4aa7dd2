import type { SocketAddress } from '../../client/frames.ts';
import type { ServiceAddress } from '../../client/http.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Application } from '../application.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import type { AgentSettings } from '../settings.ts';
import type { Enrolled } from './enrolment.ts';

/** How an agent reaches its brokers, by whatever rule there is on where it may go. */
export interface BrokerLine {
  readonly dial: SocketAddress['dial'];
  readonly fetch: ServiceAddress['fetch'];
}

export interface TasksOptions {
  readonly config: AgentSettings;
  /** The brokers that this node works for, one at least. */
  readonly enrolments: readonly Enrolled[];
  readonly line: BrokerLine;
  readonly backEnd: BackEnd;
  readonly applications: readonly Application[];
  /** The owner's search path, and what the owner adds to every environment. */
  readonly path: string;
  readonly additions: ReadonlyMap<string, string>;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Log;
}
