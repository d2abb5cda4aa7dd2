import { dirname, join } from 'node:path';
import { group, type Part } from '../../platform/lifecycle.ts';
import type { NodeState } from '../../protocol/agent/gathering.ts';
import type { Voucher } from '../../protocol/agent/messages.ts';
import { keepingFamily } from '../back-ends/family.ts';
import { shareBackEnd } from '../back-ends/shared.ts';
import { createTurns } from '../local/turns.ts';
import type { Moment } from '../machine.ts';
import { queueStanding } from '../queues/standing.ts';
import { Waits } from '../queues/waits.ts';
import { ReservationKeeper } from '../reservations/keeper.ts';
import { type BrokerWork, createBrokerWork, inputFolder } from './broker-work.ts';
import type { Enrolled } from './enrolment.ts';
import { Floor, queueRoom, shareOf } from './floor.ts';
import { InputCache } from './input-cache.ts';
import { LoadReports } from './load-reports.ts';
import { namedBlobs } from './named-blobs.ts';
import type { CallingClient, TasksOptions } from './options.ts';
import type { Share } from './owner-rules.ts';
import type { Capacity } from './room.ts';
import { type Parts, partsOf } from './shares.ts';
import { showTasks, type TasksShown } from './showing.ts';
import { createSole } from './sole.ts';
import { endingStrays } from './strays.ts';
import { tasksUnderWay } from './under-way.ts';

export type { BrokerLine, CallingClient } from './options.ts';
export type { TasksShown } from './showing.ts';

/** Who sends tasks: a broker that is dialled, or a client with what it brings. */
type OtherEnd = Pick<CallingClient, 'enrolled'> & Partial<CallingClient>;

/** The tasks of all brokers, and of the clients that take the part of one. */
export interface Tasks extends Part {
  /** How the node stands. */
  standing(): NodeState;
  /** How all of it is, for the owner of the node. */
  show(): TasksShown;
  /**
   * Has a broker that is there vouch for this agent to the service at an address, and waits for one: the one whose turn it
   * is by that number, or the next.
   */
  vouch(audience: string, turn: number, signal: AbortSignal): Promise<Voucher>;
}

/** Works for the brokers at which this node is enrolled, each of which has a share of it. */
export function createTasks(options: TasksOptions): Tasks {
  const { config, backEnd, family, queue, dataFolder, clock, log } = options;
  const { clients = [] } = options;
  const ends: readonly OtherEnd[] = [...options.enrolments.map((enrolled) => ({ enrolled })), ...clients];
  const enrolments = ends.map(({ enrolled }) => enrolled);
  const { cpus, memoryBytes } = backEnd.capacity();
  const { queues } = backEnd.powers;
  const most = queues === null ? (config['concurrent-programs'] ?? cpus) : queues.mostTasks;
  const capacity = { cpus, memoryBytes, tasks: most };
  const parts = partsOf(enrolments, config);
  const shareFor = ({ own, all }: Parts): Share => {
    const part = shareOf(capacity, all, own);
    return {
      // Of a queue each has a share of the places: what a task may take there is as much as there is.
      capacity: queues === null ? part : { ...capacity, tasks: part.tasks },
      mostAttempts: Math.ceil((config['most-tasks'] * own) / all),
      mostHeld: Math.ceil((config['held-tasks'] * own) / all),
      part: own / all,
    };
  };
  const roomOf = queues === null ? (all: Capacity) => all : queueRoom;
  const floor = new Floor(roomOf(capacity));
  const transfersEach = Math.max(1, Math.floor(config.transfers / enrolments.length));
  const marks = enrolments.map(({ mark }) => mark);
  const waits = new Waits(() => clock.now());
  const runs = shareBackEnd(backEnd, marks, waits);
  const inputs = new InputCache({
    folder: join(dataFolder, 'input-cache'),
    mostBytes: keepsApart(options, enrolments) ? config['input-cache'] : 0,
    keptMs: config['input-cache-kept'],
    lookMs: config['watch-interval'],
    brokers: enrolments.map(inputFolder),
    taskFolder: () => dirname(backEnd.place({ task: 'any', attempt: 1 }).folder),
    clock,
    log,
  });
  const keeper: ReservationKeeper = new ReservationKeeper({
    ...{ backEnd, marks, clock, log },
    send: (mark, message) => works[marks.indexOf(mark)]?.connection.say(message),
    mostSlots: config['reserved-slots'],
    aheadMs: config['reserve-ahead'],
  });
  const works: readonly BrokerWork[] = ends.map(({ enrolled, lines, blobs }, at) => {
    const share = shareFor(parts[at]!);
    return createBrokerWork({
      ...options,
      ...{ enrolled, lines, blobs },
      backEnd: runs.get(enrolled.mark)!,
      floor: floor.of(enrolled.mark, roomOf(share.capacity)),
      ...{ inputs, share },
      transfers: createTurns(transfersEach), // one that is slow keeps no other's files waiting
      diskBytes: () => load.diskBytes,
      wantReservations: (list) => keeper.want(enrolled.mark, list),
    });
  });
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
        ...(family === undefined
          ? []
          : [keepingFamily({ folder: dataFolder, family, underWay: () => tasksUnderWay(dataFolder) })]),
        ...(queue === undefined ? [] : [queue.look]),
        backEnd,
        endingStrays({ backEnd, enrolments, dataFolder, log }),
        keeper,
        inputs,
        load,
      ],
      ...clients.map(({ blobs }) => blobs),
      ...works.map(({ manager }) => manager),
      naming(clients, works.slice(options.enrolments.length)),
      opening(floor),
      ...works.map(({ connection }) => connection),
    ],
    log,
  );
  const standing = (): NodeState => {
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
      ...(queue === undefined ? {} : queueStanding(queue, most, waits.medianMs)),
      ...closedOf(options),
    };
  };
  return {
    ...whole,
    standing,
    show: () => showTasks({ works, ends, backEnd, capacity, standing: standing(), nowMs: clock.now() }),
    async vouch(audience, turn, signal) {
      // Clients vouch for nobody.
      const ofBrokers = works.slice(0, options.enrolments.length);
      const first = turn % ofBrokers.length;
      const inTurn = [...ofBrokers.slice(first), ...ofBrokers.slice(0, first)];
      const there = () => inTurn.find(({ connection }) => connection.isOpen);
      if (there() === undefined) await anySession(ofBrokers, signal);
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
function keepsApart({ backEnd, config }: TasksOptions, enrolments: readonly Enrolled[]): boolean {
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

/** Until when its hours have it closed. */
function closedOf({ opening: { closedUntil } }: TasksOptions): Pick<NodeState, 'closedUntilMs'> {
  return closedUntil === undefined ? {} : { closedUntilMs: closedUntil };
}

/** What clients have here is looked through only when it is known what tasks name. */
function naming(clients: readonly CallingClient[], works: readonly BrokerWork[]): Part {
  return onceStarted(() => {
    for (const [index, client] of clients.entries())
      client.naming(() => namedBlobs(works[index]!.manager.undertakings));
  });
}

/** Attempts are let in once all brokers' are there that run already. */
function opening(floor: Floor): Part {
  return onceStarted(() => floor.open());
}

/** Does something once what stands before it has started. */
function onceStarted(act: () => void): Part {
  const stop = async () => {};
  return { start: async () => act(), stop, [Symbol.asyncDispose]: stop };
}
