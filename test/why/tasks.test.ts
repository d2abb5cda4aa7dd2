import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { localAdministrator } from '../../broker/caller.ts';
import type { BrokerLine } from '../../fabric-agent/tasks/index.ts';
import { engineOf } from '../fabric-agent/isolation/engines.ts';
import { openLine } from '../fabric-agent/tasks/fake-broker.ts';
import { real } from '../support/real.ts';
import { type House, openHouse } from './house.ts';

/** Puts a file into the broker; returns what a job says of it. */
async function inputOf(house: House, content: string) {
  const bytes = Buffer.from(content);
  const blob = createHash('sha256').update(bytes).digest('hex');
  const part = { offset: 0, total: bytes.length, bytes: [bytes] };
  await house.work.staging.send(localAdministrator, blob, part);
  return { path: 'data.csv', blob };
}

/** A line over which no file of a method passes before it is opened. */
function slowLine(method: string): { readonly line: Partial<BrokerLine>; readonly open: () => void } {
  const opened = Promise.withResolvers<void>();
  const line: Partial<BrokerLine> = {
    async fetch(at, init) {
      if ((init?.method ?? 'GET') === method && `${at}`.includes('/blobs/')) {
        const called = Promise.withResolvers<never>();
        init?.signal?.addEventListener('abort', () => called.reject(init.signal?.reason));
        await Promise.race([opened.promise, called.promise]);
      }
      return openLine.fetch(at, init);
    },
  };
  return { line, open: opened.resolve };
}

/** Ends the supervisor of an agent as a machine does that is out of memory. */
function killSupervisor(folder: string): void {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    let words = '';
    try {
      words = readFileSync(`/proc/${name}/cmdline`, 'latin1');
    } catch {
      continue; // it has ended
    }
    if (words.includes(folder) && Number(name) !== process.pid) process.kill(Number(name), 'SIGKILL');
  }
}

describe('why a task waits on its node, of a broker and of agents as people start them', () => {
  it('is that it runs, waits for room there, or asks something', async () => {
    await using house = await openHouse();
    await house.agent('n1', { cpus: 1 });
    const script = 'mkdir -p .ogm; printf "go\\033[2J on?" > .ogm/question; sleep 600';
    const { id } = await house.submit({ application: 'sh', arguments: [script], tasks: 2 });
    await house.shows('task-asks', id, 'task 1 waits for an answer to its question: go [2J on?');
    await house.shows(
      'task-asking',
      `${id}.2`,
      'task 2 is on n1, ready to start, and waits for room beside the 1 task that runs there',
    );
    await house.work.jobs.cancel('local', id, 0);
    const runs = await house.submit({ arguments: ['600'] });
    await house.shows('task-runs', runs.id, /^task 1 runs on n1 for \d+ (?:s|min)$/);
  });

  it('is that its files come yet, cannot be had, or are sent; and meanwhile the node may be full', async () => {
    await using house = await openHouse({ 'refusal-pause': 600_000 });
    const coming = slowLine('GET');
    await house.agent('n1', {}, { line: coming.line });
    const late = await house.submit({
      inputs: [await inputOf(house, 'late')],
      arguments: ['0'],
      resources: ['n1'],
    });
    const brought = /^task 1 waits on n1 for \d+ (?:s|min): its input files are brought, 1 in all$/;
    await house.shows('task-held', late.id, brought);
    const input = await inputOf(house, 'gone');
    const lost = await house.submit({ inputs: [input], arguments: ['0'], resources: ['n1'] });
    const files = (await readdir(house.folder, { recursive: true })).filter((name) =>
      name.endsWith(input.blob),
    );
    expect(files).to.have.lengthOf(1);
    await rm(join(house.folder, files[0]!));
    coming.open();
    await house.shows('task-input', lost.id, /its files cannot be had/);
    const going = slowLine('PUT');
    await house.agent('n2', { 'most-tasks': 1 }, { line: going.line });
    const left = await house.submit({
      application: 'sh',
      arguments: ['echo x > out.txt'],
      resources: ['n2'],
    });
    const sends = /^the program of task 1 has ended, and n2 sends what it left, for \d+ (?:s|min)$/;
    await house.shows('task-sends', left.id, sends);
    const next = await house.submit({ arguments: ['0'], resources: ['n2'] });
    await house.shows('node-pausing', next.id);
    going.open();
    await house.shows('job-over', left.id);
  });

  it('is how its program ended: by exit code, time or memory', async () => {
    await using house = await openHouse();
    await house.agent('n1', { cpus: 2 });
    const failed = await house.submit({ application: 'sh', arguments: ['exit 3'] });
    await house.shows('task-failed', failed.id, 'task 1 failed: its program ended with exit code 3');
    const long = await house.submit({ arguments: ['600'] }, ['Walltime: 1 s']);
    await house.shows('task-time', long.id);
    const script = `exec '${process.execPath}' -e 'const all = Buffer.alloc(2e8, 1); setTimeout(() => all, 600_000)'`;
    const large = await house.submit({ application: 'sh', arguments: [script] }, ['Memory: 100 MiB']);
    await house.shows('task-memory', large.id);
  });

  it('is that no node that fits takes it: for its words, or for whose it is', async () => {
    await using house = await openHouse();
    await house.agent('n1');
    const { id } = await house.submit({ application: 'pattern', arguments: ['Z'] });
    await house.shows('task-refused', id, /no node that fits takes it; n1 refuses it: pattern: /);
    await house.agent('n2', { 'task-owners': ['bob'] });
    const mine = await house.submit({ resources: ['n2'] });
    await house.shows(
      'task-owner',
      mine.id,
      /n2 refuses it: the owner of this node runs no tasks of "local"$/,
    );
  });

  it('is that nothing is heard of the node, or that nobody knows how it ended', async () => {
    await using house = await openHouse();
    const agent = await house.agent('n1');
    const { id } = await house.submit({ arguments: ['600'] });
    await house.shows('task-runs', id);
    await agent.stop();
    await house.clock.leap(31_000); // agent-silence
    await house.shows(
      'task-on-silent-node',
      id,
      'nothing is heard of n1, which has task 1 in its hands since its attempt 1',
    );
    const back = await house.agent('n1');
    await house.shows('task-runs', id);
    killSupervisor(back.folder);
    await house.shows(
      'task-lost',
      id,
      'task 1 is lost after attempt 1: n1 may have run it, and nobody knows how it ended',
    );
  });
});

(real('podman') ? describe : describe.skip)('why a task does not begin in a container', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = before;
  });

  it('is that nobody has the image that it names', async () => {
    process.env = { ...before, ...engineOf('podman').environment };
    await using house = await openHouse();
    const boxed = { name: 'boxed', argv: ['/bin/true'], image: '{image}', arguments: { image: '.+' } };
    const settings = { 'back-end': 'container', 'container-engine': 'podman', applications: [boxed] };
    await house.agent('n1', settings);
    const { id } = await house.submit({
      application: 'boxed',
      arguments: ['localhost/ogm/nobody-has-it:latest'],
    });
    await house.shows(
      'task-image',
      id,
      /n1 refuses it: the image localhost\/ogm\/nobody-has-it:latest cannot be had/,
    );
  });
});
