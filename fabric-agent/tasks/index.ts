import { group, type Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { NodeState } from '../../protocol/agent/gathering.ts';
import type { Voucher } from '../../protocol/agent/messages.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import { isOf, shareBackEnd } from '../back-ends/shared.ts';
import { removeTree } from '../local/remove-tree.ts';
import { createTurns } from '../local/turns.ts';
import { type BrokerWork, createBrokerWork } from './broker-work.ts';
import { Floor, shareOf } from './floor.ts';
import { LoadReports } from './load-reports.ts';
import type { TasksOptions } from './options.ts';
import type { Share } from './owner-rules.ts';
import { createSole } from './sole.ts';

export type { BrokerLine } from './options.ts';

/** The tasks of all brokers. */
export interface Tasks extends Part {
  /** How the node stands. */
  standing(): NodeState;
  /**
   * Has a broker that is there vouch for this agent to the service at an address, and waits for one: the one whose turn it
   * is by that number, or the next.
   */
  vouch(audience: string, turn: number, signal: AbortSignal): Promise<Voucher>;
}

/** Works for the brokers at which this node is enrolled, each of which has an equal share of it. */
export function createTasks(options: TasksOptions): Tasks {
  const { config, enrolments, backEnd, dataFolder, clock, log } = options;
  const { cpus, memoryBytes } = backEnd.capacity();
  const capacity = { cpus, memoryBytes, tasks: config['concurrent-programs'] ?? cpus };
  const brokers = enrolments.length;
  const share: Share = {
    capacity: shareOf(capacity, brokers),
    mostAttempts: Math.ceil(config['most-tasks'] / brokers),
    mostHeld: Math.ceil(config['held-tasks'] / brokers),
  };
  const floor = new Floor(capacity);
  const transfersEach = Math.max(1, Math.floor(config.transfers / brokers));
  const marks = enrolments.map(({ mark }) => mark);
  const runs = shareBackEnd(backEnd, marks);
  const works: readonly BrokerWork[] = enrolments.map((enrolled) =>
    createBrokerWork({
      ...options,
      enrolled,
      backEnd: runs.get(enrolled.mark)!,
      floor: floor.of(enrolled.mark, share.capacity),
      ...{ share, brokers },
      transfers: createTurns(transfersEach), // one that is slow keeps no other's files waiting
      diskBytes: () => load.diskBytes,
    }),
  );
  const load = new LoadReports({
    backEnd,
    send: (message) => {
      for (const { connection } of works) connection.say(message);
    },
    intervalMs: config['state-interval'],
    clock,
    log,
  });
  const whole = group(
    [
      ...[createSole(dataFolder), backEnd, endingStrays(backEnd, marks, log), load],
      ...works.map(({ manager }) => manager),
      opening(floor),
      ...works.map(({ connection }) => connection),
    ],
    log,
  );
  return {
    ...whole,
    standing() {
      const { running, left } = floor;
      const all = works.reduce((sum, { manager }) => sum + manager.waiting, 0);
      const isDraining = works.every(({ manager }) => manager.isDraining);
      const isBusy = left.tasks === 0 || left.cpus === 0;
      return {
        state: isDraining ? 'draining' : isBusy ? 'busy' : 'ready',
        running,
        held: all,
        free: { ...left, diskBytes: load.diskBytes ?? null },
        load: load.cpuLoad ?? 0,
      };
    },
    async vouch(audience, turn, signal) {
      const first = turn % works.length;
      const inTurn = [...works.slice(first), ...works.slice(0, first)];
      const there = () => inTurn.find(({ connection }) => connection.isOpen);
      if (there() === undefined) await anySession(works, signal);
      const next = there();
      if (next === undefined) throw new Error('no broker is there that could vouch for this agent');
      return next.vouch(audience, signal);
    },
  };
}

/** Resolves when there is a session with any of the brokers; rejects when the signal aborts. */
async function anySession(works: readonly BrokerWork[], signal: AbortSignal): Promise<void> {
  const found = new AbortController();
  const either = AbortSignal.any([signal, found.signal]);
  try {
    await Promise.any(works.map(({ connection }) => connection.token(either)));
  } finally {
    found.abort(new Error('another broker is there'));
  }
}

/** Attempts are let in once all brokers' are there that run already. */
function opening(floor: Floor): Part {
  const stop = async () => {};
  return { start: async () => floor.open(), stop, [Symbol.asyncDispose]: stop };
}

/** Ends what runs for brokers at which this node is enrolled no more: nobody would ever hear of it. */
function endingStrays(backEnd: BackEnd, marks: readonly string[], log: Log): Part {
  const stop = async () => {};
  return {
    async start() {
      const strays = (await backEnd.known()).filter(({ task }) => !marks.some((mark) => isOf(task, mark)));
      for (const key of strays) {
        log.warn('a task is ended of a broker at which this node is enrolled no more', { ...key });
        const run = { ...key, handle: null };
        try {
          await backEnd.cancel(run, 0);
          await backEnd.forget([run]);
          await removeTree(backEnd.place(key).folder);
        } catch (error) {
          log.error('it could not be ended', { ...key, error }); // the next start tries again
        }
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
