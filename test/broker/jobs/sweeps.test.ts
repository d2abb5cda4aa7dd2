import { readdir, readFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import type { Blobs } from '../../../broker/jobs/blobs.ts';
import type { Refusal } from '../../../platform/failure.ts';
import { type GivenJobs, givenBlobs, givenJobs, owner } from './support.ts';

const list = 'ef'.repeat(32);
const blob = 'ab'.repeat(32);

/** Staging with a list of tasks, which is its owner's alone. */
function listed(lines: readonly string[], pieceLength = 7): Blobs {
  const bytes = Buffer.from(lines.join('\n'));
  async function* content() {
    for (let at = 0; at < bytes.length; at += pieceLength) yield bytes.subarray(at, at + pieceLength);
  }
  return {
    ...givenBlobs(new Map([[blob, 3]])),
    contentOf: async (who, named) =>
      who === owner && named === list ? { bytes: bytes.length, content: content() } : undefined,
  };
}

/** A store as it was at an earlier migration. */
class OldStore implements Disposable {
  readonly #db = new Database(':memory:');

  run(sql: string): void {
    this.#db.exec(sql);
  }

  all(sql: string): unknown[] {
    return this.#db.prepare(sql).all();
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

function refusalOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'taken',
    (error: Refusal) => `${error.code}: ${error.detail}`,
  );
}

async function rowsOf(given: GivenJobs, id: string) {
  const { rows } = await given.jobs.table.page(owner, id, {});
  return rows.map(({ number, of, parameters, state, exit }) => [number, of, ...parameters, state, exit]);
}

describe('a job with a list of tasks', () => {
  it('gives each task its parameters and its files, and shows them in its table', async () => {
    const lines = [
      { parameters: ['1', 'ä'], inputs: [{ path: 'stub1.nl', blob }] },
      { parameters: ['2', 'b c'] },
    ];
    await using given = await givenJobs({}, listed(lines.map((line) => JSON.stringify(line))));
    const agent = await given.agent('n1');
    const { id } = await given.submit({
      arguments: ['--n={1}', '{2}', '{3}', '{task}'],
      outputs: ['out{1}.txt'],
      tasks: { blob: list },
      parameters: ['n', 'name'],
    });
    expect(agent.heard[0]).to.deep.include({
      arguments: ['--n=1', 'ä', '{3}', '1'],
      outputs: ['out1.txt'],
      inputs: [{ path: 'stub1.nl', blob, bytes: 3, executable: false }],
    });
    expect(agent.heard[1]).to.deep.include({ arguments: ['--n=2', 'b c', '{3}', '2'], inputs: [] });
    await agent.mayStart(`${id}.2`);
    await agent.end(`${id}.2`, 1, { code: 4, startedAt: 1_000, endedAt: 3_500 });
    const page = await given.jobs.table.page(owner, id, {});
    expect(page.parameters).to.deep.equal(['n', 'name']);
    expect(page.rows[1]).to.deep.include({ number: 2, state: 'failed', exit: 4, attempts: 1, seconds: 2.5 });
    expect((await given.jobs.table.page(owner, id, { limit: 1 })).next).to.equal('1');
  });

  it('is refused where a line is none, says too much, or the list is not there for its owner', async () => {
    const submit = async (lines: readonly string[], more: object = {}, settings = {}) => {
      await using given = await givenJobs(settings, listed(lines));
      return await refusalOf(given.submit({ tasks: { blob: list }, ...more }));
    };
    expect(await submit(['{}', '{"parameters":[1]}'])).to.match(/^job-refused: parameters.0: /);
    expect(await submit(['{}', '{'])).to.equal('job-refused: line 2 of the list of its tasks is no JSON');
    expect(await submit([])).to.equal('job-refused: the list of its tasks has no line');
    expect(await submit(['{}', '{}'], {}, { 'most-tasks': 1 })).to.match(/at most 1 tasks$/);
    expect(await submit(['{}'], {}, { 'list-size': 1 })).to.match(/has at most 1 bytes$/);
    const wide = JSON.stringify({ parameters: ['x'.repeat(500)] });
    expect(await submit([wide], { arguments: ['{1}{1}'] }, { 'task-size': 1_000 })).to.match(
      /1000 bytes, with/,
    );
    expect(await submit([wide], {}, { 'task-size': 400 })).to.match(/^job-refused: a line of the list/);
    const twice = JSON.stringify({
      inputs: [
        { path: 'a', blob },
        { path: 'a', blob },
      ],
    });
    expect(await submit([twice])).to.equal('job-refused: two input files of a task have one path');
    const unsent = JSON.stringify({ inputs: [{ path: 'a', blob: 'cd'.repeat(32) }] });
    expect(await submit([unsent])).to.match(/^blobs-missing: blob cdcd/);
    const up = JSON.stringify({ parameters: ['..'] });
    expect(await submit([up], { outputs: ['a/{1}/b'] })).to.match(
      /^job-refused: the output 'a\/..\/b' is a path/,
    );
    await using given = await givenJobs({ 'open-access': ['*'] }, listed(['{}']));
    const long = `${`${'d'.repeat(200)}/`.repeat(5)}${'e'.repeat(10)}{task}`;
    expect(await refusalOf(given.submit({ tasks: 3, outputs: [long] })), 'for task 1000000').to.match(
      /^job-refused: the output 'd.*' has more than 1024 characters$/,
    );
    const { id: first } = await given.submit({ tasks: 3 });
    const inputsFrom = [{ job: first, output: 'x', path: long }];
    expect(await refusalOf(given.submit({ inputsFrom }))).to.match(/^job-refused: the input 'd/);
    const theirs = given.submit({ tasks: { blob: list } }, 'eve');
    expect(await refusalOf(theirs)).to.match(/^blobs-missing: the list of its tasks is not here/);
  });

  it('has a hundred thousand tasks in one call, each with its own parameters', async () => {
    const count = 100_000;
    const lines = Array.from({ length: count }, (_, index) => `{"parameters":["${index}","x"]}`);
    await using given = await givenJobs({}, listed(lines, 64 * 1024));
    const { id, tasks } = await given.submit({
      arguments: ['{1}'],
      tasks: { blob: list },
      parameters: ['n'],
    });
    expect(tasks).to.equal(count);
    for (const after of [0, 1, 54_321, count - 1]) {
      const { rows } = await given.jobs.table.page(owner, id, { after, limit: 1 });
      expect(rows[0]).to.deep.include({ number: after + 1, parameters: [`${after}`, 'x'] });
    }
    const agent = await given.agent('n1', { mostTasks: 2 });
    expect(agent.heard[1]).to.deep.include({ task: `${id}.2`, arguments: ['1'] });
  });

  it('may have been kept before tasks had rows of their own', async () => {
    using db = new OldStore();
    const folder = new URL('../../../broker/migrations/', import.meta.url);
    const files = (await readdir(folder)).sort();
    const at = files.indexOf('016-after.sql');
    for (const file of files.slice(0, at)) db.run(await readFile(new URL(file, folder), 'utf8'));
    db.run(`INSERT INTO job_texts (job, text) VALUES
      (1, '{"arguments":["{1}"],"parameters":[["a","b \\u00e4"],["c"]]}'), (2, '{"arguments":[],"parameters":null}')`);
    db.run(await readFile(new URL('016-after.sql', folder), 'utf8'));
    const [row, ...more] = db.all('SELECT * FROM job_rows') as { first: number; rows: string }[];
    expect([row?.first, JSON.parse(row?.rows ?? ''), more]).to.deep.equal([1, [[['a', 'b ä']], [['c']]], []]);
    expect(db.all('SELECT text FROM job_texts')).to.deep.equal([
      { text: '{"arguments":["{1}"]}' },
      { text: '{"arguments":[]}' },
    ]);
  });

  it('is the same job where its request comes again after the list is gone', async () => {
    let isHere = true;
    const blobs = listed(['{}', '{}']);
    const contentOf: Blobs['contentOf'] = async (...asked) =>
      isHere ? blobs.contentOf(...asked) : undefined;
    await using given = await givenJobs({}, { ...blobs, contentOf });
    const request = { request: 'word', tasks: { blob: list } };
    const { id } = await given.submit(request);
    isHere = false;
    expect((await given.submit(request)).id).to.equal(id);
  });
});

describe('a limit on the tasks of a job at once', () => {
  it('is kept whatever becomes of them, also after a restart, while other jobs go on', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ tasks: 5, atOnce: 2, repeatable: true });
    const { id: free } = await given.submit();
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`, `${free}.1 #1`]);
    await agent.say({
      ...{ type: 'refuse', task: `${id}.1`, attempt: 1, code: 'policy', reason: 'no', elsewhere: true },
    } as never);
    expect(agent.assigned.at(-1)).to.equal(`${id}.3 #1`);
    await agent.mayStart(`${id}.2`);
    await given.restart(1_000);
    const held = [2, 3].map((number) => ({
      ...{
        task: `${id}.${number}`,
        attempt: 1,
        stage: number === 2 ? ('started' as const) : ('held' as const),
      },
    }));
    const again = await given.agent('n1', {}, [...held, { task: `${free}.1`, attempt: 1, stage: 'held' }]);
    expect(again.assigned).to.deep.equal([]);
    await again.end(`${id}.2`);
    expect(again.assigned).to.deep.equal([`${id}.4 #1`]);
    await again.mayStart(`${id}.3`);
    await again.end(`${id}.3`);
    expect(again.assigned).to.deep.equal([`${id}.4 #1`, `${id}.5 #1`]);
  });

  it('takes those that are tried again first, and has a cancelled job start nothing more', async () => {
    await using given = await givenJobs({ 'refusal-pause': 1 });
    const agent = await given.agent('n1');
    const { id } = await given.submit({ tasks: 4, atOnce: 1 });
    await agent.say({
      type: 'refuse',
      task: `${id}.1`,
      attempt: 1,
      code: 'full',
      reason: 'no',
      elsewhere: true,
    } as never);
    await given.clock.advance(10);
    await given.settle();
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`, `${id}.1 #2`]);
    await given.jobs.cancel(owner, id);
    await given.settle();
    expect((await given.job(id)).state).to.equal('CANCELLED');
    expect(agent.assigned).to.have.length(2);
  });
});

