import { isIP } from 'node:net';
import { Refusal } from '../failure.ts';
import { type Address, parseAddress } from '../identity/address.ts';

/** Where calls for one purpose may go. */
export interface EgressRule {
  /** Address ranges (CIDR, such as `127.0.0.0/8`), or single addresses. */
  readonly ranges: readonly string[];
  readonly ports: readonly number[] | 'any';
  /** The name of the setting that allows more, for the refusal to tell. */
  readonly setting: string;
}

type Range = readonly [Address, number];

/** Reads the ranges of a rule once. @throws Refusal `bad-setting` */
export function parseRanges(rule: EgressRule): Range[] {
  return rule.ranges.map((text) => {
    const range = parseRange(text);
    if (range !== undefined) return range;
    throw new Refusal({
      code: 'bad-setting',
      status: 400,
      detail: `${rule.setting} names '${text}', which is no range of addresses`,
      next: "write ranges like '127.0.0.0/8' or '2001:db8::/32', or single addresses",
    });
  });
}

function parseRange(text: string): Range | undefined {
  const [base = '', length, ...rest] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || rest.length > 0) return undefined;
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  if (length === undefined) return [address, bits];
  if (!/^\d{1,3}$/.test(length)) return undefined;
  // A range of IPv4 written as IPv6 counts 96 bits more than the range that it is.
  const prefix = Number(length) - (address.kind() === 'ipv4' && isIP(base) === 6 ? 96 : 0);
  return prefix >= 0 && prefix <= bits ? [address, prefix] : undefined;
}

/** Whether an address lies in one of the ranges, or is one of the single addresses. */
export function allows(ranges: readonly Range[], also: readonly string[], address: Address): boolean {
  const within = ([base, prefix]: Range) => base.kind() === address.kind() && address.match(base, prefix);
  return ranges.some(within) || also.some((one) => parseAddress(one)?.toString() === address.toString());
}

/** An address to dial: a literal one, or a name that is yet to be resolved. */
interface Target {
  readonly host: Address | string;
  readonly port: number;
}

/**
 * Reads `host:port`, with IPv6 in brackets. A name whose last label begins with a digit is none: systems take
 * `127.1` and `0x7f000001` for addresses, and so written they are not what they seem.
 *
 * @returns undefined where it is neither
 */
export function parseTarget(text: string): Target | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, bracketed, plain = '', digits] = match;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  const address = parseAddress(bracketed ?? plain);
  if (address !== undefined) {
    return (bracketed !== undefined) === (isIP(bracketed ?? plain) === 6)
      ? { host: address, port }
      : undefined;
  }
  const isName = bracketed === undefined && plain.length <= 253 && namePattern.test(plain);
  return isName ? { host: plain.toLowerCase(), port } : undefined;
}

/** RFC 1123 labels, the last of which begins with a letter. */
const namePattern = /^(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?\.)*[a-z](?:[a-z\d-]{0,61}[a-z\d])?\.?$/i;
