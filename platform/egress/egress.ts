import { lookup as systemLookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { type Failure, Refusal } from '../failure.ts';
import { type Address, parseAddress } from '../identity/address.ts';
import { createFetch, type Fetch, type FetchLimits } from './fetch.ts';
import { allows, type EgressRule, parseRanges, parseTarget } from './rule.ts';

export interface ConnectOptions {
  /** How long resolving and connecting may take together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Single IP addresses that are allowed for this call besides the rule's, such as the one that a Tell came from. */
  readonly also?: readonly string[] | undefined;
}

/**
 * Every call that the house makes, by its purpose: the house dials only what its owner named. An address is
 * checked as the bytes that it is, however it was written; a name is resolved once, and what was checked is dialled.
 */
export interface Egress<Purpose extends string> {
  /** Whether a literal address, `host:port`, may be dialled; false for names, which only dialling resolves. */
  permits(purpose: Purpose, address: string, also?: readonly string[]): boolean;
  /**
   * Connects to `host:port`.
   *
   * @throws Refusal `bad-address`, `egress-denied`, `unreachable`, `timeout`; the reason of `signal` when it aborts
   */
  connect(purpose: Purpose, address: string, options: ConnectOptions): Promise<Socket>;
  /**
   * A `fetch` under the rule of a purpose. It follows no redirect, and what fails is a Refusal: also `redirected`,
   * `too-large`. Its connections are kept for the next call, and never keep the process alive.
   */
  fetch(purpose: Purpose, limits: FetchLimits): Fetch;
}

/** Resolves a name to all its addresses. */
export type Lookup = (name: string) => Promise<readonly string[]>;

export function createEgress<Purpose extends string>(options: {
  readonly rules: Readonly<Record<Purpose, EgressRule>>;
  /** The system's resolver, unless set. */
  readonly lookup?: Lookup | undefined;
}): Egress<Purpose> {
  const lookup = options.lookup ?? lookupAll;
  const ranges = new Map(
    Object.entries<EgressRule>(options.rules).map(([purpose, rule]) => [purpose, parseRanges(rule)]),
  );

  function allowed(purpose: Purpose, address: Address, port: number, also: readonly string[] = []): boolean {
    const { ports } = options.rules[purpose];
    return (ports === 'any' || ports.includes(port)) && allows(ranges.get(purpose) ?? [], also, address);
  }

  async function connect(purpose: Purpose, address: string, call: ConnectOptions): Promise<Socket> {
    const target = parseTarget(address);
    if (target === undefined) throw new Refusal(badAddress(purpose, address));
    const { host, port } = target;
    const timeout = AbortSignal.timeout(call.timeoutMs);
    const signal = call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]);
    try {
      const found = typeof host === 'string' ? await resolve(lookup(host), signal) : [host];
      const candidates = found.filter((one) => allowed(purpose, one, port, call.also));
      if (candidates.length === 0 && found.length > 0) {
        throw new Refusal(denied(purpose, address, options.rules[purpose].setting));
      }
      return await dialFirst(candidates, port, signal);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      throw new Refusal(
        timeout.aborted ? late(purpose, address, call.timeoutMs) : unreachable(purpose, address, error),
        { cause: error },
      );
    }
  }

  return {
    permits(purpose, address, also) {
      const target = parseTarget(address);
      return (
        target !== undefined &&
        typeof target.host !== 'string' &&
        allowed(purpose, target.host, target.port, also)
      );
    },
    connect,
    fetch: (purpose, limits) =>
      createFetch({
        purpose,
        limits,
        connect: (address) => connect(purpose, address, { timeoutMs: limits.timeoutMs }),
      }),
  };
}

async function lookupAll(name: string): Promise<string[]> {
  const found = await systemLookup(name, { all: true });
  return found.map(({ address }) => address);
}

/** What a resolver says, as addresses; it may be waited for no longer than the signal says. */
async function resolve(looking: Promise<readonly string[]>, signal: AbortSignal): Promise<Address[]> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const found = await Promise.race([looking, aborted.promise]);
    return found.map(parseAddress).filter((address) => address !== undefined);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Dials one address after the other until one answers. */
async function dialFirst(addresses: readonly Address[], port: number, signal: AbortSignal): Promise<Socket> {
  let failure: unknown = new Error('the name has no address');
  for (const address of addresses) {
    signal.throwIfAborted();
    const socket = dial({ host: address.toString(), port, noDelay: true });
    try {
      await once(socket, 'connect', { signal });
      return socket;
    } catch (error) {
      socket.on('error', () => {}); // told already
      socket.destroy();
      failure = error;
    }
  }
  throw failure;
}

function badAddress(purpose: string, address: string): Failure {
  return {
    code: 'bad-address',
    status: 400,
    detail: `'${address.slice(0, 100)}' is no address that ${purpose} could be sent to`,
    next: "write it as 'host:port', such as 193.10.66.20:8484 or [2001:db8::1]:8484",
  };
}

function denied(purpose: string, address: string, setting: string): Failure {
  return {
    code: 'egress-denied',
    status: 403,
    detail: `${purpose} may not be sent to ${address}`,
    next: `if it should be, add the address and its port to the setting ${setting}`,
  };
}

function late(purpose: string, address: string, timeoutMs: number): Failure {
  return {
    code: 'timeout',
    status: 504,
    detail: `${purpose}: ${address} did not answer within ${timeoutMs / 1000} s`,
  };
}

function unreachable(purpose: string, address: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const why = code === 'ECONNREFUSED' ? 'nothing listens there' : (code ?? String(error));
  return { code: 'unreachable', status: 502, detail: `${purpose}: ${address} could not be reached: ${why}` };
}
