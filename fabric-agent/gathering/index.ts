import type { SocketAddress } from '../../client/frames.ts';
import { printDocument1 } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { KeyPair } from '../../platform/identity/key-pair.ts';
import { group, type Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Moment } from '../machine.ts';
import { patiently, type Register } from '../register.ts';
import { createRegistration } from '../registration.ts';
import type { AgentSettings } from '../settings.ts';
import { socketLimits } from '../tasks/broker-work.ts';
import type { Tasks } from '../tasks/index.ts';
import { linePollTells, type Node, newTells, oldTells } from '../tells.ts';
import { GatheringLine } from './line.ts';
import type { Notes } from './notes.ts';
import { Telling } from './telling.ts';

/** The tasks of brokers, and the key by which those know this agent. */
export type EnrolledTasks = Pick<Tasks, 'standing' | 'vouch'> & { readonly key: KeyPair };

export interface GatheringOptions {
  readonly config: AgentSettings;
  readonly node: Node;
  readonly moment: () => Promise<Moment>;
  /** Tells infogather a document over HTTP. */
  readonly register: Register;
  /** Where infogather is, and how a line of the agent's own reaches it; without it there is none. */
  readonly infogather: { readonly url: string; readonly dial: SocketAddress['dial'] } | undefined;
  /** Without tasks no broker knows this agent, so none can vouch for it, and there is no line. */
  readonly tasks: EnrolledTasks | undefined;
  /** What is said of the node as it happens. */
  readonly notes: Notes;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often it is looked whether the node stands otherwise, in milliseconds. */
const lookMs = 1000;

/** No document lives longer, in milliseconds. */
const longestLifeMs = 86_400_000;

/** What this node is to infogather: it is registered, and where there is a line of its own, says how it stands over that. */
export function createGathering(options: GatheringOptions): Part {
  const { config, node, moment, register, clock, log } = options;
  let lastSeq = 0;
  const told = (now: Moment, standAlone: boolean) => {
    const lifeMs = Math.min(3 * config['registration-interval'], longestLifeMs);
    lastSeq = Math.max(lastSeq + 1, now.at);
    return newTells(node, now, lastSeq, lifeMs, standAlone);
  };
  const line = lineOf(options, () => registration.again());
  const telling = new Telling({
    line,
    overHttp: register,
    waitMs: config['infogather-wait'],
    tells: {
      ofLine: async () => told(await moment(), true),
      ofHttp: async () => {
        const now = await moment();
        // Version 1.0 first, so that nobody takes this node for one that speaks version 0.1 alone.
        return [...told(now, false), ...oldTells(node, now)];
      },
    },
    log,
  });
  const registration = createRegistration({
    documents: () => telling.documents(),
    register: patiently(telling.register, log),
    told: (signal) => telling.told(signal),
    intervalMs: config['registration-interval'],
    retryMs: config['registration-retry'],
    retryMostMs: config['registration-retry-most'],
    random: Math.random,
    clock,
    log,
  });
  return group(line === undefined ? [registration] : [line, registration], log);
}

function lineOf(
  { config, node, moment, infogather, tasks, notes, clock, log }: GatheringOptions,
  opened: () => void,
): GatheringLine | undefined {
  if (tasks === undefined || infogather === undefined) return undefined;
  return new GatheringLine({
    ...infogather,
    key: tasks.key,
    vouch: (audience, turn, signal) => tasks.vouch(audience, turn, signal),
    poll: async () =>
      linePollTells(node, await moment())
        .map(printDocument1)
        .join('\n'),
    standing: () => tasks.standing(),
    ...{ opened, notes },
    proofKey: config['infogather-key'],
    limits: { socket: socketLimits(config), answerMs: config['broker-wait'], lookMs },
    patience: {
      firstMs: config['broker-retry'],
      mostMs: config['broker-retry-most'],
      random: Math.random,
    },
    clock,
    log,
  });
}
