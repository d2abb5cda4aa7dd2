import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Answers } from '../../fabric-agent/init/proposals.ts';
import { isLoopback } from '../../platform/identity/address.ts';
import { settingAt } from './questions.ts';

/** How long, in milliseconds, a name may take to be looked up. */
const lookMs = 5_000;
/** Addresses (a count) of one name that are let through. */
const mostAddresses = 16;

/**
 * What follows from where the broker is: infogather is there too, and the agent may call its addresses. Undefined in
 * place of the addresses where the name is not known here; then its owner has to say them.
 */
export async function brokerSettings(url: string): Promise<{ settings: Answers; isKnown: boolean }> {
  const settings = new Map([
    ['client.broker-url', url],
    ['client.infogather-url', url],
  ]);
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || isLoopback(host)) return { settings, isKnown: true };
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host];
  const ranges = addresses.slice(0, mostAddresses).map((one) => `${one}/${isIP(one) === 6 ? 128 : 32}`);
  const usual = settingAt('egress.service-ranges').fallback ?? '';
  settings.set('egress.service-ranges', [usual, ...ranges].join(', '));
  return { settings, isKnown: addresses.length > 0 };
}

async function addressesOf(host: string): Promise<string[]> {
  const late = AbortSignal.timeout(lookMs);
  const never = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error('nobody answers')), { once: true });
  });
  try {
    const found = await Promise.race([lookup(host, { all: true }), never]);
    return [...new Set(found.map(({ address }) => address))];
  } catch {
    return [];
  }
}
