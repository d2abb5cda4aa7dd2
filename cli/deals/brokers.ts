import { DealsClient, type OfferingBroker } from '../../client/index.ts';
import { formatAddress, parseAddress } from '../../grammar/index.ts';
import type { Context } from '../commands/context.ts';
import { readSecret } from '../secret.ts';
import { serviceAt } from '../services.ts';
import type { Matches } from './asking.ts';

/** How long, in milliseconds, a broker may be away that is asked for an Offer: others are there. */
const awayMs = 2_000;

/** A broker with which a deal may be made. */
export interface DealBroker extends OfferingBroker {
  /** By which commands reach it as the only broker. */
  readonly context: Context;
  /** What a command that is to reach it says more: nothing of the user's own. */
  readonly flags: string;
}

/** Whom to ask for Offers, and who offers it too and is not known here. */
export interface Known {
  readonly brokers: readonly DealBroker[];
  readonly unknown: readonly string[];
}

/**
 * The brokers of an Ask's matches that the configuration names: a token goes nowhere that only a Tell says. The user's own
 * is asked wherever one of the others may be it.
 */
export function brokersOf(context: Context, matches: Pick<Matches, 'brokers'>): Known {
  const { client } = context.config;
  const own: DealBroker = brokerAt(context, client['broker-url'], '');
  const listed = new Map(client.brokers.map((one) => [canonical(one.address), one]));
  const found = new Map<string, DealBroker>();
  const unknown: string[] = [];
  for (const address of matches.brokers) {
    const one = listed.get(canonical(address));
    if (one === undefined) unknown.push(address);
    else if (one.url === own.context.config.client['broker-url'])
      found.set(one.url, { ...own, name: address });
    else {
      const { url, tokenFile } = one;
      const there = contextAt(context, url, tokenFile);
      found.set(url, { ...brokerAt(there, url, ` --broker-url ${url}`), name: address });
    }
  }
  const isOwnAmongUnknown = unknown.length > 0 && !found.has(client['broker-url']);
  if (!isOwnAmongUnknown) return { brokers: [...found.values()], unknown };
  const [only, ...more] = unknown;
  // Where one is left, the own broker is that one; of several it will say which.
  const named = more.length === 0 && only !== undefined ? { ...own, name: only } : own;
  return { brokers: [named, ...found.values()], unknown: more.length === 0 ? [] : unknown };
}

function brokerAt(context: Context, url: string, flags: string): DealBroker {
  const deals = new DealsClient(serviceAt(context, 'broker'), { awayMs });
  return { name: url, context, flags, send: (document, options) => deals.send(document, options) };
}

/** The same configuration, but for the broker and the token that it is shown. */
function contextAt(context: Context, url: string, tokenFile: string | undefined): Context {
  const { config } = context;
  let token: Promise<string> | undefined;
  return {
    ...context,
    config: { ...config, client: { ...config.client, 'broker-url': url, 'token-file': tokenFile } },
    token: async () => {
      if (tokenFile !== undefined) token ??= readSecret(tokenFile);
      return token;
    },
  };
}

function canonical(address: string): string {
  const parsed = parseAddress(address);
  return (parsed === undefined ? address : formatAddress(parsed)).toLowerCase();
}
