import { dirname, join } from 'node:path';
import { group, type Part } from '../../platform/lifecycle.ts';
import type { NodeState } from '../../protocol/agent/gathering.ts';
import type { Voucher } from '../../protocol/agent/messages.ts';
import { shareBackEnd } from '../back-ends/shared.ts';
import { createTurns } from '../local/turns.ts';
import type { Moment } from '../machine.ts';
import { type BrokerWork, createBrokerWork, inputFolder } from './broker-work.ts';
import { Floor, queueRoom, shareOf } from './floor.ts';
import { InputCache } from './input-cache.ts';
import { LoadReports } from './load-reports.ts';
import type { TasksOptions } from './options.ts';
import type { Share } from './owner-rules.ts';
import type { Capacity } from './room.ts';
import { createSole } from './sole.ts';
import { endingStrays } from './strays.ts';

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
  const { queues } = backEnd.powers;
  const most = queues === null ? (config['concurrent-programs'] ?? cpus) : queues.mostTasks;
  const capacity = { cpus, memoryBytes, tasks: most };
  const brokers = enrolments.length;
  // Of a queue each has an equal share of the places: what a task may take there is as much as there is.
  const part = shareOf(capacity, brokers);
  const share: Share = {
    capacity: queues === null ? part : { ...capacity, tasks: part.tasks },
    mostAttempts: Math.ceil(config['most-tasks'] / brokers),
    mostHeld: Math.ceil(config['held-tasks'] / brokers),
  };
  const roomOf = queues === null ? (all: Capacity) => all : queueRoom;
  const floor = new Floor(roomOf(capacity));
  const transfersEach = Math.max(1, Math.floor(config.transfers / brokers));
  const marks = enrolments.map(({ mark }) => mark);
  const runs = shareBackEnd(backEnd, marks);
  const inputs = new InputCache({
    folder: join(dataFolder, 'input-cache'),
    mostBytes: keepsApart(options) ? config['input-cache'] : 0,
    keptMs: config['input-cache-kept'],
    lookMs: config['watch-interval'],
    brokers: enrolments.map(inputFolder),
    taskFolder: () => dirname(backEnd.place({ task: 'any', attempt: 1 }).folder),
    clock,
    log,
  });
  const works: readonly BrokerWork[] = enrolments.map((enrolled) =>
    createBrokerWork({
      ...options,
      enrolled,
      backEnd: runs.get(enrolled.mark)!,
      floor: floor.of(enrolled.mark, roomOf(share.capacity)),
      ...{ inputs, share, brokers },
      transfers: createTurns(transfersEach), // one that is slow keeps no other's files waiting
      diskBytes: () => load.diskBytes,
    }),
  );
  const load = new LoadReports({
    backEnd: { load: () => loadBeside(inputs, options) },
    send: (message) => {
      for (const { connection, tellInputs } of works) {
        connection.say(message);
        tellInputs();
      }
    },
    intervalMs: config['state-interval'],
    clock,
    log,
  });
  const whole = group(
    [
      ...[
        createSole(dataFolder),
        backEnd,
        endingStrays({ backEnd, enrolments, dataFolder, log }),
        inputs,
        load,
      ],
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
        free: {
          tasks: left.tasks,
          cpus: Math.min(left.cpus, cpus),
          memoryBytes: Math.min(left.memoryBytes, memoryBytes),
          diskBytes: load.diskBytes ?? null,
        },
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

/**
 * Whether programs of one owner cannot read what is kept for another: they are isolated, or nobody else's run here. Else
 * nothing is kept.
 */
function keepsApart({ backEnd, config, enrolments }: TasksOptions): boolean {
  if (backEnd.powers.isolates) return true;
  const owners = new Set(enrolments.map(({ enrolment }) => enrolment.owner));
  return !config['accept-unisolated'] && owners.size === 1;
}

/** How it is with the machine: what is kept of inputs gives way to tasks, so it counts as free. */
async function loadBeside(inputs: InputCache, { backEnd, config }: TasksOptions): Promise<Moment> {
  const { diskBytes, ...rest } = await backEnd.load();
  const most = config.disk ?? Number.POSITIVE_INFINITY;
  const all = diskBytes === undefined ? undefined : Math.min(most, diskBytes + inputs.yieldingBytes);
  return { ...rest, diskBytes: all };
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
