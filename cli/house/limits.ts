import type { HttpLimits } from '../../platform/doors/http.ts';
import type { Config } from '../settings.ts';

/** The limits of a door, of text as of HTTP. */
export function doorLimits({ doors }: Config): HttpLimits {
  return {
    connections: doors.connections,
    guests: doors['guest-connections'],
    guestsEach: doors['guest-connections-each'],
    idleMs: doors['idle-timeout'],
    inFlight: doors['in-flight'],
    unsentBytes: doors['unsent-bytes'],
    headerBytes: doors['header-bytes'],
    headersMs: doors['headers-timeout'],
    requestMs: doors['request-timeout'],
    bodyBytes: doors['body-bytes'],
    frameBytes: doors['body-bytes'],
    pingMs: doors['ping-interval'],
    lingerMs: doors.linger,
    drainMs: doors['drain-timeout'],
  };
}

/** The limits of a store. */
export function storeLimits({ house }: Config) {
  return {
    groupVerbs: house['group-verbs'],
    groupMs: house['group-time'],
    statements: house['statements-kept'],
    cacheBytes: house['store-cache'],
    journalBytes: house['journal-size'],
    busyMs: house['store-wait'],
  };
}
