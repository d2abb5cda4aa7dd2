import type { ResourceTell, SlaTell } from '../document.ts';
import type { Document1 } from '../documents/document.ts';
import type { Party } from '../documents/model.ts';
import { resourceTell, slaTell } from '../make.ts';
import type { Fact } from '../values/fact.ts';

/** Version 0.1 beside version 1.0: section 7 of the language. */

/**
 * A 0.1 Tell as a 1.0 Ask reads it: the fact Application, one string, commas and all; everything else is unsaid. It
 * has no Id of its own: `id` is what the caller knows it by, in memory of its own.
 */
export function partyOfOld({ application }: SlaTell | ResourceTell, id: string): Party {
  const fact: Fact = { values: [{ kind: 'string', text: application }], text: writtenAlone(application) };
  return {
    action: 'Tell',
    version: '0.1',
    id,
    facts: new Map([['application', fact]]),
    tests: [],
    needs: [],
    slots: 1,
    requires: [],
    prefers: [],
    rank: undefined,
    prices: [],
    budgets: [],
    explicit: [],
    count: 1,
    limit: 1,
    understands: [],
    critical: [],
    acceptsVersions: ['0.1'],
    promises: [],
    walltime: undefined,
    tasks: undefined,
    clauses: [],
  };
}

/** As a fact's text, which has quotes where a bare text would be read as something else. */
function writtenAlone(text: string): string {
  return /[,|()"]/.test(text) ? JSON.stringify(text) : text;
}

/** One for all Tells that answer nothing of version 0.1. */
const none: readonly never[] = [];

/**
 * What a 1.0 Tell says to 0.1 Asks, where it takes them: one Tell for each of its Applications. Its own tests and terms are
 * waived. Version 0.1 says every address with its port, so one whose Broker-IP has none cannot be said in it.
 */
export function oldSlaTells({ envelope: { brokerIp }, party }: Document1): readonly SlaTell[] {
  if (party === undefined || !takesOld(party) || brokerIp?.port === undefined) return none;
  const { host, port } = brokerIp;
  return applicationsOf(party).map((application) => slaTell({ application, brokerIp: { host, port } }));
}

/** The same of a registration. A load that is none in version 0.1 is left out, and a Date becomes seconds. */
export function oldResourceTells({ envelope: { host, poll }, party }: Document1): readonly ResourceTell[] {
  if (party === undefined || !takesOld(party) || host?.port === undefined) return none;
  const { facts } = party;
  const load = (facts.get('load') ?? facts.get('cpu-load'))?.values[0];
  const date = facts.get('date')?.values[0];
  const said = {
    host: { host: host.host, port: host.port },
    poll: poll?.port === undefined ? undefined : { host: poll.host, port: poll.port },
    cpuLoad: load?.kind === 'number' && load.value >= 0 ? load.value : undefined,
    date: date?.kind === 'timestamp' ? date.value / 1000 : undefined,
  };
  return applicationsOf(party).map((application) => resourceTell({ application, ...said }));
}

function takesOld({ acceptsVersions }: Party): boolean {
  return acceptsVersions.includes('0.1');
}

/** The Applications that a Tell says, each once. */
export function applicationsOf({ facts }: Party): readonly string[] {
  const values = facts.get('application')?.values ?? none;
  return [...new Set(values.flatMap((value) => (value.kind === 'string' ? [value.text] : [])))];
}
