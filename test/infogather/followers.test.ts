import { expect } from 'chai';
import { Lapses } from '../../infogather/lapses.ts';
import { Fleet } from '../../infogather/nodes/fleet.ts';
import { memoryLog } from '../platform/doors/support.ts';
import { ManualClock } from '../support/clock.ts';
import { document1, type GivenInfogather, givenInfogather, said, tell1 } from './support.ts';

const never = new AbortController().signal;

async function told(given: GivenInfogather, cursor: number) {
  return given.infogather.standings
    .statesAfter({ after: cursor }, { wait: 0, signal: never })
    .catch((refusal: unknown) => refusal as { readonly code: string; readonly detail: string });
}

/** A node comes, and goes. */
async function passBy(given: GivenInfogather, name: string): Promise<void> {
  await said(given.infogather, tell1(`${name}/gcc`, 'Application: gcc'));
  await given.advance(1000);
  await said(given.infogather, document1('Untell', `${name}/gcc`));
  await given.advance(1000);
}

describe('who follows what becomes of nodes', () => {
  it('is told of a cursor that the log has not come to, and waits for nothing', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, tell1('n1/gcc', 'Application: gcc'));
    await given.advance(1000);
    const { cursor } = await given.infogather.standings.states({});
    expect(await told(given, cursor)).to.deep.equal({ events: [], cursor });
    const waiting = given.infogather.standings.statesAfter(
      { after: cursor + 1 },
      { wait: 30, signal: never },
    );
    const refused = await waiting.catch((refusal: unknown) => refusal);
    expect(refused).to.include({ code: 'cursor-expired', detail: `the log goes from 0 to ${cursor}` });
  });

  it('misses no node that went: where that is forgotten, it begins anew', async () => {
    await using given = await givenInfogather({ 'most-gone': 1 });
    await passBy(given, 'n1');
    const { cursor: slow } = await given.infogather.standings.states({});
    await passBy(given, 'n2');
    await passBy(given, 'n3');
    const { cursor: head } = await given.infogather.standings.states({});
    await given.infogather.sweep(given.clock.now());
    // The log has nothing of n2 any more, of which it has read nothing yet.
    expect(await told(given, slow)).to.include({ code: 'cursor-expired' });
    const again = await given.infogather.standings.states({});
    expect(again).to.include({ cursor: head });
    expect(await told(given, again.cursor)).to.deep.equal({ events: [], cursor: head });
    await passBy(given, 'n4');
    const { events } = (await told(given, head)) as { events: { name: string; to: string }[] };
    expect(events.map(({ name, to }) => `${name} ${to}`)).to.deep.equal([
      'n4 joining',
      'n4 alive',
      'n4 gone',
    ]);
  });
});

describe('registrations that lapse', () => {
  it('do so the next time where they could not', async () => {
    const clock = new ManualClock();
    const log = memoryLog();
    let tries = 0;
    const lapses = new Lapses(
      clock,
      async () => {
        tries += 1;
        if (tries === 1) throw new Error('not now');
        return Infinity;
      },
      log,
    );
    lapses.start(clock.now() + 500);
    await clock.advance(1500);
    expect(tries).to.equal(1);
    expect(log.lines).to.deep.equal(['error registrations cannot lapse; trying again Error: not now']);
    await clock.advance(1000);
    expect(tries).to.equal(2);
    await clock.advance(60_000);
    expect(tries).to.equal(2);
  });
});

describe('a fleet', () => {
  it('knows a node by its last number alone, where its row was forgotten while it was gone', () => {
    const fleet = new Fleet();
    const row = { owner: 'ann', name: 'n1', state: 'alive', since: 0, reason: '', cursor: 1 } as const;
    const member = fleet.stored({ ...row, node: 1 }, 0);
    fleet.numberAs(member, { ...row, node: 2 });
    expect(fleet.numbered(1)).to.equal(undefined);
    expect(fleet.numbered(2)).to.equal(member);
    expect([...fleet.after(0)]).to.deep.equal([member]);
  });
});
