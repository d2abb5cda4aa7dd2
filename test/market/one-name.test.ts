import { expect } from 'chai';
import fc from 'fast-check';
import { MarketStore } from '../../market/store.ts';
import type { Sender } from '../../platform/doors/door.ts';
import {
  ask1,
  type GivenMarket,
  givenMarket,
  idsOf,
  minuteMs,
  nothingKnown,
  said,
  somebody,
  tell1,
  untell1,
} from './support.ts';

type Command = { readonly text: string; readonly sender: Sender } | 'sweep';
type Step = { readonly commands: readonly Command[] } | { readonly minutes: number } | 'restart';

const of = fc.record({
  sender: fc.constantFrom(somebody, { ...somebody, uid: 1001 }),
  id: fc.constantFrom('a', 'b'),
});
const tell = fc
  .record({
    of,
    seq: fc.integer({ min: 0, max: 3 }),
    cpus: fc.constantFrom(1, 2),
    life: fc.constantFrom(20, 40),
  })
  .map(({ of: { sender, id }, seq, cpus, life }) => {
    return { sender, text: tell1(id, `Seq: ${seq}`, `Cpus: ${cpus}`, `Expires: ${life} min`) };
  });
const oldTell = fc.constantFrom('', 'Note: one\n').map((note) => {
  const headers = `Application: octave\nBroker-IP: 193.10.66.141:7684\n${note}`;
  return { sender: somebody, text: `SLA-version: 0.1\nAction: Tell\n${headers}` };
});
const untell = of.map(({ sender, id }) => ({ sender, text: untell1(id) }));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: tell },
  { weight: 1, arbitrary: oldTell },
  { weight: 3, arbitrary: untell },
  { weight: 1, arbitrary: fc.constant('sweep' as const) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ commands: fc.array(command, { minLength: 1, maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ minutes: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);

async function done({ market, clock }: GivenMarket, one: Command): Promise<readonly string[]> {
  if (one !== 'sweep') return said(market, one.text, one.sender);
  await market.sweep(clock.now());
  return [];
}

/** The Tells that the store holds, in no order of telling. */
async function held({ files }: GivenMarket): Promise<object[]> {
  const rows = await new MarketStore(files.store, nothingKnown).tells(0, 1_000);
  const named = rows.map(({ place, ...row }) => ({ name: `${row.teller} ${row.id}`, row }));
  return named.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ row }) => row);
}

describe('Tells of one name that are under way at once', () => {
  it('are answered and kept as they are one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
        await using together = await givenMarket();
        await using apart = await givenMarket();
        for (const one of steps) {
          if (one === 'restart') for (const given of [together, apart]) await given.restart();
          else if ('minutes' in one) {
            for (const { clock } of [together, apart]) await clock.advance(one.minutes * minuteMs);
          } else {
            const atOnce = await Promise.all(one.commands.map((each) => done(together, each)));
            const inTurn: (readonly string[])[] = [];
            for (const each of one.commands) inTurn.push(await done(apart, each));
            expect(atOnce).to.deep.equal(inTurn);
            expect(await held(together)).to.deep.equal(await held(apart));
          }
        }
        for (const given of [together, apart]) await given.restart();
        const [ask, left] = [ask1('ask-1', 'Limit: 10'), await held(apart)];
        expect(await held(together)).to.deep.equal(left);
        const found = idsOf(await said(together.market, ask)).sort();
        expect(found).to.deep.equal(idsOf(await said(apart.market, ask)).sort());
      }),
      { numRuns: 20 },
    );
  });

  it('are held to the Seq of the one before, which memory does not have yet', async () => {
    await using given = await givenMarket();
    const tells = [1, 3, 2].map((seq) => tell1('a', `Seq: ${seq}`, `Cpus: ${seq}`));
    const answers = await Promise.all(
      [...tells, untell1('a'), tells[0] as string].map((text) => said(given.market, text)),
    );
    const actions = answers.map(([answer = '']) => /^Action: (.*)$/m.exec(answer)?.[1]);
    expect(actions).to.deep.equal(['Ack', 'Ack', 'Decline', 'Ack', 'Ack']);
    expect(answers[2]?.[0]).to.match(/^Reason: stale .* Seq 3/m);
    expect(await held(given)).to.have.length(1);
    expect(await said(given.market, ask1('ask-1', 'Cpus: 1'))).to.have.length.above(1);
  });

  it('are not two for a market that starts: it says which the store holds twice', async () => {
    await using given = await givenMarket();
    for (const id of ['a', 'b']) await said(given.market, tell1(id, 'Cpus: 8'));
    await given.files.store.write((sql) => sql.run(`UPDATE tells SET id = 'a'`));
    const started = await given.restart().catch((error: Error) => error.message);
    expect(started).to.match(/^the store holds two Tells of one name: a, told by /);
  });
});
