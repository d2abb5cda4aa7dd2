import type { ResourceAsk, ResourceTell, SlaAsk, SlaTell } from '../document.ts';
import type { Party } from '../documents/model.ts';
import type { Fact } from '../values/fact.ts';
import type { Value } from '../values/value.ts';

/** Version 0.1 beside version 1.0: section 7 of the language. */

/**
 * A 0.1 Tell as a 1.0 Ask reads it: the fact Application, one string, commas and all; everything else is unsaid. It
 * has no Id of its own: `id` is what the caller knows it by.
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

/**
 * Whether a 1.0 Tell is given to a 0.1 Ask: it says so, and an Application of it is the same string. Its own tests and
 * terms are waived. Of a registration the load is less, and the date later, than is asked.
 */
export function answersOld(ask: SlaAsk | ResourceAsk, tell: Party): boolean {
  if (!tell.acceptsVersions.includes('0.1')) return false;
  const has = (name: string, holds: (value: Value) => boolean) =>
    tell.facts.get(name)?.values.some(holds) ?? false;
  const isSame = has('application', (value) => value.kind === 'string' && value.text === ask.application);
  if (!isSame || ask.language === 'SLA') return isSame;
  const { cpuLoad, date } = ask;
  const isIdle =
    cpuLoad === undefined || has('cpu-load', (value) => value.kind === 'number' && value.value < cpuLoad);
  // A date of version 0.1 is in seconds, a timestamp in milliseconds.
  const isLate =
    date === undefined || has('date', (value) => value.kind === 'timestamp' && value.value > date * 1000);
  return isIdle && isLate;
}
