import { type Party, printDocument, printDocument1 } from '../../grammar/index.ts';
import { isResource, type Registered } from '../answer.ts';

/** How much of what polls bring is news, in hundredths. */
export interface NewsSteps {
  readonly load: number;
  /** Of what there was. */
  readonly disk: number;
}

/** What polls bring. */
const measured: ReadonlySet<string> = new Set(['load', 'cpu-load', 'date', 'disk']);

/** Whether a registration has changed by so much that the log tells of it. */
export function isNews(
  before: Registered | undefined,
  after: Registered | undefined,
  steps: NewsSteps,
): boolean {
  if (before === after) return false;
  if (before === undefined || after === undefined) return true;
  if (isResource(before) && isResource(after)) {
    if (before.document === after.document) return false;
    if (before.hash !== after.hash && lastingText(before.document) !== lastingText(after.document))
      return true;
    const [factsBefore, factsAfter] = [before.party.facts, after.party.facts];
    const load = (facts: typeof factsBefore) => numberOf(facts.get('load') ?? facts.get('cpu-load'));
    return (
      hasMoved(load(factsBefore), load(factsAfter), steps.load / 100) ||
      hasMoved(
        numberOf(factsBefore.get('disk')),
        numberOf(factsAfter.get('disk')),
        (steps.disk / 100) * (numberOf(factsBefore.get('disk')) ?? 0),
      )
    );
  }
  if (isResource(before) || isResource(after)) return true;
  if (before.poll !== after.poll) return true;
  return hasMoved(before.document.cpuLoad, after.document.cpuLoad, steps.load / 100);
}

/** A registration in canonical text. */
export function listedText(one: Registered): string {
  return isResource(one) ? printDocument1(one.document) : printDocument(one.document);
}

function lastingText({ headers }: { readonly headers: readonly { name: string; value: string }[] }): string {
  return headers
    .filter(({ name }) => name !== 'Seq' && !measured.has(name.replace(/\?$/, '').toLowerCase()))
    .map(({ name, value }) => `${name}: ${value}\n`)
    .join('');
}

function hasMoved(before: number | undefined, after: number | undefined, by: number): boolean {
  if (before === undefined || after === undefined) return before !== after;
  return before !== after && Math.abs(after - before) >= by;
}

type Fact = ReturnType<Party['facts']['get']>;

function numberOf(fact: Fact): number | undefined {
  const value = fact?.values[0];
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
}
