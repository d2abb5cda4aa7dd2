import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLimits } from '../../client/frames.ts';
import { stringText } from '../../grammar/index.ts';
import { sha256 } from '../../platform/digest.ts';
import type {
  AgentFacts,
  AgentMessage,
  BrokerMessage,
  BrokerWord,
  Voucher,
} from '../../protocol/agent/messages.ts';
import type { WantedReservations } from '../../protocol/agent/reservations.ts';
import type { Application } from '../application.ts';
import { type BackEnd, longestTask } from '../back-ends/back-end.ts';
import { isMarked } from '../back-ends/shared.ts';
import type { Turns } from '../local/turns.ts';
import type { Machine } from '../machine.ts';
import { longestTaskMs, queueIdOf } from '../queues/standing.ts';
import { machineHeaders } from '../tells.ts';
import { type BlobAccess, Blobs } from './blobs.ts';
import { Connection } from './connection.ts';
import type { Enrolled } from './enrolment.ts';
import type { FloorOf } from './floor.ts';
import type { InputCache } from './input-cache.ts';
import { InputShelf } from './input-shelf.ts';
import { dialledLines, type Lines } from './lines.ts';
import { TaskManager } from './manager.ts';
import type { TasksOptions } from './options.ts';
import { ownerRules, type Share } from './owner-rules.ts';
import { Vouchers } from './vouchers.ts';
import { Worker } from './worker.ts';

export interface BrokerWorkOptions
  extends Pick<
    TasksOptions,
    | 'config'
    | 'line'
    | 'queue'
    | 'willingness'
    | 'opening'
    | 'applications'
    | 'path'
    | 'additions'
    | 'dataFolder'
    | 'clock'
    | 'log'
  > {
  readonly enrolled: Enrolled;
  /** How lines to it come about, and where the files of its tasks are; unless set, it is dialled and asked. */
  readonly lines?: Lines | undefined;
  readonly blobs?: BlobAccess | undefined;
  /** With the runs of this broker alone. */
  readonly backEnd: BackEnd;
  readonly floor: FloorOf;
  /** What is kept of inputs, for all brokers. */
  readonly inputs: InputCache;
  readonly share: Share;
  /** What is left on the disk; nothing where that is not known. */
  readonly diskBytes: () => number | undefined;
  /** It says all that it wants kept for later. */
  readonly wantReservations: (list: WantedReservations) => void;
  /** For how many attempts of this broker at once files are fetched or sent. */
  readonly transfers: Turns;
}

/** What is done for one broker at which this node is enrolled: its tasks, and the line to it. */
export interface BrokerWork {
  /** Its attempts; they begin where the agent before this one was. */
  readonly manager: TaskManager;
  readonly connection: Connection;
  /** Tells the broker which of its inputs this node has no more. */
  tellInputs(): void;
  vouch(audience: string, signal: AbortSignal): Promise<Voucher>;
}

/** Bytes of the list of results of one task, which is kept until the broker has it. */
const listBytes = 32 * 1024 * 1024;
const frameBytes = 192 * 1024;

/** How much, in bytes, must be written to a disk that was full before it counts as one that can be. */
const trialBytes = 1024 * 1024;

