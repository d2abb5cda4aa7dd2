import { expect } from 'chai';
import { lentNodes } from '../../../broker/lent.ts';
import type { Node } from '../../../broker/node.ts';
import { nodeTell } from '../../../broker/node-tell.ts';
import { finish } from '../../../grammar/index.ts';
import { askOf, factsOf } from '../jobs/support.ts';
import { cpus, givenCapacity, hourMs, marginMs, minuteMs } from './given.ts';

const limited = (limit: string, count = 1) => ({ ask: askOf(`Walltime: ${limit}`), tasks: count });

describe('what is told of a node', () => {
  it('is what is left after holds and reservations: nothing while all is held, and all again after', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const left = () => {
      const lent = here.given.jobs.dispatch.lent('n1');
      return lent && [lent.tasks, lent.cpus, lent.isWhole];
    };
    expect(left()).to.deep.equal([4, 4, true]);
    const deal = await here.offer({ nodes: ['n1'], slots: 3 });
    expect(left()).to.deep.equal([1, 1, false]);
    const agreement = await here.accept(deal!);
    const { id } = await here.given.submit({ ...limited('10 min'), agreement });
    await n1.mayStart(`${id}.1`);
    expect(left(), 'it runs in what is reserved').to.deep.equal([1, 1, false]);
    const rest = await here.offer({ nodes: ['n1'] });
    expect(left()).to.deep.equal([0, 0, false]);
    await here.letGo(rest!);
    expect(left()).to.deep.equal([1, 1, false]);
    await here.given.clock.advance(hourMs + marginMs);
    expect(left()).to.deep.equal([3, 3, false]);
  });
});

describe('the Tell of a node', () => {
  it('has no slot while all of it is held, so that no Ask finds it, and all it has once that lapses', async () => {
    await using here = await givenCapacity();
    await here.given.agent('n1');
    const says = [{ name: 'Cpus', value: '4' }];
    const left = { isSoldOut: false, isWhole: true, cpus: 4, memoryBytes: 2 ** 33 };
    const node: Node = {
      ...{ name: 'n1', serves: [{ application: 'app', host: 'h:1', transport: 'job' }], says, saysText: '' },
      ...{ load: undefined, disk: undefined, agentKey: 'key' },
      left: { ...left, startDelayMs: undefined, slots: undefined, waiting: undefined },
    };
    const told = () => {
      const [lent] = lentNodes([node], () => here.given.jobs.dispatch.lent('n1'));
      const { headers } = nodeTell(lent!, '127.0.0.1:7685');
      return headers.flatMap(({ name, value }) =>
        name === 'Slots' || name === 'Cpus' ? `${name}: ${value}` : [],
      );
    };
    expect(told()).to.deep.equal(['Cpus: 4']);
    const deal = await here.offer({ nodes: ['n1'], slots: 3 });
    expect(told()).to.deep.equal(['Cpus: 1']);
    await here.offer({ nodes: ['n1'] });
    expect(told()).to.include('Slots: 0');
    await here.letGo(deal!);
    expect(told()).to.deep.equal(['Cpus: 3']);
  });
});

describe('a node of which something is promised', () => {
  it('leaves its deals short, and whole again when it comes back', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    await here.offer({ nodes: ['n1'], slots: 2 });
    await here.accept(1);
    await n1.vanish();
    expect(here.told).to.deep.equal(['1 short: nothing is heard of n1']);
    await here.given.agent('n1');
    await here.given.settle();
    expect(here.told.slice(1)).to.deep.equal(['1 whole: all that it has is there again']);
  });

  it('that has less than before leaves the newest short, and one that drains all', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    for (const deal of [1, 2, 3]) {
      await here.offer({ nodes: ['n1'] });
      await here.accept(deal);
    }
    await n1.say(factsOf({ says: { Application: 'app', Cpus: '2' } }));
    await here.given.settle();
    const shut = 'n1 takes no tasks, or has less than it had';
    expect(here.told.splice(0)).to.deep.equal([`3 short: ${shut}`]);
    await here.given.jobs.dispatch.drain('n1', true);
    await here.given.settle();
    expect(here.told.splice(0)).to.have.members([`1 short: ${shut}`, `2 short: ${shut}`]);
    await here.given.jobs.dispatch.drain('n1', false);
    await here.given.settle();
    expect(here.told.splice(0)).to.have.length(2);
    await n1.say(factsOf());
    await here.given.settle();
    expect(here.told).to.deep.equal(['3 whole: all that it has is there again']);
  });

  it('is waited for after a start of the broker, and what it was told of it stands', async () => {
    await using here = await givenCapacity();
    await here.given.agent('n1');
    await here.offer({ nodes: ['n1'] });
    await here.accept(1);
    await here.given.restart(1000);
    expect(here.told).to.deep.equal([]);
    await here.given.clock.advance(30_000);
    await here.given.settle();
    expect(here.told.splice(0)).to.deep.equal(['1 short: nothing is heard of n1']);
    await here.given.restart(1000);
    await here.given.agent('n1');
    await here.given.settle();
    expect(here.told).to.deep.equal(['1 whole: all that it has is there again']);
  });

  it('is not planned on beyond its hours, nor while it is closed or drains', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1', { closesInMs: 2 * hourMs });
    expect((await here.plan({ nodes: ['n1'] }))?.start).to.equal(here.now());
    expect(await here.plan({ nodes: ['n1'], notBefore: here.now() + hourMs })).to.equal(undefined);
    await n1.say(factsOf({ draining: true, closedUntilMs: here.now() + hourMs }));
    expect(await here.plan({ nodes: ['n1'] })).to.equal(undefined);
  });
});

