import { z } from 'zod';
import {
  address,
  choice,
  count,
  duration,
  folder,
  list,
  port,
  size,
  text,
} from '../platform/config/units.ts';
import { paceSettings } from '../platform/identity/paces.ts';

/** Where the services listen: on 127.0.0.1, and elsewhere where their owner says so. */
export const doorSettings = z.strictObject({
  'http-port': port(undefined, {
    says: 'HTTP and WebSocket; unless set 8480 for `ogm up` and `ogm market`, 8481 for `ogm broker`, 8482 for `ogm infogather`.',
    flag: 'http-port',
  }),
  'market-port': port(7684, { says: "The market's text door.", flag: 'market-port' }),
  'broker-port': port(7685, { says: "The broker's text door.", flag: 'broker-port' }),
  'infogather-port': port(7686, { says: "Infogather's text door.", flag: 'infogather-port' }),
  'broker-address': address(undefined, {
    says: 'What the broker says as its Broker-IP; where its text door listens unless set.',
    flag: 'broker-address',
  }),
  listen: text(undefined, {
    says: 'An address of this machine at which the services listen besides, for other machines: over TLS, and as text for the ranges of doors.text. 0.0.0.0 is all of IPv4, :: all.',
  }),
  'https-port': port(8443, { says: 'HTTP and WebSocket over TLS, at doors.listen.' }),
  certificate: folder(undefined, {
    says: 'A file with the certificate of the doors at doors.listen as PEM, and those between it and its authority. It is read again when it has changed.',
  }),
  key: folder(undefined, { says: 'The file of its private key, which only you can read.' }),
  text: list('text', [], {
    says: 'Address ranges from which the text doors at doors.listen take questions (Ask, Why), from whoever it is.',
  }),
  'text-tell': list('text', [], {
    says: 'Those of them from which Tells of version 0.1 are taken too, from whoever it is.',
  }),
  'local-users': choice(['owner', 'all'], 'owner', {
    says: 'Whom the text doors on 127.0.0.1 serve: the user who runs the service, or `all` users of the machine, each for what is theirs.',
  }),
  'clock-skew': duration('1 min', {
    says: 'How far the clock of a broker that is trusted may be from ours, for its JWTs to be taken.',
    min: '0 ms',
    max: '10 min',
  }),
  'longest-jwt': duration('1 h', {
    says: 'For how long a JWT may be signed at most to be taken.',
    max: '1 d',
  }),
  ...paceSettings,
  connections: count(1_000, { says: 'How many connections one door holds at once.', min: 1 }),
  'guest-connections': count(500, {
    says: 'How many of them may be of others than the user who runs the service.',
    min: 1,
  }),
  'guest-connections-each': count(200, {
    says: 'How many of those may be of one other user of this machine, or one other address.',
    min: 1,
  }),
  'idle-timeout': duration('5 min', {
    says: 'How long a connection may stay silent before it is closed, unless a Watch goes over it.',
  }),
  'in-flight': count(64, {
    says: 'How many messages of one connection are being answered at once; of a frame of several documents each counts.',
    min: 1,
  }),
  'unsent-bytes': size('1 MiB', { says: 'How much of an answer waits in memory for a slow reader.' }),
  'request-timeout': duration('30 s', { says: 'How long an HTTP request may take to arrive.' }),
  'body-bytes': size('256 KiB', {
    says: 'How large the body of an HTTP request that is text, or a WebSocket frame, may be. Files of jobs have bounds of their own.',
  }),
  'header-bytes': size('16 KiB', { says: 'How large the headers of an HTTP request may be.' }),
  'headers-timeout': duration('10 s', {
    says: 'How long the headers of an HTTP request may take to arrive.',
  }),
  'ping-interval': duration('30 s', {
    says: 'How often a peer over WebSocket, or one whose text connection a Watch holds, is asked whether it is still there.',
  }),
  linger: duration('2 s', { says: 'How long a peer may go on sending after the last word to it.' }),
  'admission-attempts': count(3, {
    says: 'How often the system is asked for the user of a connection.',
    min: 1,
  }),
  'answer-bytes': size('1 MiB', {
    says: 'How large the documents of one answering WebSocket frame may be; HTTP and text answer piece by piece.',
  }),
  'drain-timeout': duration('5 s', { says: 'How long a stopping service waits for what is being answered.' }),
});

type DoorSettings = z.output<typeof doorSettings>;

/** What the settings of doors say against each other, one sentence each; `known` says whether anyone is known here. */
export function doorContradictions(
  doors: DoorSettings,
  running: readonly string[],
  known: boolean,
): string[] {
  if (running.length === 0) return [];
  const { listen, certificate, key, text, 'text-tell': textTell } = doors;
  const hasText = text.length + textTell.length > 0;
  if (listen === undefined) {
    if (!hasText) return [];
    return ['doors.text names who may ask from other machines, and doors.listen no address to ask at'];
  }
  const found: string[] = [];
  const isWhole = certificate !== undefined && key !== undefined;
  if (known && !isWhole)
    found.push(
      `doors.listen (${listen}) wants TLS: give doors.certificate and doors.key, or leave doors.listen out`,
    );
  const serves = running.some((name) => name === 'market' || name === 'infogather');
  if (serves && !known && !hasText)
    found.push(
      `doors.listen (${listen}) serves nobody here: name brokers in trusted-brokers, for they know users, or ranges in doors.text`,
    );
  if (hasText && everywhere.includes(listen))
    found.push(`doors.text wants one address of this machine in doors.listen, and ${listen} is all of them`);
  return found;
}

/** Addresses that are all of this machine's. */
const everywhere = ['0.0.0.0', '::'];
