import { isIPv6 } from 'node:net';
import { type Address, formatAddress, parseAddress } from '../grammar/index.ts';
import type { Listen } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';

/**
 * The address that is told of a door: what the owner says of it, and where it listens for all that is left unsaid.
 * A port that the owner says counts for one door alone: of several, `mayHavePort` is true for the first.
 */
export function advertise(said: string | undefined, listening: Listen, mayHavePort = true): Address {
  if (said === undefined) return listening;
  const withPort = isIPv6(said) ? undefined : parseAddress(said);
  const address = withPort ?? parseAddress(formatAddress({ host: bare(said), port: listening.port }));
  if (address !== undefined) return mayHavePort ? address : { host: address.host, port: listening.port };
  throw new Refusal({
    code: 'bad-configuration',
    status: 400,
    detail: `'${said}' is no address that could be told`,
    next: "say '193.10.66.20', '193.10.66.20:8483' or '[2001:db8::20]:8483'",
  });
}

function bare(said: string): string {
  return said.startsWith('[') && said.endsWith(']') ? said.slice(1, -1) : said;
}
