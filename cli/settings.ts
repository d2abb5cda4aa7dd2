import { z } from 'zod';
import { brokerSettings } from '../broker/settings.ts';
import { agentSettings } from '../fabric-agent/settings.ts';
import { infogatherSettings } from '../infogather/settings.ts';
import { marketSettings } from '../market/settings.ts';
import type { Source } from '../platform/config/load.ts';
import { choice, count, duration, folder, list, size, text, url } from '../platform/config/units.ts';
import { doorContradictions, doorSettings } from './door-settings.ts';

/** Where calls may go that leave this house. */
const egressSettings = z.strictObject({
  'poll-ranges': list('text', ['127.0.0.0/8', '::1/128'], {
    says: 'Address ranges in which infogather polls, beside the address that a registration came from.',
  }),
  'broker-ranges': list('text', ['127.0.0.0/8', '::1/128'], {
    says: 'Address ranges in which `ogm run` asks brokers.',
  }),
  'host-ranges': list('text', ['127.0.0.0/8', '::1/128'], {
    says: 'Address ranges to which `ogm run` sends files.',
  }),
  'service-ranges': list('text', ['127.0.0.0/8', '::1/128'], {
    says: 'Address ranges in which services and commands reach the services that their configuration names.',
  }),
  'connect-timeout': duration('5 s', { says: 'How long connecting may take.' }),
  'answer-timeout': duration('30 s', { says: 'How long the answer to a request may take.' }),
  'answer-bytes': size('64 MiB', { says: 'How large the answer to a request may be.' }),
});

/** Where commands and services find the services that they need. */
const clientSettings = z.strictObject({
  'market-url': url('http://127.0.0.1:8480', { says: 'Where the market is.', flag: 'market-url' }),
  'broker-url': url('http://127.0.0.1:8480', {
    says: 'Where the broker is; 8481 where it runs alone.',
    flag: 'broker-url',
  }),
  'infogather-url': url('http://127.0.0.1:8480', {
    says: 'Where infogather is; 8482 where it runs alone.',
    flag: 'infogather-url',
  }),
  'token-file': text(undefined, {
    says: 'A file with a token of `ogm token create`, which only you can read, or `-` for standard input: commands show it to the services, over TLS or on this machine.',
    flag: 'token-file',
  }),
  brokers: list('address=url file', [], {
    says: 'Brokers with which deals may be made beside the one at client.broker-url: the Broker-IP of its Tells, where it is called, and, behind a blank, the file of the token that it alone is shown.',
  }),
  'offers-at-once': count(8, { says: 'How many brokers are asked for an Offer at the same time.', min: 1 }),
  'offer-patience': duration('10 s', {
    says: 'How long brokers are waited for that are asked for an Offer.',
  }),
  ca: folder(undefined, {
    says: "A file with certificates of authorities, as PEM, that are trusted beside the system's in whatever is called over TLS.",
    flag: 'ca',
  }),
  'result-size': size('4 GiB', { says: 'How large the results of `ogm run` may be.' }),
  'result-entries': count(100_000, { says: 'How many files and directories the results may hold.' }),
  'name-length': size('1 KiB', { says: 'How long the path of a file may be, sent or received.' }),
  'path-depth': count(64, { says: 'How many directories a path may go down.', min: 1 }),
  'header-size': size('64 KiB', {
    says: 'How much one extended header of the tar archive of results may hold.',
  }),
  'text-size': size('64 KiB', { says: 'How much the host may say about the run.' }),
  'host-idle': duration('1 min', {
    says: 'How long a host may be silent; it says something every second or so.',
  }),
});

const houseSettings = z.strictObject({
  data: folder(undefined, {
    says: 'The folder in which everything is kept; unless set `$XDG_DATA_HOME/open-grid-market`, or `~/.local/share/open-grid-market`.',
    flag: 'data',
  }),
  'log-level': choice(['error', 'warn', 'info', 'debug'], 'info', {
    says: 'How much is logged.',
    flag: 'log-level',
  }),
  'log-format': choice(['auto', 'json', 'text'], 'auto', {
    says: 'How log lines look; `auto` is readable on a terminal, JSON elsewhere.',
    flag: 'log-format',
  }),
  'stop-timeout': duration('20 s', {
    says: 'How long an orderly stop may take before the process ends at once.',
  }),
  'agent-wait': duration('20 s', { says: 'How long `ogm up` waits for its agent to be ready.' }),
  'agent-restart': duration('1 s', {
    says: 'How long `ogm up` waits before it starts an agent again that ended by itself.',
  }),
  'group-verbs': count(1_000, { says: 'How many changes share one commit at most.', min: 1 }),
  'group-time': duration('10 ms', { says: 'How long the changes of one commit may take before it is made.' }),
  'statements-kept': count(100, { says: 'How many prepared statements a store keeps.', min: 1 }),
  'store-cache': size('16 MiB', { says: 'How much of its database a store keeps in memory.' }),
  'journal-size': size('4 MiB', {
    says: 'How large the write-ahead log of a store stays: with more it is brought home, for which the event loop stands some milliseconds for each 4 MiB.',
  }),
  'store-wait': duration('100 ms', { says: 'How long a store waits for a lock that another process holds.' }),
});

