import { expect } from 'chai';
import fc from 'fast-check';
import { printDocument, type ResourceTell } from '../../grammar/index.ts';
import { resourceAskOf, textsOf } from '../support/documents.ts';
import { givenInfogather, registrationOf, teller } from './support.ts';

const lifetimeMs = 1_000;

interface Told {
  readonly application: string;
  readonly host: number;
  readonly cpuLoad: number | undefined;
  readonly date: number | undefined;
}
type Step =
  | ({ readonly kind: 'tell' } & Told)
  | { readonly kind: 'ask'; readonly application: string; readonly cpuLoad: number; readonly date: number }
  | { readonly kind: 'move'; readonly ms: number }
  | { readonly kind: 'list' | 'sweep' | 'restart' };

const application = fc.constantFrom('gcc4.0.2', 'octave');
const small = fc.integer({ min: 0, max: 3 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('tell' as const),
      application,
      host: fc.integer({ min: 1, max: 4 }),
      cpuLoad: fc.option(small, { nil: undefined }),
      date: fc.option(small, { nil: undefined }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), application, cpuLoad: small, date: small }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('move' as const), ms: fc.integer({ min: 1, max: lifetimeMs }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('list' as const, 'sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

/** What infogather should be, as plainly as it can be said: a list in the order in which nodes came. */
class Model {
  #all: (Told & { document: ResourceTell; expiresAt: number })[] = [];

  tell(told: Told, document: ResourceTell, now: number): void {
    const entry = { ...told, document, expiresAt: now + lifetimeMs };
    const index = this.#live(now).findIndex(
      (one) => one.application === told.application && one.host === told.host,
    );
    this.#all = index < 0 ? [...this.#live(now), entry] : this.#live(now).with(index, entry);
  }

  /** The registrations of which any is as good an answer as the others; none where nothing matches. */
  best(ask: { application: string; cpuLoad: number; date: number }, now: number): string[] {
    const matching = this.#live(now).filter(
      (one) =>
        one.application === ask.application &&
        (one.cpuLoad ?? Infinity) < ask.cpuLoad &&
        (one.date ?? -1) > ask.date,
    );
    const least = Math.min(...matching.map((one) => one.cpuLoad ?? Infinity));
    const idle = matching.filter((one) => one.cpuLoad === least);
    const newest = Math.max(...idle.map((one) => one.date ?? -1));
    return idle.filter((one) => one.date === newest).map((one) => printDocument(one.document));
  }

  list(now: number): string[] {
    return this.#live(now).map((one) => `${one.application} 193.10.66.20:${one.host}`);
  }

  #live(now: number) {
    return this.#all.filter(({ expiresAt }) => expiresAt > now);
  }
}

describe('infogather, whatever is told, asked and forgotten, and whenever', () => {
  it('answers as the plain model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (all) => {
        await using given = await givenInfogather({ 'registration-lifetime': lifetimeMs, 'nodes-a-page': 2 });
        const { clock } = given;
        const model = new Model();
        let told: Promise<void>[] = [];
        for (const step of all) {
          if (step.kind === 'tell') {
            const lines = [
              step.cpuLoad === undefined ? '' : `CPU-Load: ${step.cpuLoad}`,
              step.date === undefined ? '' : `Date: ${step.date}`,
            ];
            const document = registrationOf(step.application, step.host, lines.filter(Boolean).join('\n'));
            model.tell(step, document, clock.now());
            told.push(given.infogather.register(document, teller));
            continue;
          }
          if (step.kind === 'ask') {
            const { application, cpuLoad, date } = step;
            const ask = resourceAskOf(`Application: ${application}\nCPU-Load: ${cpuLoad}\nDate: ${date}`);
            const answer = textsOf(await given.infogather.ask(ask));
            const best = model.best(step, clock.now());
            if (best.length === 0) expect(answer).to.deep.equal([]);
            else expect(best).to.include.members(answer).and.not.be.empty;
            expect(answer).to.have.length(Math.min(1, best.length));
          } else if (step.kind === 'list') {
            const listed = (await given.list()).map((node) => `${node.application} ${node.host}`);
            expect(listed).to.deep.equal(model.list(clock.now()));
          } else {
            await Promise.all(told);
            told = [];
            if (step.kind === 'move') await clock.advance(step.ms);
            else if (step.kind === 'sweep') await given.infogather.sweep(clock.now());
            else await given.restart();
          }
        }
        await Promise.all(told);
        const offered = new Set(model.list(clock.now()).map((node) => node.split(' ')[0]));
        expect(await given.infogather.applications()).to.have.members([...offered]);
      }),
      { numRuns: 60 },
    );
  });
});
