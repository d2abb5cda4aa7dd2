import { expect } from 'chai';
import fc from 'fast-check';
import { DocumentReader, Matcher, type Party, Supply } from '../../grammar/index.ts';
import { MarketLog } from '../../market/log.ts';
import { TellReader } from '../../market/told.ts';
import { type Happening, happen, happenings } from './history.ts';
import { anyDocumentOf, cursorOf, type GivenMarket, givenMarket, said, tell1 } from './support.ts';
import { Reader, sent, shortly, watch1 } from './watching.ts';

/** What is watched, few enough that each sees much. */
const watches = [
  watch1('w0', 'Cpus: 8', 'Limit: 1'),
  watch1('w1', 'Application: gcc (>= 4)', 'Load: < 2 | unsaid'),
  watch1('w2', 'Walltime: 2 h', 'Budget: 1 EUR'),
  watch1('w3', 'Walltime: 30 min', 'Cpus: 4', 'Application: any'),
];

type Step =
  | Happening
  | { readonly kind: 'attach'; readonly of: number }
  | { readonly kind: 'detach'; readonly of: number; readonly after: number }
  | { readonly kind: 'take'; readonly of: number; readonly documents: number };

const which = fc.nat({ max: watches.length - 1 });
const few = fc.constantFrom(0, 1, 3, Number.POSITIVE_INFINITY);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: happenings as fc.Arbitrary<Step> },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('attach' as const), of: which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('detach' as const), of: which, after: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), of: which, documents: few }) },
);

/** One who watches, over one connection after another, and takes the Watch up where he left it. */
class Watcher {
  readonly #text: string;
  #line: Reader | undefined;
  /** Since when he watches. */
  #begun: number | undefined;
  #before: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  get came(): string[] {
    return [...this.#before, ...(this.#line?.came ?? [])];
  }

  get begun(): number | undefined {
    return this.#begun;
  }

  async attach({ market }: GivenMarket): Promise<void> {
    this.detach();
    const line = new Reader();
    const last = this.#before.at(-1);
    const cursor = last === undefined ? this.#begun : cursorOf(last);
    const text =
      cursor === undefined ? this.#text : this.#text.replace(/^Id: .*\n/m, `$&Cursor: ${cursor}\n`);
    const answer = (await sent(market, line, text)).at(-1) ?? '';
    expect(answer).to.match(cursor === undefined ? /^Action: Because$/m : /^Action: Ack$/m);
    this.#begun ??= cursorOf(answer);
    this.#line = line;
  }

  detach(): void {
    this.#line?.close();
    this.#before = this.came;
    this.#line = undefined;
  }

  take(documents: number): void {
    this.#line?.takeOnly(documents);
  }

  /** Waits for the event of this cursor. */
  async until(cursor: number): Promise<void> {
    await this.#line?.untilTrue(() => this.came.some((document) => cursorOf(document) === cursor));
  }
}

/** What a Watch is to be sent of all events after a cursor, by its Ask and the texts before and after alone. */
async function expectedOf(given: GivenMarket, text: string, begun: number): Promise<string[]> {
  const document = anyDocumentOf(text);
  const ask = 'party' in document ? document.party : undefined;
  if (ask === undefined) throw new Error('this is no Watch');
  const reader = new TellReader(new DocumentReader());
  const { events } = await new MarketLog(given.files.store).after(begun, 1_000_000);
  return events.flatMap(({ cursor, before, after }) => {
    const was = before !== null && matches(ask, before, reader);
    const is = after !== null && matches(ask, after, reader);
    if (!was && !is) return [];
    const event = was && is ? 'changed' : is ? 'matched' : 'gone';
    return [shortly(`Cursor: ${cursor}\nEvent: ${event}\n${is ? after : before}`)];
  });
}

function matches(ask: Party, tell: string, reader: TellReader): boolean {
  const supply = new Supply();
  supply.add(reader.party(tell));
  let count = 0;
  for (const rows of new Matcher(ask, supply).matching()) count += rows.length;
  return count > 0;
}

describe('Watches, whatever is told, attached, cut off and restarted, and whenever', () => {
  it('get every event that concerns them, once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 30, maxLength: 80 }), async (all) => {
        await using given = await givenMarket({
          'watch-queue': 2,
          'events-waiting': 2,
          'watch-lifetime': 86_400_000,
        });
        const watchers = watches.map((text) => new Watcher(text));
        for (const step of all) {
          const watcher = 'of' in step ? watchers[step.of] : undefined;
          if (step.kind === 'attach') await watcher?.attach(given);
          else if (step.kind === 'take') watcher?.take(step.documents);
          else if (step.kind === 'detach') {
            watcher?.take(step.after);
            watcher?.detach();
          } else {
            if (step.kind === 'restart') for (const each of watchers) each.detach();
            await happen(given, step as Happening);
          }
        }
        for (const watcher of watchers) await watcher.attach(given);
        await said(given.market, tell1('last', 'Cpus: 64', 'Application: gcc4.0.2', 'Load: 0'));
        const last = (await new MarketLog(given.files.store).after(0, 1_000_000)).events.at(-1);
        for (const [index, watcher] of watchers.entries()) {
          await watcher.until(last?.cursor ?? 0);
          expect(watcher.came.map(shortly)).to.deep.equal(
            await expectedOf(given, watches[index] ?? '', watcher.begun ?? 0),
          );
        }
      }),
      { numRuns: 15, includeErrorInReport: true },
    );
  });
});
