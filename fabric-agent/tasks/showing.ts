import type { NodeState } from '../../protocol/agent/gathering.ts';
import type { BackEnd, BootMoment, Powers } from '../back-ends/back-end.ts';
import type { Attempt } from './attempt.ts';
import type { BrokerWork } from './broker-work.ts';
import type { LineState } from './connection.ts';
import type { Enrolled } from './enrolment.ts';
import type { Capacity } from './room.ts';
import type { Undertaking } from './undertaking.ts';

/** An attempt as the owner of the node may see it. */
export interface AttemptShown {
  readonly task: string;
  readonly attempt: number;
  /** The user whose it is, as its broker calls them. */
  readonly owner: string;
  readonly application: string;
  readonly stage: Attempt['stage'];
  /** Since when it is so, in milliseconds since 1970; of what was there before this agent, since that started. */
  readonly sinceMs: number;
  /** What it asked for. */
  readonly cpus: number;
  readonly memoryBytes: number | null;
}

/** A broker, or a client that takes the part of one. */
export interface BrokerShown {
  readonly url: string;
  /** What this node is called there. */
  readonly name: string;
  readonly owner: string;
  readonly calls: boolean;
  readonly line: LineState;
  readonly isDraining: boolean;
  readonly attempts: readonly AttemptShown[];
}

export interface TasksShown {
  readonly brokers: readonly BrokerShown[];
  readonly powers: Powers;
  /** All that tasks may take. */
  readonly capacity: Capacity;
  readonly standing: NodeState;
}

export function showTasks(given: {
  readonly works: readonly BrokerWork[];
  readonly ends: readonly { readonly enrolled: Enrolled }[];
  readonly backEnd: BackEnd;
  readonly capacity: Capacity;
  readonly standing: NodeState;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}): TasksShown {
  const { works, ends, backEnd, capacity, standing, nowMs } = given;
  const boot = backEnd.now();
  return {
    brokers: works.map(({ manager, connection }, index) => {
      const { enrolment, calls } = ends[index]!.enrolled;
      const { url, name, owner } = enrolment;
      return {
        ...{ url, name, owner, calls: calls === true, isDraining: manager.isDraining },
        line: connection.state,
        attempts: Array.from(manager.undertakings, (one) => showAttempt(one, boot, nowMs)),
      };
    }),
    powers: backEnd.powers,
    capacity,
    standing,
  };
}

function showAttempt({ attempt, sinceMs }: Undertaking, boot: BootMoment, nowMs: number): AttemptShown {
  const { key, kept, stage } = attempt;
  const { owner, application, cpus, memoryBytes } = kept;
  const wasAsked = 'asked' in attempt && attempt.asked.boot === boot.boot;
  return {
    ...key,
    ...{ owner, application, stage, cpus, memoryBytes },
    sinceMs: wasAsked ? Math.round(nowMs - (boot.atMs - attempt.asked.atMs)) : sinceMs,
  };
}
