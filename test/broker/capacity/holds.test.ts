import { expect } from 'chai';
import type { Refusal } from '../../../platform/failure.ts';
import { askOf } from '../jobs/support.ts';
import { cpus, givenCapacity, hourMs, marginMs, minuteMs } from './given.ts';

const limited = (limit: string, count = 1) => ({ ask: askOf(`Walltime: ${limit}`), tasks: count });

describe('what is held for an Offer', () => {
  it('names a node, what each slot takes of it, and from when until when', async () => {
    await using here = await givenCapacity();
    await here.given.agent('n1');
    const from = here.now();
    const deal = await here.offer({ nodes: ['n1'], amounts: cpus(2, 2 ** 30), slots: 2 });
    const [row] = await here.write((sql) => sql.all('SELECT * FROM holds'));
    expect(row).to.deep.equal({
      ...{ deal, agent: 'n1', slots: 2, amounts: `[["cpus",2],["memory",${2 ** 30}]]` },
      ...{
        from_at: from,
        until_at: from + hourMs + marginMs,
        kind: 'hold',
        agreement: null,
        back_end: 0,
        short: 0,
      },
    });
    expect(await here.offer({ nodes: ['n1'], notBefore: from })).to.equal(2);
    await here.accept(1);
    const [reserved] = await here.write((sql) => sql.all('SELECT kind, agreement FROM holds WHERE deal = 1'));
    expect(reserved).to.deep.equal({ kind: 'reservation', agreement: 'agr1' });
  });

  it('comes after what runs, is held and is reserved, and over several nodes where one is too small', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    await here.given.agent('n2', { says: { Application: 'app', Cpus: '2' }, mostTasks: 2 });
    const { id } = await here.given.submit({ ...limited('30 min', 3), resources: ['n1'] });
    for (const task of [1, 2, 3]) await n1.mayStart(`${id}.${task}`);
    const nodes = ['n1', 'n2'];
    const now = here.now();
    expect((await here.plan({ nodes, slots: 3 }))?.slots).to.deep.equal(
      new Map([
        ['n1', 1],
        ['n2', 2],
      ]),
    );
    const later = await here.plan({ nodes, slots: 4 });
    expect(later).to.deep.equal({
      start: now + 30 * minuteMs + marginMs,
      slots: new Map([['n1', 4]]),
      isTimed: true,
    });
    await here.offer({ nodes, slots: 3 });
    expect((await here.plan({ nodes: ['n2'] }))?.start).to.equal(now + hourMs + marginMs);
    expect(await here.plan({ nodes, slots: 7 })).to.equal(undefined);
    expect(await here.plan({ nodes, amounts: cpus(5) })).to.equal(undefined);
  });

  it('does not come to be where somebody else was there first, and leaves nothing where its verb is undone', async () => {
    await using here = await givenCapacity();
    await here.given.agent('n1');
    const planned = await here.plan({ nodes: ['n1'], slots: 3 });
    await here.offer({ nodes: ['n1'], slots: 2 });
    const late = await here
      .write((sql, capacity) =>
        capacity.hold(sql, 1, { ...planned!, slots: new Map([['n1', 5]]) }, cpus(1), here.now() + hourMs),
      )
      .catch((error: Refusal) => error.code);
    expect(late).to.equal('no-capacity');
    const undone = new Error('no money');
    const before = here.room.claims.of('n1');
    const wrong = here.write((sql, capacity) => {
      capacity.letGo(sql, 1);
      capacity.hold(sql, 1, { start: here.now(), slots: new Map([['n1', 4]]) }, cpus(1), here.now() + hourMs);
      throw undone;
    });
    const beside = here.plan({ nodes: ['n1'], slots: 3, notBefore: here.now() });
    expect(await wrong.catch((error: Error) => error)).to.equal(undone);
    expect((await beside)?.start).to.equal(here.now() + hourMs + marginMs);
    expect(here.room.claims.of('n1')).to.deep.equal(before);
    expect(here.room.claims.leaving('n1')).to.deep.equal([]);
  });

  it('is in the way of jobs as long as they would run, and of none that ends before', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const now = here.now();
    const deal = await here.offer({ nodes: ['n1'], slots: 4, notBefore: now + hourMs });
    const long = await here.given.submit(limited('2 h'));
    const endless = await here.given.submit();
    const short = await here.given.submit(limited('30 min'));
    expect(n1.assigned).to.deep.equal([`${short.id}.1 #1`]);
    await here.letGo(deal!);
    expect(n1.assigned).to.have.members([`${short.id}.1 #1`, `${long.id}.1 #1`, `${endless.id}.1 #1`]);
  });

  it('ends with the interval, and what waited for it begins', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    await here.offer({ nodes: ['n1'], slots: 4 });
    const { id } = await here.given.submit(limited('10 min'));
    expect(n1.assigned).to.deep.equal([]);
    await here.given.clock.advance(hourMs + marginMs);
    await here.given.settle();
    expect(n1.assigned).to.deep.equal([`${id}.1 #1`]);
  });

  it('keeps a task from starting whose files came so late that it would not be over', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const { id } = await here.given.submit(limited('30 min'));
    await here.offer({ nodes: ['n1'], slots: 4, notBefore: here.now() + 31 * minuteMs });
    await here.given.clock.advance(10 * minuteMs);
    expect((await n1.mayStart(`${id}.1`)).map(({ type }) => type)).to.deep.equal(['drop']);
    expect(await here.given.states(id)).to.equal('1 matching');
  });

  it('is the same after a kill at any moment, and is let go at the start where its deal is over', async () => {
    await using here = await givenCapacity();
    await here.given.agent('n1');
    await here.offer({ nodes: ['n1'], slots: 2 });
    const over = await here.offer({ nodes: ['n1'] });
    await here.accept(1);
    await here.write((sql) =>
      sql.run("UPDATE deals SET state = 'lapsed', verb = 'lapse' WHERE deal = @over", { over: over! }),
    );
    await here.given.restart(1000);
    expect(here.room.claims.of('n1').map(({ deal, agreement }) => [deal, agreement])).to.deep.equal([
      [1, 'agr1'],
    ]);
    const again = await here.given.agent('n1');
    const { id } = await here.given.submit({ ...limited('10 min', 3) });
    expect(again.assigned, 'two of four are reserved').to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
  });

  it('counts for its owner by the amount of which it is most', async () => {
    await using here = await givenCapacity();
    await here.given.agent('n1');
    await here.given.agent('n2');
    await here.offer({ nodes: ['n1'], slots: 2, amounts: cpus(1, 4 * 2 ** 30) }, 'ann');
    const share = (who: string) => here.write((sql, capacity) => capacity.shareHeldBy(sql, who));
    expect(await share('ann')).to.equal(0.5);
    expect(await share('bob')).to.equal(0);
    await here.accept(1);
    expect(await share('ann')).to.equal(0);
  });
});
