import { expect } from 'chai';
import fc from 'fast-check';
import { Backlog } from '../../../broker/jobs/backlog.ts';
import { Heap } from '../../../broker/jobs/heap.ts';
import { type Need, NeedReader, needOf } from '../../../broker/jobs/need.ts';
import { Occupancy } from '../../../broker/jobs/node.ts';
import { Queue } from '../../../broker/jobs/queue.ts';
import { decayed, withMore } from '../../../broker/jobs/usage.ts';

/** Needs of two owners, each in two kinds. */
const needs = ['ann', 'bob'].flatMap((owner) =>
  ['small', 'large'].map((application) => needOf({ owner, application, ask: null, resources: null })),
);
const kindOf = (need: Need) => `${need.owner} ${needs.indexOf(need) % 2 === 0 ? 'small' : 'large'}`;

interface Model {
  readonly job: number;
  readonly need: Need;
  readonly priority: number;
  numbers: number[];
}

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('add' as const),
      need: fc.constantFrom(...needs),
      priority: fc.integer({ min: -1, max: 1 }),
      tasks: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ kind: fc.constant('pick' as const), full: fc.subarray(needs) }),
    fc.record({ kind: fc.constant('again' as const), at: fc.nat() }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }),
  ),
  { maxLength: 60 },
);

describe('the queue', () => {
  it('gives of the owner that has used least the task that comes first among those that have room', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (all, bobFirst) => {
        const queue = new Queue();
        const usage = (owner: string) => Number((owner === 'bob') !== bobFirst);
        const model: Model[] = [];
        const picked: { job: number; number: number; need: Need; priority: number }[] = [];
        let job = 0;
        for (const step of all) {
          if (step.kind === 'add') {
            job += 1;
            const { need, priority, tasks } = step;
            queue.add({ job, need, priority, next: 1, last: tasks, again: [] });
            model.push({ job, need, priority, numbers: Array.from({ length: tasks }, (_, at) => at + 1) });
          } else if (step.kind === 'again' && picked.length > 0) {
            const [task] = picked.splice(step.at % picked.length, 1);
            if (task === undefined) continue;
            queue.add({ ...task, next: 1, last: 0, again: [task.number] });
            const known = model.find((one) => one.job === task.job);
            if (known === undefined) model.push({ ...task, numbers: [task.number] });
            else known.numbers.push(task.number);
          } else if (step.kind === 'remove' && job > 0) {
            const gone = (step.at % job) + 1;
            queue.remove(gone);
            for (const one of model) if (one.job === gone) one.numbers = [];
            picked.splice(0, picked.length, ...picked.filter((one) => one.job !== gone));
          } else if (step.kind === 'pick') {
            queue.wake(() => true);
            const found = queue.pick(usage, (need) => (step.full.includes(need) ? undefined : 'n1'), 0);
            const open = model.filter(({ need, numbers }) => numbers.length > 0 && !step.full.includes(need));
            const [first] = open.sort(
              (a, b) => usage(a.need.owner) - usage(b.need.owner) || b.priority - a.priority || a.job - b.job,
            );
            expect(found?.job, `${found && kindOf(found.need)}`).to.equal(first?.job);
            if (found === undefined || first === undefined) continue;
            expect(first.numbers).to.include(found.number);
            first.numbers = first.numbers.filter((number) => number !== found.number);
            picked.push({ job: found.job, number: found.number, need: first.need, priority: first.priority });
          }
          const waiting = new Set(model.flatMap(({ job: one, numbers }) => (numbers.length > 0 ? one : [])));
          expect(queue.jobs).to.equal(waiting.size);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('asks for room once for each need, however many jobs wait, until there is more', () => {
    const queue = new Queue();
    const [need] = needs;
    if (need === undefined) throw new Error('there are needs');
    for (let job = 1; job <= 1_000; job += 1)
      queue.add({ job, need, priority: 0, next: 1, last: 9, again: [] });
    let asked = 0;
    const full = () => {
      asked += 1;
      return undefined;
    };
    for (let round = 0; round < 10; round += 1) expect(queue.pick(() => 0, full, 0)).to.equal(undefined);
    expect(asked).to.equal(1);
    queue.wake(() => false);
    expect(queue.pick(() => 0, full, 0)).to.equal(undefined);
    expect(asked).to.equal(1);
    queue.wake(() => true);
    expect(
      queue.pick(
        () => 0,
        () => 'n1',
        0,
      ),
    ).to.deep.include({ job: 1, number: 1 });
  });

  it('gives two owners with the same work the same share, whoever came first', () => {
    const backlog = new Backlog({ halfLifeMs: 1_000, assumedMs: 1_000 }, new NeedReader(10));
    const row = (job: number, owner: string) =>
      ({
        job,
        id: `${job}`,
        owner,
        application: 'app',
        ask: null,
        resources: null,
        priority: 0,
        next: 1,
        tasks: 100,
        atOnce: null,
        waits: 0,
        cancelMs: null,
        closed: null,
      }) as never;
    backlog.add(row(1, 'ann'));
    backlog.add(row(2, 'bob'));
    const pick = backlog.picker(0, () => 'n1');
    const owners = Array.from({ length: 60 }, () => pick()?.need.owner);
    expect(owners.filter((owner) => owner === 'bob')).to.have.length(30);
  });

  it('takes up a job of very many tasks with a high limit at once, some of them to be tried again', () => {
    const backlog = new Backlog({ halfLifeMs: 1_000, assumedMs: 1_000 }, new NeedReader(10));
    const tasks = 1_000_000;
    const job = {
      ...{ job: 1, id: 'j', owner: 'ann', application: 'app', ask: null, resources: null, priority: 0 },
      ...{ next: 3, tasks, atOnce: tasks - 1, waits: 0, cancelMs: null, closed: null },
    };
    const again = { job: 1, number: 2, state: 'matching', refused: null };
    backlog.load({ jobs: [job], tasks: [again], used: new Map() } as never);
    const pick = backlog.picker(0, () => 'n1');
    expect([pick(), pick(), pick()].map((one) => one?.number)).to.deep.equal([2, 3, 4]);
  });
});

describe('usage', () => {
  it('counts half after its half-life, and never more when the clock goes back', () => {
    expect(decayed({ amount: 8, at: 0 }, 2_000, 1_000)).to.equal(2);
    expect(decayed({ amount: 8, at: 5_000 }, 0, 1_000)).to.equal(8);
    expect(withMore({ amount: 8, at: 0 }, 1, 1_000, 1_000)).to.deep.equal({ amount: 5, at: 1_000 });
  });
});

describe('a heap', () => {
  it('gives things in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const heap = new Heap<number>((a, b) => a < b);
        for (const number of numbers) heap.add(number);
        const taken = Array.from({ length: numbers.length }, () => heap.take());
        expect(taken).to.deep.equal(numbers.toSorted((a, b) => a - b));
        expect(heap.take()).to.equal(undefined);
      }),
    );
  });
});