describe('a queue behind a node', () => {
  const powers = { limits: [], isolates: false, gracefulCancel: true, outlivesAgent: true };
  const queued = { ...powers, queueMs: hourMs, queue: 'q-1' };

  it('holds as many slots as its owner lets wait there, and promises no moment unless it keeps room', async () => {
    await using here = await givenCapacity();
    await here.given.agent('n1', { powers: queued, mostTasks: 3 });
    const first = await here.plan({ nodes: ['n1'], slots: 3, amounts: cpus(4) });
    expect(first).to.deep.include({ isTimed: false, slots: new Map([['n1', 3]]) });
    expect(await here.plan({ nodes: ['n1'], timed: true })).to.equal(undefined);
    expect(await here.plan({ nodes: ['n1'], slots: 4 })).to.equal(undefined);
    expect(here.given.jobs.dispatch.lent('n1')?.keepsTime).to.equal(false);
    await here.given.agent('n2', { powers: { ...queued, reserve: true } });
    expect((await here.plan({ nodes: ['n2'], timed: true }))?.isTimed).to.equal(true);
    expect(here.given.jobs.dispatch.lent('n2')?.keepsTime).to.equal(true);
  });

  it('is one for all agents that give tasks to it', async () => {
    await using here = await givenCapacity();
    const nodes = ['cluster', 'cluster.2'];
    const [first, second] = nodes as [string, string];
    const one = await here.given.agent(first, { powers: queued, mostTasks: 3 });
    const two = await here.given.agent(second, { powers: queued, mostTasks: 3 });
    expect(await here.plan({ nodes, slots: 4 })).to.equal(undefined);
    await here.offer({ nodes, slots: 2 });
    const { id } = await here.given.submit({ ...limited('10 min', 3) });
    expect([...one.assigned, ...two.assigned]).to.deep.equal([`${id}.1 #1`]);
    expect(here.given.jobs.dispatch.lent(second)?.tasks).to.equal(0);
  });
});

describe('why nothing is offered now', () => {
  it('is told with the earliest hour, and what is in the way until then', async () => {
    await using here = await givenCapacity();
    const nodes = ['n1', 'n2', 'n3'];
    for (const name of nodes) await here.given.agent(name);
    const later = (slots: number, amounts = cpus(1), names = nodes) => {
      const wanted = { nodes: names, amounts, slots, notBefore: here.now(), lengthMs: hourMs };
      const planned = finish(here.capacity.planning(wanted));
      return finish(here.capacity.later(wanted, planned?.start));
    };
    await here.offer({ nodes, slots: 12 });
    const ends = here.now() + hourMs + marginMs;
    const start = new Date(Math.ceil(ends / minuteMs) * minuteMs).toISOString().slice(0, 16);
    expect(later(1)).to.deep.include({
      start: Date.parse(`${start}Z`),
      text: `start ${start}Z at the earliest: 3 nodes fit, all reserved until then`,
    });
    expect(later(13).text).to.equal('3 nodes fit, with 12 of 13 slots in all');
    expect(later(1, cpus(5)).text).to.equal('no node that takes tasks now has as much as one slot takes');
    await here.letGo(1);
    const n1 = await here.given.agent('n1');
    const { id } = await here.given.submit({ resources: ['n1'], tasks: 4 });
    for (const task of [1, 2, 3, 4]) await n1.mayStart(`${id}.${task}`);
    expect(later(1, cpus(1), ['n1']).text).to.equal('1 node fits, busy, and nobody knows until when');
  });
});
