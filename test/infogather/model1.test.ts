import { expect } from 'chai';
import fc from 'fast-check';
import { document1, type GivenInfogather, givenInfogather, registrationOf, said, teller } from './support.ts';

const lifetimeMs = 1_000;
const applications = ['gcc4.0.2', 'octave'];
const owners = [1000, 1001];

type Step =
  | {
      readonly kind: 'tell';
      readonly id: string;
      readonly uid: number;
      readonly seq: number;
      readonly cpus: number;
      readonly host: number;
      readonly offers: readonly string[];
    }
  | { readonly kind: 'untell'; readonly id: string; readonly uid: number }
  | { readonly kind: 'old'; readonly application: string; readonly host: number; readonly address: string }
  | { readonly kind: 'ask'; readonly cpus: number; readonly application: string | undefined }
  | { readonly kind: 'move'; readonly ms: number }
  | { readonly kind: 'list' | 'sweep' | 'restart' };

const id = fc.constantFrom('n1', 'n2');
const uid = fc.constantFrom(...owners);
const host = fc.integer({ min: 1, max: 2 });
const application = fc.constantFrom(...applications);
const small = fc.integer({ min: 1, max: 3 });
const of = <K extends Step['kind']>(kind: K) => fc.constant(kind);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: of('tell'),
      id,
      uid,
      seq: small,
      cpus: small,
      host,
      offers: fc.subarray(applications),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: of('untell'), id, uid }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: of('old'),
      application,
      host,
      address: fc.constantFrom(teller.address, '10.0.0.1'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: of('ask'),
      cpus: small,
      application: fc.option(application, { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: of('move'), ms: fc.integer({ min: 1, max: lifetimeMs }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('list' as const, 'sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: of('restart') }) },
);

interface Entry {
  readonly key: string;
  /** As an answer names it. */
  readonly name: string;
  readonly seq: number;
  readonly text: string;
  readonly cpus: number | undefined;
  readonly offers: readonly string[];
  readonly host: number;
  readonly address: string;
  readonly isOld: boolean;
  readonly expiresAt: number;
}

/** What infogather should be, as plainly as it can be said: a list in the order in which registrations came. */
class Model {
  #all: Entry[] = [];

  /** What answers a Tell. */
  tell(entry: Omit<Entry, 'expiresAt'>, now: number): 'Ack' | 'Decline' {
    const told = { ...entry, expiresAt: now + lifetimeMs };
    const before = this.#live(now).find(({ key }) => key === entry.key);
    if (before !== undefined && (entry.isOld || before.text === entry.text)) {
      this.#all = this.#live(now).map((one) => (one === before ? told : one));
      return 'Ack';
    }
    if (before !== undefined && entry.seq <= before.seq) return 'Decline';
    this.#all = [...this.#live(now).filter((one) => one !== before), told];
    return 'Ack';
  }

  untell(key: string, now: number): boolean {
    const before = this.#live(now);
    this.#all = before.filter((one) => one.key !== key);
    return this.#all.length < before.length;
  }

  /** Those that are shown: what a node tells in both versions, in version 1.0 alone. */
  shown(now: number): Entry[] {
    const live = this.#live(now);
    const isTwin = (old: Entry) =>
      live.some(
        (one) =>
          !one.isOld &&
          one.host === old.host &&
          one.address === old.address &&
          one.offers.includes(old.offers[0] ?? ''),
      );
    return live.filter((one) => !one.isOld || !isTwin(one));
  }

  #live(now: number): Entry[] {
    return this.#all.filter(({ expiresAt }) => expiresAt > now);
  }
}

const hostText = (port: number) => `193.10.66.20:${port}`;

async function take(step: Step, given: GivenInfogather, model: Model): Promise<void> {
  const now = given.clock.now();
  switch (step.kind) {
    case 'tell': {
      const { id, uid, seq, cpus, host, offers } = step;
      const headers = [`Host: ${hostText(host)}`, `Seq: ${seq}`, `Cpus: ${cpus}`];
      if (offers.length > 0) headers.push(`Application: ${offers.join(', ')}`);
      const text = document1('Tell', id, ...headers);
      const { address } = teller;
      const entry = { key: `${uid} ${id}`, name: id, seq, text, cpus, offers, host, address, isOld: false };
      const [reply] = await said(given.infogather, text, { ...teller, uid });
      expect(reply).to.contain(`Action: ${model.tell(entry, now)}\n`);
      return;
    }
    case 'untell': {
      const { id, uid } = step;
      const [reply] = await said(given.infogather, document1('Untell', id), { ...teller, uid });
      if (model.untell(`${uid} ${id}`, now)) expect(reply).to.contain('Action: Ack\n');
      return;
    }
    case 'old': {
      const { application, host, address } = step;
      const name = `${application} ${hostText(host)}`;
      await given.infogather.register(registrationOf(application, host), { ...teller, address });
      const entry = { seq: 0, text: '', cpus: undefined, offers: [application], host, address, isOld: true };
      model.tell({ key: name, name, ...entry }, now);
      return;
    }
    case 'ask': {
      const { cpus, application } = step;
      const asked = application === undefined ? [`Cpus: ${cpus}`] : [`Application: ${application}`];
      const replies = await said(given.infogather, document1('Ask', 'a', 'Limit: 99', ...asked));
      const matching = model
        .shown(now)
        .filter((one) =>
          application === undefined ? (one.cpus ?? 0) >= cpus : one.offers.includes(application),
        );
      const named = replies
        .slice(0, -1)
        .map(
          (reply) =>
            /^Id: (.*)$/m.exec(reply)?.[1] ??
            `${/^Application: (.*)$/m.exec(reply)?.[1]} ${/^Host: (.*)$/m.exec(reply)?.[1]}`,
        );
      expect(named).to.deep.equal(matching.map(({ name }) => name));
      return;
    }
    case 'list': {
      const listed = (await given.list()).map(({ application, host, id }) => `${application} ${host} ${id}`);
      const shown = model
        .shown(now)
        .flatMap(({ offers, host, name, isOld }) =>
          offers.map((offered) => `${offered} ${hostText(host)} ${isOld ? null : name}`),
        );
      expect(listed).to.deep.equal(shown);
      return;
    }
    case 'move':
      return given.clock.advance(step.ms);
    case 'sweep':
      return given.infogather.sweep(now);
    case 'restart':
      return given.restart();
  }
}

describe('infogather, whatever is told in both versions, asked and forgotten, and whenever', () => {
  it('answers as the plain model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (all) => {
        await using given = await givenInfogather({
          'registration-lifetime': lifetimeMs,
          'nodes-a-page': 2,
        });
        const model = new Model();
        for (const step of all) await take(step, given, model);
      }),
      { numRuns: 60 },
    );
  });
});
