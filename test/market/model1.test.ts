import { expect } from 'chai';
import fc from 'fast-check';
import type { Market } from '../../market/market.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { ids, senders, tellHeaders } from './history.ts';
import { answered, ask1, givenMarket, minuteMs, said, somebody, tell1, untell1, why1 } from './support.ts';

type Step =
  | {
      readonly kind: 'tell';
      readonly sender: Sender;
      readonly id: string;
      readonly seq: number;
      readonly headers: readonly string[];
    }
  | { readonly kind: 'tell of 0.1'; readonly application: string; readonly port: number }
  | { readonly kind: 'untell'; readonly sender: Sender; readonly id: string }
  | { readonly kind: 'ask'; readonly of: number }
  | { readonly kind: 'compare' }
  | { readonly kind: 'move'; readonly minutes: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'restart' };

const applications = fc.constantFrom('gcc4.0.2', 'octave');

/** Few, so that each comes again when other things are told. */
const asks: readonly (readonly string[])[] = [
  ['Cpus: 8'],
  ['Application: gcc (>= 4)', 'Load: < 2', 'Rank: their.Cpus'],
  ['Walltime: 2 h', 'Budget: 1 EUR', 'Limit: 2'],
  ['Application: octave', 'Walltime: 30 min'],
];

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('tell' as const),
      sender: senders,
      id: ids,
      seq: fc.integer({ min: 0, max: 3 }),
      headers: tellHeaders,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('tell of 0.1' as const),
      application: applications,
      port: fc.integer({ min: 7684, max: 7686 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('untell' as const), sender: senders, id: ids }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), of: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compare' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('move' as const), minutes: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

interface Live {
  readonly sender: Sender;
  readonly name: string;
  readonly seq: number;
  readonly text: string;
  expiresAt: number;
}

/** What should be live, in the order in which it was told. */
class Model {
  #tells: Live[] = [];

  tell(told: Omit<Live, 'expiresAt'>, lifeMs: number, now: number): void {
    const expiresAt = now + lifeMs;
    const before = this.live(now).find(({ name }) => name === told.name);
    if (before?.text === told.text) before.expiresAt = expiresAt;
    else if (before === undefined || told.seq > before.seq || told.text.startsWith('SLA-version: 0.1')) {
      this.untell(told.name);
      this.#tells.push({ ...told, expiresAt });
    }
  }

  untell(name: string): void {
    this.#tells = this.#tells.filter((tell) => tell.name !== name);
  }

  live(now: number): Live[] {
    return this.#tells.filter(({ expiresAt }) => expiresAt > now);
  }
}

async function answers(market: Market, headers: readonly string[]): Promise<string[][]> {
  return Promise.all([
    answered(market, ask1('ask-1', ...headers)),
    answered(market, why1('ask-1', ...headers)),
    said(market, 'SLA-version: 0.1\nAction: Ask\nApplication: gcc4.0.2\n'),
  ]);
}

/** Asks a market, and one that is told what should be live and nothing else. */
async function compare(market: Market, live: readonly Live[]): Promise<void> {
  await using fresh = await givenMarket();
  for (const { text, sender } of live) await said(fresh.market, text, sender);
  for (const headers of asks) {
    expect(await answers(market, headers)).to.deep.equal(await answers(fresh.market, headers));
  }
}

describe('the market, told and asked in both versions', () => {
  it('answers as one that was told nothing but what is live, whatever it was told and asked before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 60 }), async (all) => {
        await using given = await givenMarket({ 'asks-kept': 3 });
        const { clock } = given;
        const model = new Model();
        for (const step of all) {
          const now = clock.now();
          if (step.kind === 'tell') {
            const { sender, id, seq, headers } = step;
            const text = tell1(id, `Seq: ${seq}`, ...headers);
            const lifeMs = headers.includes('Expires: 20 min') ? 20 * minuteMs : 60 * minuteMs;
            model.tell({ sender, name: `${sender.uid} ${id}`, seq, text }, lifeMs, now);
            await said(given.market, text, sender);
          } else if (step.kind === 'tell of 0.1') {
            const name = `Application: ${step.application}\nBroker-IP: 193.10.66.141:${step.port}\n`;
            const text = `SLA-version: 0.1\nAction: Tell\n${name}`;
            model.tell({ sender: somebody, name, seq: 0, text }, 60 * minuteMs, now);
            await said(given.market, text);
          } else if (step.kind === 'untell') {
            model.untell(`${step.sender.uid} ${step.id}`);
            await said(given.market, untell1(step.id), step.sender);
          } else if (step.kind === 'move') await clock.advance(step.minutes * minuteMs);
          else if (step.kind === 'sweep') await given.market.sweep(now);
          else if (step.kind === 'restart') await given.restart();
          else if (step.kind === 'compare') await compare(given.market, model.live(now));
          else await answers(given.market, asks[step.of] ?? []);
        }
        await compare(given.market, model.live(clock.now()));
      }),
      { numRuns: 20 },
    );
  });
});
