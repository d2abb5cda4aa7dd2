import { expect } from 'chai';
import fc from 'fast-check';
import { printDocument } from '../../grammar/index.ts';
import { slaAskOf, textsOf } from '../support/documents.ts';
import { givenMarket, tellOf } from './support.ts';

const lifetimeMs = 1_000;

type Step =
  | { readonly kind: 'tell'; readonly application: string; readonly port: number; readonly note: string }
  | { readonly kind: 'ask'; readonly application: string }
  | { readonly kind: 'move'; readonly ms: number }
  | { readonly kind: 'sweep' | 'restart' };

const applications = fc.constantFrom('gcc4.0.2', 'octave');
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('tell' as const),
      application: applications,
      port: fc.integer({ min: 1, max: 4 }),
      note: fc.constantFrom('', 'Region: eu'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('ask' as const), application: applications }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      ms: fc.integer({ min: 1, max: lifetimeMs }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

const tell = (port: number, note = ''): Step => ({ kind: 'tell', application: 'octave', port, note });
const replacedBetweenNew = [tell(1, 'Region: eu'), tell(1), tell(2)];
const toldAnewBetweenNew: Step[] = [tell(1), { kind: 'move', ms: lifetimeMs }, tell(2), tell(1), tell(3)];

/** What the market should be, as plainly as it can be said: a list in the order of the answers. */
class Model {
  #tells: { key: string; application: string; text: string; expiresAt: number }[] = [];

  tell(application: string, port: number, text: string, now: number): void {
    const key = `${application} ${port}`;
    const before = this.#tells.find((tell) => tell.key === key);
    const expiresAt = now + lifetimeMs;
    if (before !== undefined && before.expiresAt > now && before.text === text) {
      before.expiresAt = expiresAt;
      return;
    }
    this.#tells = this.#tells.filter((tell) => tell !== before);
    this.#tells.push({ key, application, text, expiresAt });
  }

  ask(application: string, now: number): string[] {
    return this.#tells
      .filter((tell) => tell.application === application && tell.expiresAt > now)
      .map(({ text }) => text);
  }
}

describe('the market, whatever is told, asked and forgotten, and whenever', () => {
  it('answers as the plain model does, also where nobody waits for an answer before the next question', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (all) => {
        await using given = await givenMarket({ 'tell-lifetime': lifetimeMs });
        const { clock } = given;
        const model = new Model();
        let answers: Promise<void>[] = [];
        const settle = async () => {
          await Promise.all(answers);
          answers = [];
        };
        for (const step of all) {
          if (step.kind === 'tell') {
            const tell = tellOf(step.application, step.port, step.note);
            model.tell(step.application, step.port, printDocument(tell), clock.now());
            answers.push(given.market.tell(tell));
          } else if (step.kind === 'ask') {
            const expected = model.ask(step.application, clock.now());
            const answer = given.market.ask(slaAskOf(`Application: ${step.application}`));
            // What is told after an Ask may be in its answer too, so only then is nothing more begun.
            answers.push(
              answer.then((tells) => expect(textsOf(tells)).to.deep.equal(expected)) as Promise<void>,
            );
            await settle();
          } else {
            await settle();
            if (step.kind === 'move') await clock.advance(step.ms);
            else if (step.kind === 'sweep') await given.market.sweep(clock.now());
            else await given.restart();
          }
        }
        await settle();
        for (const application of ['gcc4.0.2', 'octave']) {
          const left = await given.market.ask(slaAskOf(`Application: ${application}`));
          expect(textsOf(left)).to.deep.equal(model.ask(application, clock.now()));
        }
      }),
      { numRuns: 60, examples: [[replacedBetweenNew], [toldAnewBetweenNew]] },
    );
  });
});
