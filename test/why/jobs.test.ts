import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { user } from '../broker/agreements/given.ts';
import { openHouse } from './house.ts';

const hourMs = 3_600_000;

/** Hours of a day in UTC, from one moment to another; milliseconds from now. */
function hoursOf(fromMs: number, toMs: number): Record<string, unknown> {
  const time = (ms: number) => new Date(Date.now() + ms).toISOString().slice('YYYY-MM-DDT'.length, -8);
  return { hours: [`${time(fromMs)}-${time(toMs)}`], 'time-zone': 'UTC' };
}

describe('why a job waits for a node, of a broker and of agents as people start them', () => {
  it('is that it was not submitted, that no node is there, or that none fits', async () => {
    await using house = await openHouse();
    const held = await house.submit({ hold: true });
    await house.shows('job-not-submitted', held.id);
    const early = await house.submit({ resources: ['n8', 'n9'] });
    await house.shows('no-node', early.id, 'no node is there among n8, n9');
    await house.agent('n1', { cpus: 1, memory: '1 GiB' });
    const other = await house.submit({ application: 'blender' });
    await house.shows('application-nowhere', other.id);
    const large = await house.submit({}, ['Memory: 100 GiB']);
    const memory =
      'the one node that is there does not fit: Memory: 100 GiB -> 0 yes, 1 no, 0 unsaid; alone stops 1; nearest 1 GiB at n1';
    await house.shows('clause-too-many', large.id, memory);
    const own = await house.submit({}, [], 'bob');
    await house.shows('no-node', own.id, 'no node is there', 'bob');
    await house.agent('b1', {}, { owner: 'bob' });
    await house.shows('house-unisolated', own.id, /^no node is there but b1, /, 'bob');
    const theirs = await house.submit({}, [], 'ann');
    await house.shows('no-node', theirs.id, 'no node is there', 'ann');
    await house.agent('e1', { 'accept-unisolated': true }, { owner: 'eve', isOther: true });
    await house.work.sharing.share(user('eve'), 'e1', ['ann']);
    await house.shows('shared-unnamed', theirs.id, /^no node is there but e1, /, 'ann');
  });

  it('is that nodes are busy, or one is kept for what is large', async () => {
    await using house = await openHouse({ 'large-patience': 60_000 });
    await house.agent('n1', { memory: '3 GiB', 'concurrent-programs': 4, 'held-tasks': 0 });
    const small: string[] = [];
    for (let number = 1; number <= 3; number += 1) {
      const { id } = await house.submit({ arguments: ['600'] }, [
        'Cpus: 0.25',
        'Memory: 1 GiB',
        'Walltime: 5 min',
      ]);
      await house.shows('task-runs', id);
      small.push(id);
    }
    const large = await house.submit({ arguments: ['1'] }, ['Memory: 3 GiB', 'Walltime: 1 min']);
    const until = /^1 node fits, and is busy; the first frees by \S+Z at the latest$/;
    await house.shows('nodes-busy', large.id, until);
    await house.clock.leap(61_000);
    await house.work.jobs.cancel('local', small[0]!, 0);
    await house.shows(
      'node-kept',
      large.id,
      '1 node fits; n1 is kept for it until what runs there has ended',
    );
  });

  it('is that nodes take no tasks: by their owner, by the broker, or at this hour', async () => {
    await using house = await openHouse();
    const agent = await house.agent('n1', {
      'at-closing': 'stop',
      'time-limit': '30 d',
      ...hoursOf(-hourMs, 5 * hourMs),
    });
    const long = await house.submit({ arguments: ['1'] }, ['Walltime: 8 h']);
    await house.shows(
      'nodes-close-before',
      long.id,
      /^1 node fits, and closes before it could end, at \S+Z$/,
    );
    await agent.drain();
    const { id } = await house.submit({ arguments: ['600'] });
    const drained = '1 node fits, and takes no new tasks; it says: its owner has drained this node';
    await house.shows('nodes-unwilling', id, drained);
    await agent.resume();
    await house.shows('task-runs', id);
    await house.work.resources.drain('local', 'n1', true);
    const next = await house.submit({ arguments: ['1'] });
    await house.shows('nodes-take-none', next.id);
    await house.agent('n2', hoursOf(5 * hourMs, 6 * hourMs));
    const closed = await house.submit({ resources: ['n2'] });
    await house.shows('nodes-closed', closed.id, /^1 node fits, and is closed until \S+Z$/);
  });

  it('is that all that are there have refused it, of which the others are gone', async () => {
    await using house = await openHouse();
    await house.agent('n1');
    const agent = await house.agent('n2', {
      applications: [{ name: 'pattern', argv: ['/bin/echo', '{any}'], arguments: { any: '.*' } }],
    });
    await agent.drain();
    const { id } = await house.submit({ application: 'pattern', arguments: ['Z'] });
    await house.shows('nodes-unwilling', id);
    await agent.stop();
    await house.clock.leap(31_000); // agent-silence
    await house.shows('all-refused', id, 'n1 refused it, and no other node is there');
  });

  it('is other jobs, or how many of its tasks there may be at once', async () => {
    await using house = await openHouse();
    await house.agent('n1', { 'concurrent-programs': 4, cpus: 2 });
    const go = join(house.folder, 'go');
    const script = `while [ ! -e ${go} ]; do sleep 0.02; done; exit 3`;
    const first = await house.submit({ application: 'sh', arguments: [script], tasks: 3, atOnce: 1 });
    await house.shows('task-runs', `${first.id}.1`);
    await house.shows(
      'at-once',
      `${first.id}.3`,
      '1 task of the job is under way, as many as it may have at once; the others wait for it to end',
    );
    const second = await house.submit({ after: [{ job: first.id }] });
    const behind = await house.shows('job-behind-others', second.id);
    expect(behind.cause).to.include(first.id);
    await writeFile(go, '');
    await house.shows(
      'job-failed',
      first.id,
      '3 of 3 tasks failed; task 1: its program ended with exit code 3',
    );
    const whole = `the job failed as a whole, and nothing of it is tried: job ${first.id} ended FAILED, and this one was to run only after it went well`;
    await house.shows('job-gave-up', second.id, whole);
  });

  it('is that it is being cancelled, and nothing once it is over', async () => {
    await using house = await openHouse();
    await house.agent('n1', { 'kill-grace': '10 min' });
    const [ready, told, go] = ['ready', 'told', 'go'].map((name) => join(house.folder, name));
    const script = `trap ': > ${told}' TERM; : > ${ready}; while [ ! -e ${go} ]; do sleep 0.02; done`;
    const { id } = await house.submit({ application: 'sh', arguments: [script] });
    await house.written(`${ready}`);
    await house.work.jobs.cancel('local', id, 600_000);
    await house.shows(
      'job-cancelling',
      id,
      'the job is being cancelled: the program of 1 task has yet to end',
    );
    await house.written(`${told}`);
    await writeFile(`${go}`, '');
    await house.shows('job-over', id, 'nothing of it waits: it is CANCELLED');
  });
});
