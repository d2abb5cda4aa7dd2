import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { quoted, type Reading } from './quantities.ts';

/** Reads as `read` does, within limits written as a person would write them. */
export function within(
  read: (given: unknown) => Reading<number>,
  limits: { readonly min?: string | undefined; readonly max?: string | undefined },
): (given: unknown) => Reading<number> {
  const bound = (limit: string): number => {
    const reading = read(limit);
    if ('problem' in reading) throw new Error(`a limit ${reading.problem}`);
    return reading.value;
  };
  const min = limits.min === undefined ? 0 : bound(limits.min);
  const max = limits.max === undefined ? Number.MAX_SAFE_INTEGER : bound(limits.max);
  return (given) => {
    const reading = read(given);
    if ('problem' in reading) return reading;
    if (reading.value < min) return { problem: `${quoted(given)} is less than ${limits.min}` };
    if (reading.value > max) return { problem: `${quoted(given)} is more than ${limits.max}` };
    return reading;
  };
}

/** A whole number between two others, both allowed. */
export function readWhole(what: string, min: number, max: number): (given: unknown) => Reading<number> {
  return (given) => {
    const value = typeof given === 'string' && /^\s*\d+\s*$/.test(given) ? Number(given) : given;
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      return { problem: `${quoted(given)} is not ${what}` };
    if (value < min) return { problem: `${value} is less than ${min}` };
    return value > max ? { problem: `${value} is more than ${max}` } : { value };
  };
}

export function readPort(given: unknown): Reading<number> {
  return readWhole('a port', 0, 65535)(given);
}

export function readRate(given: unknown): Reading<number> {
  const value = typeof given === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(given) ? Number(given) : given;
  return typeof value === 'number' && Number.isFinite(value) && value > 0
    ? { value }
    : { problem: `${quoted(given)} is not a number a second, more than 0` };
}

/** An IPv4 address or a name, or an IPv6 address in brackets, then a colon and a port; it stays the text that it is. */
export function readAddress(given: unknown): Reading<string> {
  const wrong = {
    problem: `${quoted(given)} is no address with a port; say '127.0.0.1:7685' or '[::1]:7685'`,
  };
  if (typeof given !== 'string') return wrong;
  const value = given.trim();
  const [, v6, name, digits] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]{1,253})):(\d{1,5})$/.exec(value) ?? [];
  const known = name !== undefined || (v6 !== undefined && isIPv6(v6));
  return known && Number(digits) <= 65535 ? { value } : wrong;
}

/** The address of a service: http or https, a host and perhaps a port; no path, for the paths are the service's. */
export function readUrl(given: unknown): Reading<string> {
  const wrong = { problem: `${quoted(given)} is no address of a service; say 'http://127.0.0.1:8480'` };
  const url = typeof given === 'string' ? URL.parse(given.trim()) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return wrong;
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return bare && url.password === '' ? { value: url.origin } : wrong;
}

/** A public key that is trusted, and the name of whose it is: `name=key`. */
export function readNamedKey(given: unknown): Reading<{ name: string; key: string }> {
  const [, name, key] =
    (typeof given === 'string' && /^\s*([a-z][a-z0-9._-]{0,62})\s*=\s*([\w-]{43})\s*$/.exec(given)) || [];
  if (name !== undefined && key !== undefined) return { value: { name, key } };
  return { problem: `${quoted(given)} is no name and key; say 'name=' and the 43 characters of the key` };
}

/** A broker by the address that its Tells say, where it is called, and the file of the token that it is shown. */
export interface KnownBroker {
  readonly address: string;
  readonly url: string;
  readonly tokenFile: string | undefined;
}

/** `address=url`, and perhaps a file behind a blank; the file becomes an absolute path. */
export function readBroker(given: unknown): Reading<KnownBroker> {
  const [, named, called, file] =
    (typeof given === 'string' && /^\s*([^\s=]+)\s*=\s*(\S+)(?:\s+(\S.*?))?\s*$/.exec(given)) || [];
  const [address, url] = [readAddress(named), readUrl(called)];
  if ('problem' in address || 'problem' in url) {
    const example = '193.10.66.141:7685=https://broker.example.org:8443';
    return { problem: `${quoted(given)} is no broker; say '${example}', and behind it the file of a token` };
  }
  const tokenFile = file === undefined ? undefined : resolve(file);
  return { value: { address: address.value, url: url.value, tokenFile } };
}

export function readText(given: unknown): Reading<string> {
  if (typeof given !== 'string') return { problem: `${quoted(given)} is not text; put it in quotes` };
  return given.trim() === '' ? { problem: 'is empty' } : { value: given };
}

export function readBoolean(given: unknown): Reading<boolean> {
  if (given === true || given === 'true' || given === 'yes') return { value: true };
  if (given === false || given === 'false' || given === 'no') return { value: false };
  return { problem: `${quoted(given)} is neither true nor false` };
}

/** The entries of a list that is written as one text. */
export function pieces(given: string): string[] {
  return given.split(',').flatMap((piece) => (piece.trim() === '' ? [] : [piece.trim()]));
}
