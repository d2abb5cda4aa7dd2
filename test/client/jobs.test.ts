import { expect } from 'chai';
import { JobsClient, ResourcesClient } from '../../client/index.ts';
import type { JobEvent } from '../../protocol/jobs/job.ts';
import { type GivenWork, givenWork } from '../broker/given-work.ts';

const quick = { firstMs: 1, mostMs: 1 };

describe('the client of jobs', () => {
  let given: GivenWork;
  let jobs: JobsClient;

  beforeEach(async () => {
    given = await givenWork({ 'jobs-a-page': 2, 'tasks-a-page': 2, 'events-a-page': 3 });
    jobs = new JobsClient({ url: given.url, fetch }, quick);
  });

  afterEach(() => given[Symbol.asyncDispose]());

  /** A client of whose calls the first, then every third, is lost, and of the second, then every third, the answer. */
  const losing = () => {
    let calls = 0;
    const fetchSome = async (input: string | URL, init?: RequestInit) => {
      calls += 1;
      if (calls % 3 === 1) throw new TypeError('fetch failed');
      const response = await fetch(input, init);
      if (calls % 3 === 2) throw new TypeError('fetch failed');
      return response;
    };
    return new JobsClient({ url: given.url, fetch: fetchSome }, quick);
  };

  it('submits a job, follows it to its end, and reads what it printed', async () => {
    await given.agent();
    const { id, state } = await jobs.submit({ application: 'echo', tasks: 3 });
    expect(state).to.equal('QUEUED');
    const states: string[] = [];
    for await (const job of jobs.follow(id)) states.push(job.state);
    expect(states.at(-1)).to.equal('FINISHED');
    expect((await jobs.task(id, 2)).exit?.code).to.equal(0);
    const read = async (from: number) =>
      Buffer.concat(await Array.fromAsync(jobs.printed(id, 2, 'stdout', from))).toString();
    const all = `printed by ${id}.2\n`;
    expect(await read(0)).to.equal(all);
    expect(await read(8)).to.equal(all.slice(8));
    expect(await read(all.length)).to.equal('');
    expect(await Array.fromAsync(jobs.printed(id, 2, 'stderr'))).to.deep.equal([]);
  });

  it('submits a job once, however often its call and the answer are lost', async () => {
    const job = { application: 'echo', request: 'a-word-of-mine' };
    const [first, second] = [await losing().submit(job), await losing().submit(job)];
    expect(second.id).to.equal(first.id);
    expect(await Array.fromAsync(jobs.list())).to.have.length(1);
  });

  it('gives what the broker refuses, in its words', async () => {
    const refused = async (done: Promise<unknown>) => done.catch((error: { code: string }) => error.code);
    expect(await refused(jobs.get('nothing'))).to.equal('not-found');
    expect(await refused(jobs.submit({ application: 'echo', ask: 'no Ask' }))).to.equal('job-refused');
    expect(await refused(jobs.delete('nothing'))).to.equal('not-found');
  });

  it('lists all jobs and tasks, a page at a time', async () => {
    await given.agent();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await jobs.submit({ application: 'echo', tasks: 5 })).id);
    expect((await Array.fromAsync(jobs.list())).map(({ id }) => id)).to.deep.equal(ids);
    for (const id of ids) await Array.fromAsync(jobs.follow(id));
    const done = await Array.fromAsync(jobs.tasks(ids[0]!, 'done'));
    expect(done.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(await Array.fromAsync(jobs.tasks(ids[0]!, 'failed'))).to.deep.equal([]);
    expect(await Array.fromAsync(jobs.list('QUEUED'))).to.deep.equal([]);
  });

  it('changes, queues, cancels and deletes a job', async () => {
    const { id } = await jobs.submit({ application: 'echo', hold: true });
    expect(await jobs.change(id, { name: 'renamed', priority: 3 })).to.include({
      name: 'renamed',
      priority: 3,
    });
    expect(await jobs.queue(id)).to.include({ state: 'QUEUED' });
    expect(await jobs.cancel(id, 1_000)).to.include({ state: 'CANCELLED' });
    await jobs.delete(id);
    expect(await Array.fromAsync(jobs.list())).to.deep.equal([]);
  });

  it('hands over what happens once each and in order, though the broker is away now and then', async () => {
    await given.agent();
    const stop = new AbortController();
    const seen: JobEvent[] = [];
    const { id } = await jobs.submit({ application: 'echo', tasks: 4 });
    for await (const event of losing().events({ job: id, signal: stop.signal })) {
      seen.push(event);
      if (event.task === null && event.state === 'FINISHED') break;
    }
    const all = await Array.fromAsync(jobs.events({ job: id, ends: true }));
    expect(seen).to.deep.equal(all);
    expect(new Set(all.map(({ cursor }) => cursor)).size).to.equal(all.length);
    const after = all[4]!.cursor;
    expect(await Array.fromAsync(jobs.events({ job: id, after, ends: true }))).to.deep.equal(all.slice(5));
  });

  it('tells that the broker is away when it stays away', async () => {
    const away = new JobsClient(
      { url: given.url, fetch: () => Promise.reject(new TypeError('fetch failed')) },
      { ...quick, awayMs: 0 },
    );
    const told = await Array.fromAsync(away.events()).catch((error: { code: string }) => error.code);
    expect(told).to.equal('unavailable');
  });

  it('follows a job for as long as nobody calls it off', async () => {
    const { id } = await jobs.submit({ application: 'nobody has this' });
    const stop = new AbortController();
    const following = (async () => {
      for await (const job of jobs.follow(id, { signal: stop.signal }))
        if (job.state === 'QUEUED') stop.abort();
    })();
    await following.then(
      () => expect.fail('it had no end'),
      () => {},
    );
  });

  it('adds, drains and removes resources', async () => {
    const resources = new ResourcesClient({ url: given.url, fetch });
    expect((await resources.add('mine')).secret).to.match(/^[\w-]{43}$/);
    await given.agent();
    const states = async () =>
      Object.fromEntries((await resources.list()).map(({ name, state }) => [name, state]));
    expect(await states()).to.deep.equal({ mine: 'awaited', 'node-0': 'online' });
    await resources.drain('node-0');
    expect(await states()).to.include({ 'node-0': 'draining' });
    await resources.resume('node-0');
    await resources.remove('mine');
    expect(await states()).to.deep.equal({ 'node-0': 'online' });
  });
});