describe('a node', () => {
  const amounts = fc.record({ cpus: fc.constantFrom(0.5, 1, 2, 5), memory: fc.constantFrom(1, 3) });
  const actions = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('offer' as const), amounts }),
      fc.record({
        kind: fc.constantFrom('run' as const, 'leave' as const, 'remove' as const),
        at: fc.nat(20),
      }),
    ),
    { maxLength: 60 },
  );

  it('never runs more than it has, and holds no more than it says', () => {
    fc.assert(
      fc.property(actions, fc.nat(4), fc.nat(3), (all, mostTasks, mostHeld) => {
        const node = new Occupancy();
        const total = new Map([
          ['cpus', 4],
          ['memory', 6],
        ]);
        node.capacity = { total, mostTasks, mostHeld, draining: false };
        const mine: { readonly name: string; readonly takes: ReadonlyMap<string, number>; phase: string }[] =
          [];
        for (const [index, action] of all.entries()) {
          if (action.kind === 'offer') {
            const takes = new Map(Object.entries(action.amounts));
            if (node.roomFor(takes) === 'none') continue;
            node.put(`a${index}`, takes, 'held');
            mine.push({ name: `a${index}`, takes, phase: 'held' });
          } else {
            const one = mine[action.at % Math.max(1, mine.length)];
            if (one === undefined) continue;
            if (action.kind === 'remove') {
              node.remove(one.name);
              mine.splice(mine.indexOf(one), 1);
            } else if (action.kind === 'leave' && one.phase === 'running') {
              node.leave(one.name);
              one.phase = 'leaving';
            } else if (action.kind === 'run' && one.phase === 'held' && node.run(one.name))
              one.phase = 'running';
          }
          const running = mine.filter(({ phase }) => phase === 'running');
          const sum = (name: string) => running.reduce((all, { takes }) => all + (takes.get(name) ?? 0), 0);
          expect(sum('cpus')).to.be.at.most(4);
          expect(sum('memory')).to.be.at.most(6);
          expect(running.length).to.be.at.most(mostTasks);
          const held = mine.filter(({ phase }) => phase === 'held').length;
          expect(held + running.length).to.be.at.most(mostTasks + mostHeld);
          expect([node.running, node.held]).to.deep.equal([running.length, held]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
