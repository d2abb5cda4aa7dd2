import { addAbortSignal } from 'node:stream';
import { askAsText, DocumentClient, InfogatherClient, type ServiceAddress } from '../../client/index.ts';
import { type Document, formatAddress, slaAsk } from '../../grammar/index.ts';
import type { Fetch } from '../../platform/egress/fetch.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { serviceAt } from '../services.ts';
import type { Context } from './context.ts';

/** Who offers an application, and where it is served. */
export interface Found {
  readonly broker: string;
  readonly host: string;
}

/** The first of `findHosts`. */
export async function findHost(...order: Parameters<typeof findHosts>): Promise<Found> {
  for await (const found of findHosts(...order)) return found;
  throw new Error('where no host is found, a Refusal says why');
}

/**
 * Asks the market who offers an application, then those brokers, first told first, each for a Host; the next broker
 * is asked when the next Host is wanted. Throws a Refusal that says how far it came where there is no Host at all.
 */
export async function* findHosts(
  context: Context,
  application: string,
  say: (line: string) => void,
  signal: AbortSignal,
): AsyncGenerator<Found, void, undefined> {
  const { config, egress } = context;
  const request: Fetch = (input, init) => egress.request(input, { ...init, signal });
  const within = { ...context, egress: { ...egress, request } };
  const ask = slaAsk({ application });
  const market = new DocumentClient(serviceAt(within, 'market'), '/market');
  const brokers = brokersOf(await market.ask(ask));
  if (brokers.length === 0) throw await nobody(serviceAt(within, 'infogather'), application);
  const named = new Set<string>();
  let unreached: unknown;
  for (const broker of brokers) {
    say(`${application} is offered by the broker at ${broker}`);
    let host: string | undefined;
    try {
      const timeoutMs = config.egress['connect-timeout'];
      const socket = await egress.connect('a question to a broker', broker, { timeoutMs, signal });
      socket.setTimeout(config.egress['answer-timeout'], () =>
        socket.destroy(new Error('no answer in time')),
      );
      host = hostOf(await askAsText(addAbortSignal(signal, socket), ask, config.egress['answer-bytes']));
    } catch (error) {
      signal.throwIfAborted();
      say(`the broker at ${broker} gives no answer: ${(error as Error).message}`);
      unreached = error;
    }
    if (host === undefined || named.has(host)) continue;
    named.add(host);
    say(`the broker names the host ${host}`);
    yield { broker, host };
  }
  if (named.size > 0) return;
  if (unreached instanceof Error) {
    const detail = `no broker that offers ${application} gives an answer; the last: ${unreached.message}`;
    const next = unreached instanceof Refusal ? unreached.next : undefined;
    throw new Refusal(failure('unavailable', detail, next), { cause: unreached });
  }
  const detail = `no node that offers ${application} is alive just now`;
  throw new Refusal(failure('no-match', detail, 'look at ogm nodes, and try again'));
}

function brokersOf(tells: readonly Document[]): string[] {
  const brokers = tells.flatMap((tell) =>
    tell.language === 'SLA' && tell.action === 'Tell' ? [formatAddress(tell.brokerIp)] : [],
  );
  return [...new Set(brokers)];
}

function hostOf(answers: readonly Document[]): string | undefined {
  for (const answer of answers) {
    if (answer.language === 'SLA' && answer.action === 'Tell' && answer.host)
      return formatAddress(answer.host);
  }
  return undefined;
}

/** Nobody offers it; names what is offered that begins alike, where infogather can be asked. */
async function nobody(address: ServiceAddress, application: string): Promise<Refusal> {
  const infogather = new InfogatherClient(address);
  const offered = await infogather.applications().catch((): string[] => []);
  const name = /^[^\d]*/.exec(application)?.[0] ?? '';
  const alike = offered.filter((other) => name !== '' && other.startsWith(name)).sort();
  const detail = `nobody offers ${application}`;
  return new Refusal(
    alike.length === 0
      ? failure('no-match', detail)
      : failure('no-match', detail, `ask for ${alike.join(' or ')}`),
  );
}
