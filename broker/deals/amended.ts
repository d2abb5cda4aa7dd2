import { changedTerms, type Document1, type Header, nanoOf, nanoText, rowOf } from '../../grammar/index.ts';
import { type Agreed, agreedOf, tooFewCpus } from './agreed.ts';
import { Declined } from './declined.ts';
import { momentText } from './replies.ts';
import type { DealRow } from './rows.ts';
import type { DealSettings } from './settings.ts';

/** An agreement as an Amend would have it. Times are milliseconds since 1970. */
export interface Amended {
  readonly before: Agreed;
  readonly after: Agreed;
  /** What is otherwise. */
  readonly changes: readonly Header[];
  /** All that is agreed then. */
  readonly terms: readonly Header[];
  readonly untilAt: number;
}

/** What an Amend may change beside amounts; what the node is stays. */
const changeable: ReadonlySet<string> = new Set(['Walltime', 'Tasks', 'Count', 'Start', 'Deadline', 'Price']);

/** Under these names terms say how long an agreement lasts. */
const ofTime: ReadonlySet<string> = new Set(['Walltime', 'Tasks', 'Count', 'Start', 'Deadline']);

/**
 * What an Amend makes of an agreement: the margin is added to what the tasks take, where no moment is said. Throws Declined
 * where it is none that anybody could agree to.
 */
export function amended(
  row: DealRow,
  amend: Document1,
  now: number,
  config: Pick<DealSettings, 'deal-margin' | 'deal-horizon' | 'deal-least-cpus'>,
): Amended {
  const said = amend.deal?.estimate;
  const terms = changedTerms(row.terms, amend.headers);
  const before = agreedOf(row.terms);
  const changes = changedHeaders(changedTerms(row.terms, []), terms);
  for (const { name } of changes)
    if (!changeable.has(spelled(name)) && rowOf(name)?.kind !== 'amount')
      throw declined('policy', `${name} stays as it was agreed: ask for another deal`);
  const after = agreedOf(terms);
  const few = tooFewCpus(after, config);
  if (few !== undefined) throw declined('policy', few);
  const untilAt = amend.deal?.until ?? untilOf(row, after, changes, config['deal-margin']);
  checkHorizon(row, after, untilAt, now + config['deal-horizon']);
  checkTimes(row, before, after, untilAt, now);
  if (changes.length === 0 && untilAt === row.untilAt) throw declined('invalid', 'it changes nothing');
  checkEstimate(row, after, said);
  const estimate = estimateHeader(after);
  const isNew = estimate !== undefined && estimate.value !== estimateHeader(before)?.value;
  return {
    ...{ before, after, untilAt },
    changes: [...changes, ...untilHeader(row, untilAt), ...(isNew ? [estimate] : [])],
    terms: estimate === undefined ? terms : [...terms, estimate],
  };
}

/** Headers of the new terms that the old ones do not have. */
function changedHeaders(before: readonly Header[], after: readonly Header[]): Header[] {
  const textOf = ({ name, value }: Header) => `${name.toLowerCase()}\n${value}`;
  const had = new Set(before.map(textOf));
  return after.filter((header) => !had.has(textOf(header)));
}

function untilOf(
  row: DealRow,
  { terms, workMs }: Agreed,
  changes: readonly Header[],
  marginMs: number,
): number {
  const lasts = row.untilAt ?? Number.MAX_SAFE_INTEGER;
  if (!changes.some(({ name }) => ofTime.has(spelled(name)))) return lasts;
  if (terms.deadline !== undefined) return terms.deadline;
  if (workMs === undefined) return lasts;
  return (terms.start ?? row.startsAt ?? row.createdAt) + workMs + marginMs;
}

/** Nothing is promised further ahead than in an Offer, and no moment so far that no document can say it. */
function checkHorizon(row: DealRow, { terms, workMs = 0 }: Agreed, untilAt: number, latest: number): void {
  const end = (terms.start ?? row.startsAt ?? row.createdAt) + workMs;
  const most = Math.max(latest, row.untilAt ?? 0);
  if (untilAt > most || end > most)
    throw declined('capacity', `Until; nothing is promised beyond ${momentText(most)}`);
}

function checkTimes(row: DealRow, before: Agreed, after: Agreed, untilAt: number, now: number): void {
  const { start, deadline } = after.terms;
  const startsAt = row.startsAt ?? row.createdAt;
  if (start !== before.terms.start && (startsAt <= now || (start ?? now) <= now))
    throw declined('invalid', 'Start: what has begun has begun');
  const end = (start ?? startsAt) + (after.workMs ?? 0);
  if (untilAt <= now) throw declined('invalid', `Until: ${momentText(untilAt)} is over`);
  if (deadline !== undefined && (deadline < end || untilAt > deadline)) {
    const text = `the tasks take until ${momentText(end)}, and the agreement until ${momentText(untilAt)}`;
    throw declined('invalid', `Deadline: ${text}`);
  }
}

function checkEstimate(row: DealRow, after: Agreed, said: { nano: bigint; currency: string } | undefined) {
  const { price } = after.terms;
  if (price === undefined) {
    if (said !== undefined) throw declined('invalid', 'Estimate: nothing is paid under this agreement');
    return;
  }
  if (row.currency !== null && price.currency !== row.currency)
    throw declined('price', `the agreement is in ${row.currency}`);
  if (after.estimate === undefined) throw declined('invalid', 'Walltime: say how long a task may run');
  const isOther = row.estimate === null || nanoOf(row.estimate) !== after.estimate;
  if (said === undefined && !isOther) return;
  if (said?.nano === after.estimate && said.currency === price.currency) return;
  const comesTo = `Estimate: ${moneyText(after.estimate, price.currency)}`;
  throw declined('price', `it comes to another Estimate: say ${comesTo}`);
}

function estimateHeader({ terms: { price }, estimate }: Agreed): Header | undefined {
  if (price === undefined || estimate === undefined) return undefined;
  return { name: 'Estimate', value: moneyText(estimate, price.currency) };
}

function untilHeader(row: DealRow, untilAt: number): Header[] {
  return untilAt === row.untilAt ? [] : [{ name: 'Until', value: momentText(untilAt) }];
}

function spelled(name: string): string {
  return rowOf(name)?.name ?? name;
}

/** An amount of 10^-9 of a currency, as documents say it. */
export function moneyText(nano: bigint, currency: string): string {
  return `${nanoText(nano)} ${currency}`;
}

/** The agreement is active, as it was before. */
function declined(word: Declined['word'], text: string): Declined {
  return new Declined(word, text, { state: 'active' });
}