/** Every setting of every service: one schema, from which docs/configuration.md is made. */
export const settingsSchema = z.strictObject({
  house: houseSettings,
  doors: doorSettings,
  market: marketSettings,
  broker: brokerSettings,
  infogather: infogatherSettings,
  agent: agentSettings,
  client: clientSettings,
  egress: egressSettings,
});
export type Config = z.output<typeof settingsSchema>;

/**
 * What settings that each are right say against each other, one sentence each, for the services that run together:
 * of a service elsewhere nothing is known here.
 */
export function contradictions(config: Config, running: readonly (keyof Config)[]): string[] {
  const { market, broker, infogather } = config;
  const found = doorContradictions(config.doors, running, knowsSomebody(config, running));
  for (const service of ['market', 'infogather'] as const)
    if (running.includes(service)) found.push(...ambiguities(service, config[service]['trusted-brokers']));
  if (!running.includes('broker')) return found;
  const heartbeatMs = broker['agent-heartbeat'];
  const silenceMs = broker['agent-silence'];
  if (heartbeatMs > silenceMs / 2)
    found.push(
      `broker.agent-heartbeat (${seconds(heartbeatMs)}) must be at most half of broker.agent-silence (${seconds(silenceMs)}): else agents that are well are taken for gone`,
    );
  const renewMs = broker['renew-interval'];
  const lifetimeMs = market['tell-lifetime'];
  if (running.includes('market') && renewMs >= lifetimeMs / 2) {
    found.push(
      `broker.renew-interval (${seconds(renewMs)}) must be less than half of market.tell-lifetime (${seconds(lifetimeMs)}): else what the broker told expires before it is told again`,
    );
  }
  const freshMs = broker['fresh-within'];
  const pollMs = infogather['poll-interval'];
  const timeoutMs = infogather['poll-timeout'];
  if (running.includes('infogather') && freshMs < 2 * pollMs) {
    found.push(
      `broker.fresh-within (${seconds(freshMs)}) must be at least twice infogather.poll-interval (${seconds(pollMs)}): else one poll that fails makes a node count as dead`,
    );
  }
  // Not against the interval alone: the next poll of an address waits for the one under way, however long it takes.
  if (running.includes('infogather') && freshMs < pollMs + timeoutMs) {
    found.push(
      `broker.fresh-within (${seconds(freshMs)}) must be at least infogather.poll-timeout (${seconds(timeoutMs)}) and infogather.poll-interval (${seconds(pollMs)}) together: else a node that answers within its time counts as dead`,
    );
  }
  return found;
}

/** Whether somebody can say who they are: brokers know users, and other services know brokers. */
function knowsSomebody(config: Config, running: readonly (keyof Config)[]): boolean {
  return (
    running.includes('broker') ||
    (['market', 'infogather'] as const).some(
      (service) => running.includes(service) && config[service]['trusted-brokers'].length > 0,
    )
  );
}

/** Who has two names, or whose name is another's too, would be two people, or another. */
function ambiguities(service: string, trusted: readonly { name: string; key: string }[]): string[] {
  const isAgain = ({ name, key }: (typeof trusted)[number], place: number) =>
    trusted.slice(0, place).some((before) => before.name === name || before.key === key);
  return trusted
    .filter(isAgain)
    .map(({ name }) => `${service}.trusted-brokers names '${name}', or its key, twice`);
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

/**
 * The configuration where the command line names a token: the broker at client.broker-url is shown that, whatever
 * client.brokers has for it. Their files stay named, for what is isolated is to see none of them.
 */
export function withTokenGiven(config: Config, sources: ReadonlyMap<string, Source>): Config {
  const { client } = config;
  const listed = client.brokers.find(({ url }) => url === client['broker-url']);
  if (listed === undefined || sources.get('client.token-file') !== 'flag') return config;
  const first = { ...listed, tokenFile: client['token-file'] };
  return { ...config, client: { ...client, brokers: [first, ...client.brokers] } };
}

/** The file of the token that the broker is shown: of one that is named among others its own. `-` is standard input. */
export function tokenFileOf(client: Config['client']): string | undefined {
  return client.brokers.find(({ url }) => url === client['broker-url'])?.tokenFile ?? client['token-file'];
}
