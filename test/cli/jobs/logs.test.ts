import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { expect } from 'chai';
import { type LogsWanted, printLogs } from '../../../cli/jobs/logs.ts';
import { TaskLines } from '../../../cli/jobs/task-lines.ts';
import { JobsClient } from '../../../client/index.ts';
import { type GivenWork, givenWork } from '../../broker/given-work.ts';

describe('ogm job logs', () => {
  let given: GivenWork;
  let jobs: JobsClient;
  const running = new Map<string, { text: string; end: (how?: object) => void }>();

  beforeEach(async () => {
    given = await givenWork();
    jobs = new JobsClient({ url: given.url, fetch }, { firstMs: 1, mostMs: 1 });
    running.clear();
    await given.agent(
      ({ task, attempt }) => {
        const ended = Promise.withResolvers<object>();
        const one = {
          text: attempt === 1 ? '' : 'again\n',
          end: (how = {}) =>
            ended.resolve({ stdout: { text: Buffer.from(one.text).toString('base64') }, ...how }),
        };
        running.set(task, one);
        return ended.promise;
      },
      ({ task }) => running.get(task)?.text ?? '',
    );
  });

  afterEach(() => given[Symbol.asyncDispose]());

  async function submitted(tasks: number): Promise<string> {
    const { id } = await jobs.submit({ application: 'echo', tasks, repeatable: true });
    while (running.size < Math.min(tasks, 4)) await new Promise(setImmediate);
    return id;
  }

  function printing(wanted: Partial<LogsWanted> & { job: string }) {
    const stdout = new PassThrough();
    const notes: string[] = [];
    const place = {
      stdout,
      note: (line: string) => void notes.push(line),
      signal: new AbortController().signal,
    };
    const done = printLogs(
      jobs,
      { task: undefined, stream: 'stdout', follow: false, ...wanted },
      place,
    ).finally(() => stdout.end());
    return { stdout, notes, done };
  }

  it('prints what there is of each task, in lines that say of which', async () => {
    const job = await submitted(3);
    running.get(`${job}.1`)!.text = 'a\nb';
    running.get(`${job}.3`)!.text = 'c\n';
    running.get(`${job}.3`)!.end();
    const { stdout, done } = printing({ job });
    await done;
    expect(await textOf(stdout)).to.equal('1| a\n1| b\n3| c\n');
    const one = printing({ job, task: 1 });
    await one.done;
    expect(await textOf(one.stdout), 'as it is').to.equal('a\nb');
  });

  it('follows all tasks until the job has ended, those that start later too', async () => {
    const job = await submitted(6); // of which four run at once
    const { stdout, done } = printing({ job, follow: true });
    const all = textOf(stdout);
    for (let number = 1; number <= 6; number += 1) {
      const task = `${job}.${number}`;
      while (!running.has(task)) await new Promise(setImmediate);
      running.get(task)!.text = `${number}\n`;
      running.get(task)!.end();
    }
    await done;
    expect((await all).split('\n').sort().join(' ')).to.equal(' 1| 1 2| 2 3| 3 4| 4 5| 5 6| 6');
  });

  it('follows a task over its attempts, and says where another begins', async () => {
    const job = await submitted(1);
    const { stdout, notes, done } = printing({ job, follow: true });
    const one = running.get(`${job}.1`)!;
    one.text = 'once\n';
    let seen = '';
    stdout.on('data', (piece) => {
      const isFirst = seen === '';
      seen += String(piece);
      if (isFirst)
        one.end({
          exit: { kind: 'lost', code: null, startedAt: 1, endedAt: 2, cpuSeconds: 0, maxRssBytes: 0 },
        });
      else if (seen.endsWith('again\n')) running.get(`${job}.1`)!.end();
    });
    await done;
    expect(seen).to.equal('once\nagain\n');
    expect(notes).to.deep.equal(['task 1 is in attempt 2, and what it prints begins anew']);
  });

  it('ends with the task that is wanted, and with what cannot be told', async () => {
    const job = await submitted(2);
    const { stdout, done } = printing({ job, task: 2, follow: true });
    running.get(`${job}.2`)!.text = 'two';
    running.get(`${job}.2`)!.end();
    await done;
    expect(await textOf(stdout)).to.equal('two');
    const told = printing({ job: 'nothing' }).done.catch(({ code }: { code: string }) => code);
    expect(await told).to.equal('not-found');
  });
});

describe('lines of what comes in pieces', () => {
  it('are passed on whole, long ones in parts, and the last though it has no end', async () => {
    const seen: string[] = [];
    const lines = new TaskLines(async (line) => void seen.push(line.toString()));
    await lines.add(Buffer.from('on'));
    await lines.add(Buffer.from('e\ntwo\n\nthr'));
    await lines.end();
    await lines.end();
    await lines.add(Buffer.alloc(70_000, 'x'));
    expect(seen).to.deep.equal(['one\n', 'two\n', '\n', 'thr', 'x'.repeat(70_000)]);
  });
});
