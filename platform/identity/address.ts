import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IP address that was read strictly: IPv4 written as IPv6 has become IPv4, so that one host has one form. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Reads a literal IP address. Only the usual spellings count (four decimal numbers, or RFC 4291 text): what
 * else some systems take for an address (`127.1`, `0x7f000001`, a zone such as `%eth0`) is undefined.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  // RFC 4291, 2.5.5.1, long out of use: `::127.0.0.1` is not 127.0.0.1, but ipaddr.js takes it for that.
  if (/^::\d+\./.test(text)) return undefined;
  return ipaddr.process(text);
}

/** Whether a literal address is this machine itself: 127.0.0.0/8 or ::1. */
export function isLoopback(text: string): boolean {
  return parseAddress(text)?.range() === 'loopback';
}