export function createBrokerWork(options: BrokerWorkOptions): BrokerWork {
  const { config, enrolled, line, backEnd, applications, path, additions, dataFolder, clock } = options;
  const { floor, inputs, share, diskBytes, transfers, willingness, lines, blobs } = options;
  const { url } = enrolled.enrolment;
  const { opening } = options;
  const log = options.log.child({ broker: url });
  const patience = {
    firstMs: config['broker-retry'],
    mostMs: config['broker-retry-most'],
    random: Math.random,
  };
  const shelf = new InputShelf(inputs, inputFolder(enrolled), (message) => connection.say(message));
  const worker = new Worker({
    place: (key) => backEnd.place(key),
    blobs:
      blobs ??
      new Blobs({ url, fetch: line.fetch, token: (signal) => connection.token(signal), patience, clock }),
    shelf,
    transfers,
    path,
    additions,
    outputs: {
      totalBytes: config['result-size'],
      entries: config['result-entries'],
      depth: config['path-depth'],
      listBytes,
    },
    watchMs: config['watch-interval'],
    clock,
    log,
  });
  const manager = new TaskManager({
    backEnd,
    worker,
    rules: ownerRules(config, enrolled, applications, backEnd, share),
    floor,
    send: (message) => connection.say(message),
    journal: { file: join(dataFolder, enrolled.journal), compactBytes: config['journal-size'] },
    holds: () => shelf.greeting(),
    says: () =>
      factsOf(applications, { ...backEnd.capacity(), ...share.capacity }, partOf(diskBytes(), share.part)),
    mostHeld: share.mostHeld,
    queueId: () => options.queue && queueIdOf(options.queue),
    mostTimeMs: () => options.queue && longestTaskMs(options.queue, config['kill-grace']),
    acceptsUnisolated: config['accept-unisolated'],
    willingness,
    opening,
    stateMs: config['state-interval'],
    tryFolder: async () => {
      await shelf.giveWay();
      await tryDisk(join(dataFolder, `trial${enrolled.mark}`));
    },
    patience,
    clock,
    log,
  });
  const connection = new Connection({
    enrolled,
    lines: lines ?? dialledLines({ url, dial: line.dial, limits: socketLimits(config), patience, clock }),
    limits: {
      handshakeMs: config['broker-wait'],
      channel: { frameMessages: 1000, frameBytes, unacknowledged: 1000 },
      acknowledgeMs: 50,
      waiting: 10_000,
      waitingBytes: 16 * 2 ** 20,
      unread: 100_000 + 10 * share.mostAttempts,
    },
    greeting: () => manager.greeting(),
    receive,
    clock,
    log,
  });
  const vouchers = new Vouchers({
    send: (word) => connection.say(word),
    session: (signal) => connection.token(signal),
    answerMs: config['broker-wait'],
    clock,
  });

  function receive(words: readonly BrokerWord[]): void {
    const messages: BrokerMessage[] = [];
    for (const word of words) {
      if (word.type === 'voucher') vouchers.take(word);
      else if (word.type === 'reservations') options.wantReservations(word);
      else if (word.type === 'assign' && !canBeCalled(word.task, enrolled.mark))
        connection.say(misnamed(word));
      else messages.push(word);
    }
    manager.receive(messages);
  }

  const tellInputs = () => shelf.tell();
  return { manager, connection, tellInputs, vouch: (audience, signal) => vouchers.vouch(audience, signal) };
}

/** Under what name a broker's inputs are kept: another broker, which has another key, never has the same. */
export function inputFolder({ enrolment }: Pick<Enrolled, 'enrolment'>): string {
  return sha256(enrolment.brokerKey).slice(0, 32);
}

/** How long a line may take, and how much may wait on it. */
export function socketLimits(
  config: Pick<TasksOptions['config'], 'broker-wait' | 'broker-ping'>,
): FrameLimits {
  return {
    connectMs: config['broker-wait'],
    pingMs: config['broker-ping'],
    frameBytes: 2 ** 20,
    waitingFrames: 16,
    refusalBytes: 65_536,
  };
}

/** Whether a task may have its name here, where those of other brokers are told apart by what stands before theirs. */
function canBeCalled(task: string, mark: string): boolean {
  return !(mark === '' && isMarked(task)) && mark.length + task.length <= longestTask;
}

function misnamed({ task, attempt }: BrokerMessage & { type: 'assign' }): AgentMessage {
  const reason = 'its name cannot be used on a node';
  return { type: 'refuse', task, attempt, code: 'work-refused', reason, elsewhere: false };
}

function partOf(bytes: number | undefined, part: number): number | undefined {
  return bytes === undefined ? undefined : Math.floor(bytes * part);
}
/** Writes as much to the disk as a small task wants, and takes it away. */
async function tryDisk(file: string): Promise<void> {
  try {
    await writeFile(file, Buffer.alloc(trialBytes), { flush: true });
  } finally {
    await rm(file, { force: true });
  }
}

/** What brokers match tasks against. */
function factsOf(
  applications: readonly Application[],
  machine: Machine,
  diskBytes: number | undefined,
): AgentFacts['says'] {
  const headers = machineHeaders(machine, diskBytes);
  return {
    Application: applications.map(({ name }) => stringText(name)),
    ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
  };
}
