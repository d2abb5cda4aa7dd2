import { expect } from 'chai';
import type { Amounts } from '../../../broker/jobs/assignment.ts';
import type { Refusal } from '../../../platform/failure.ts';
import { askOf } from '../jobs/support.ts';
import { cpus, givenCapacity, hourMs, marginMs, minuteMs } from './given.ts';

const limited = (limit: string, count = 1) => ({ ask: askOf(`Walltime: ${limit}`), tasks: count });

describe('a task under an agreement', () => {
  it('runs on nodes of its reservation alone, as many at once as there are slots, whatever else waits there', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1', { mostHeld: 4 });
    const n2 = await here.given.agent('n2');
    const deal = await here.offer({ nodes: ['n1'], slots: 2 });
    const agreement = await here.accept(deal!);
    const { id: others } = await here.given.submit(limited('5 min', 10));
    expect(n1.assigned, 'no more than what is not reserved, and none ahead').to.have.length(2);
    expect(n2.assigned).to.have.length(4);
    const { id } = await here.given.submit({ ...limited('10 min', 3), agreement });
    expect(n1.assigned.slice(2)).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
    for (const task of [1, 2]) expect((await n1.mayStart(`${id}.${task}`))[0]?.type).to.equal('start');
    await n1.end(`${id}.1`);
    expect(n1.assigned.at(-1)).to.equal(`${id}.3 #1`);
    expect(await here.given.states(others)).to.include('7 matching');
  });

  it('waits for its beginning, and does not start where it could pass its end', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const deal = await here.offer({ nodes: ['n1'], notBefore: here.now() + hourMs });
    const agreement = await here.accept(deal!);
    const { id } = await here.given.submit({ ...limited('50 min'), agreement });
    expect(n1.assigned).to.deep.equal([]);
    await here.given.clock.advance(hourMs);
    await here.given.settle();
    expect(n1.assigned).to.deep.equal([`${id}.1 #1`]);
    await here.given.clock.advance(11 * minuteMs);
    expect((await n1.mayStart(`${id}.1`)).map(({ type }) => type)).to.deep.equal(['drop']);
  });

  it('starts when its moment has come by the clock, also where that was set forward while it waited', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const deal = await here.offer({ nodes: ['n1'], notBefore: here.now() + 10 * hourMs });
    const agreement = await here.accept(deal!);
    const { id } = await here.given.submit({ ...limited('50 min'), agreement });
    here.given.clock.set(10 * hourMs);
    await here.given.clock.advance(minuteMs);
    await here.given.settle();
    expect(n1.assigned).to.deep.equal([`${id}.1 #1`]);
  });

  it('starts though the node is kept for a large task that waited there before it was offered', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const { id: small } = await here.given.submit(limited('1 h', 3));
    for (const task of [1, 2, 3]) await n1.mayStart(`${small}.${task}`);
    const { id: large } = await here.given.submit({ ask: askOf('Cpus: 4', 'Walltime: 1 h') });
    await here.given.clock.advance(6 * minuteMs);
    await n1.end(`${small}.3`); // and it is looked at again
    const reason = '1 node fits; n1 is kept for it until what runs there has ended';
    expect((await here.given.job(large)).reason).to.equal(reason);
    const deal = await here.offer({ nodes: ['n1'], slots: 4 });
    const agreement = await here.accept(deal!);
    const { id } = await here.given.submit({ ...limited('50 min', 4), agreement });
    for (const task of [1, 2]) await n1.end(`${small}.${task}`);
    await here.given.clock.advance(hourMs - 5 * minuteMs);
    await here.given.settle();
    expect(n1.assigned.filter((one) => one.startsWith(`${id}.`))).to.have.length(4);
    expect(await here.given.states(large)).to.equal('1 matching');
  });

  it('leaves the rest of such a node to others, though the large task has no room beside it', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const { id: small } = await here.given.submit(limited('1 h', 3));
    for (const task of [1, 2, 3]) await n1.mayStart(`${small}.${task}`);
    const { id: large } = await here.given.submit({ ask: askOf('Cpus: 4', 'Walltime: 1 h') });
    await here.given.clock.advance(6 * minuteMs);
    await n1.end(`${small}.3`); // and it is looked at again
    await here.accept((await here.offer({ nodes: ['n1'], lengthMs: 10 * hourMs }))!);
    const { id } = await here.given.submit(limited('2 h'));
    expect(n1.assigned.at(-1)).to.equal(`${id}.1 #1`);
    expect(await here.given.states(large)).to.equal('1 matching');
  });

  it('takes what its agreement says by now, also where that was changed while it waited', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const start = here.now() + hourMs;
    const deal = await here.offer({ nodes: ['n1'], slots: 2, notBefore: start });
    const agreement = await here.accept(deal!);
    const { id } = await here.given.submit({ ...limited('10 min', 2), agreement });
    await here.write((sql, capacity) => {
      const of = { nodes: ['n1'], amounts: cpus(0.5), slots: 2, lengthMs: hourMs, instead: deal! };
      const planned = capacity.plan(sql, { ...of, notBefore: start });
      capacity.hold(sql, deal!, planned!, of.amounts, start + hourMs);
    });
    await here.given.clock.advance(hourMs);
    await here.given.settle();
    expect(n1.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
    const [node] = here.given.jobs.dispatch.nodes.all;
    const taken = Array.from(node!.occupancy.taking(), ([, amounts]) => amounts.get('cpus'));
    expect(taken).to.deep.equal([0.5, 0.5]);
    const told = n1.heard.flatMap((one) => (one.type === 'assign' ? one.cpus : []));
    expect(told).to.deep.equal([0.5, 0.5]);
  });

  it('takes no room beside its reservation, and none of it once that is let go', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const deal = await here.offer({ nodes: ['n1'], slots: 2, lengthMs: 2 * hourMs });
    const agreement = await here.accept(deal!);
    const { id } = await here.given.submit({ ...limited('1 h', 2), agreement });
    for (const task of [1, 2]) await n1.mayStart(`${id}.${task}`);
    expect((await here.plan({ nodes: ['n1'], slots: 2 }))?.start).to.equal(here.now());
    expect((await here.plan({ nodes: ['n1'], slots: 3 }))?.start).to.equal(
      here.now() + 2 * hourMs + marginMs,
    );
    await here.letGo(deal!);
    expect((await here.plan({ nodes: ['n1'], slots: 3 }))?.start).to.equal(here.now() + hourMs + marginMs);
  });

  it('stays in what its agreement has when that is made longer, and is in the way of what would be beside it', async () => {
    await using here = await givenCapacity();
    const n1 = await here.given.agent('n1');
    const deal = await here.offer({ nodes: ['n1'], slots: 4, lengthMs: 2 * hourMs });
    const agreement = await here.accept(deal!);
    const { id } = await here.given.submit({ ...limited('1 h', 4), agreement });
    for (const task of [1, 2, 3, 4]) await n1.mayStart(`${id}.${task}`);
    const amend = (slots: number, amounts: Amounts, lengthMs: number) =>
      here
        .write((sql, capacity) => {
          const start = here.now();
          const wanted = { nodes: ['n1'], amounts, slots, notBefore: start, lengthMs, instead: deal! };
          const planned = capacity.plan(sql, wanted);
          if (planned?.start !== start) return 'later';
          capacity.hold(sql, deal!, planned, amounts, start + lengthMs);
          return 'held';
        })
        .catch(({ code }: Refusal) => code);
    expect(await amend(4, cpus(1), 3 * hourMs)).to.equal('held');
    expect(await amend(2, cpus(2), 3 * hourMs)).to.equal('no-capacity');
    expect(here.room.claims.of('n1').map((one) => [one.agreement, one.slots])).to.deep.equal([
      [agreement, 4],
    ]);
    expect(await amend(4, cpus(1), 30 * minuteMs)).to.equal('held');
    const free = here.now() + hourMs + marginMs;
    expect((await here.plan({ nodes: ['n1'], slots: 1 }))?.start, 'they run on').to.equal(free);
  });
});