describe('tasks that are run again', () => {
  it('are those that failed, in a new job that names the old, each with what it had, and the same job however often asked', async () => {
    const lines = [1, 2, 3].map((n) => JSON.stringify({ parameters: [`${n * 10}`] }));
    await using given = await givenJobs({}, listed(lines));
    const agent = await given.agent('n1');
    const { id } = await given.submit({
      arguments: ['{1}', '{task}'],
      tasks: { blob: list },
      parameters: ['n'],
    });
    expect(await refusalOf(given.jobs.again(owner, id, 'failed'))).to.match(/^not-now: .*has ended/);
    for (const [number, code] of [
      [1, 0],
      [2, 1],
      [3, 2],
    ]) {
      await agent.mayStart(`${id}.${number}`);
      await agent.end(`${id}.${number}`, 1, { code: code ?? 0 });
    }
    const again = await given.jobs.again(owner, id, 'failed');
    expect(again).to.deep.include({ tasks: 2, againOf: id, state: 'QUEUED' });
    expect((await given.jobs.again(owner, id, 'failed')).id).to.equal(again.id);
    await given.settle();
    const assigned = agent.heard.filter((message) => message.type === 'assign').slice(3);
    expect(assigned.map((message) => message.type === 'assign' && message.arguments)).to.deep.equal([
      ['20', '2'],
      ['30', '3'],
    ]);
    await agent.mayStart(`${again.id}.1`);
    await agent.end(`${again.id}.1`);
    await agent.mayStart(`${again.id}.2`);
    await agent.end(`${again.id}.2`, 1, { code: 1 });
    expect(await rowsOf(given, again.id)).to.deep.equal([
      [1, 2, '20', 'done', 0],
      [2, 3, '30', 'failed', 1],
    ]);
    const third = await given.jobs.again(owner, again.id, 'not-done');
    await given.settle();
    expect(await rowsOf(given, third.id)).to.deep.equal([[1, 3, '30', 'held', null]]);
  });

  it('are also those that never began, where all are wanted that are not done', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1 });
    const { id } = await given.submit({ tasks: 4 });
    await agent.mayStart(`${id}.1`);
    await agent.end(`${id}.1`);
    await given.jobs.cancel(owner, id);
    await given.settle();
    expect(await refusalOf(given.jobs.again(owner, id, 'failed'))).to.equal(
      `not-now: job ${id} is CANCELLED: none of its tasks failed`,
    );
    const { tasks } = await given.jobs.again(owner, id, 'not-done');
    expect(tasks).to.equal(3);
    expect(await refusalOf(given.jobs.again('eve', id, 'not-done'))).to.match(/^not-found/);
  });
});
