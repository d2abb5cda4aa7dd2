import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ended } from '../../../protocol/agent/messages.ts';
import { taskPath } from '../../../protocol/jobs/job.ts';
import { eventually } from '../support.ts';
import { keptOf } from './attempts.ts';
import type { FakeBroker } from './fake-broker.ts';
import { injections } from './injections.ts';
import { obliging, startTasks, type TasksUnderTest } from './tasks.ts';

describe('the tasks of an agent', () => {
  let tasks: TasksUnderTest;
  let broker: FakeBroker;
  let folder: string;

  beforeEach(async () => {
    tasks = await startTasks();
    ({ broker, folder } = tasks);
  });

  afterEach(() => tasks[Symbol.asyncDispose]());

  async function run(script: string, said: Parameters<typeof keptOf>[0] = {}): Promise<Ended> {
    await broker.hears('inventory');
    const task = `j.${broker.heard.length}`;
    const kept = keptOf({ application: 'sh', arguments: [script], ...said });
    broker.say({ type: 'assign', task, attempt: 1, ...kept });
    const ended = await broker.hears('ended', task);
    return ended;
  }

  const printed = (one: Ended['stdout']) =>
    'text' in one ? Buffer.from(one.text, 'base64').toString() : broker.blobs.get(one.blob)!.toString();
  const contents = (ended: Ended) =>
    Object.fromEntries(ended.outputs.map(({ path, blob }) => [path, broker.blobs.get(blob)?.toString()]));

  it('say at the beginning what the node is', async () => {
    const { says, mostTasks, powers, acceptsUnisolated } = await broker.hears('facts');
    expect(says).to.deep.equal({
      Application: ['sh', 'say', 'missing'],
      Arch: 'x86_64',
      Os: 'Linux',
      Cpus: '4',
      Memory: '1 GiB',
      Disk: '16 GiB',
    });
    expect(mostTasks).to.equal(4);
    expect(acceptsUnisolated, 'unless the owner has said so').to.equal(false);
    expect(powers).to.deep.include({ outlivesAgent: true, gracefulCancel: true, isolates: false });
  });

  it('run a program in a folder of its own, and tell what it printed and how it ended', async () => {
    const ended = await run('pwd; echo error >&2; exit 3');
    expect(ended.exit).to.deep.include({ kind: 'exited', code: 3 });
    expect(printed(ended.stdout)).to.match(/\/tasks\/tasks\/j\.\d+\.1\/work\n$/);
    expect(printed(ended.stderr)).to.equal('error\n');
    await eventually(async () => expect(await readdir(join(folder, 'tasks', 'tasks'))).to.deep.equal([]));
  });

  it('give a program its own environment alone, and the owner the last word', async () => {
    const ended = await run(
      'echo "$GREETING, $OWNERS, $MINE, $HOME, $TMPDIR"; env | cut -d= -f1 | sort | tr "\\n" " "',
      {
        environment: { MINE: 'a "b" $c', GREETING: 'of the user' },
      },
    );
    const [greeting, names] = printed(ended.stdout).split('\n');
    expect(greeting).to.match(/^of the owner, yes, a "b" \$c, \/.*\/work, \/.*\/tmp$/);
    const shells = new Set(['_', 'OLDPWD', 'SHLVL']);
    expect(
      names!
        .trim()
        .split(' ')
        .filter((name) => !shells.has(name)),
    ).to.have.members(['GREETING', 'HOME', 'LANG', 'MINE', 'OGM_TASK', 'OWNERS', 'PATH', 'PWD', 'TMPDIR']);
  });

  it('bring input files to their places, each blob once, and send back what is new or changed', async () => {
    const one = broker.put('one\n');
    const tool = broker.put('#!/bin/sh\ncat data/in.txt copy.txt > out.txt\n');
    const file = { blob: one, bytes: 4, executable: false };
    const ended = await run('./run && echo more >> copy.txt && mkdir sub && : > sub/empty', {
      inputs: [
        { path: 'data/in.txt', ...file },
        { path: 'copy.txt', ...file },
        { path: 'run', blob: tool, bytes: broker.blobs.get(tool)!.length, executable: true },
      ],
    });
    expect(ended).to.deep.include({ fault: null });
    expect(contents(ended)).to.deep.equal({
      'out.txt': 'one\none\n',
      'copy.txt': 'one\nmore\n',
      'sub/empty': '',
    });
    expect(
      broker.requests.filter((request) => request.includes(one.slice(0, 8)) && request.startsWith('GET')),
    ).to.have.length(1);
    expect(
      broker.heard.some((message) => message.type === 'stage' && message.stage === 'staging-in'),
    ).to.equal(true);
  });

  it('send back the files that are named, with all below them, and say where one is missing', async () => {
    const script = 'mkdir -p results/deep; echo a > results/a; echo b > results/deep/b; echo c > other';
    const ended = await run(script, { outputs: ['results'] });
    expect(contents(ended)).to.deep.equal({ 'results/a': 'a\n', 'results/deep/b': 'b\n' });
    const missing = await run(script, { outputs: ['results/a', 'nothing'] });
    expect(missing.fault).to.equal("the program left no 'nothing', which its user wants back");
    expect((await run('exit 1', { outputs: ['nothing'] })).fault).to.equal(null);
  });

  it('follow no link that a program left', async () => {
    await writeFile(join(folder, 'secret'), 'secret');
    const ended = await run(
      `ln -s ${folder}/secret link; ln -s ${folder} all; ln -s /etc .ogm; echo fine > file`,
    );
    expect(contents(ended)).to.deep.equal({ file: 'fine\n' });
    const named = await run(`ln -s ${folder}/secret link`, { outputs: ['link'] });
    expect(named.fault).to.match(/'link' was not sent: a link/);
    expect([...broker.blobs.values()].some((bytes) => bytes.includes('secret'))).to.equal(false);
  });

  it('bring large files over in parts, through cuts, and check them', async () => {
    const large = Buffer.alloc(9 * 2 ** 20, 'large ');
    const blob = broker.put(large);
    let troubles = 0;
    broker.trouble = ({ method }) => {
      troubles += 1;
      return troubles % 3 === 0 ? (method === 'GET' ? 'cut' : 503) : undefined;
    };
    const ended = await run('cat in > out; echo y >> out', {
      inputs: [{ path: 'in', blob, bytes: large.length, executable: false }],
    });
    expect(ended.fault).to.equal(null);
    const [out] = ended.outputs;
    expect(out?.bytes).to.equal(large.length + 2);
    expect(broker.blobs.get(out!.blob)!.equals(Buffer.concat([large, Buffer.from('y\n')]))).to.equal(true);
    expect(troubles).to.be.above(10);
  });

  it('refuse a task whose files are not what they are called, or are not there', async () => {
    await broker.hears('inventory');
    const blob = broker.put('right');
    broker.blobs.set(blob, Buffer.from('wrong'));
    const absent = createHash('sha256').update('absent').digest('hex');
    for (const [task, file] of [
      ['wrong.1', blob],
      ['absent.1', absent],
    ] as const) {
      const inputs = [{ path: 'in', blob: file, bytes: 5, executable: false }];
      broker.say({
        type: 'assign',
        task,
        attempt: 1,
        ...keptOf({ application: 'sh', arguments: ['exit'], inputs }),
      });
      const refusal = await broker.hears('refuse', task);
      expect(refusal.reason).to.match(/^its files cannot be had: /);
      expect(refusal.elsewhere).to.equal(false);
    }
  });

  it('send as a blob what is printed, where that is much', async () => {
    const ended = await run('i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done');
    expect(ended.stdout).to.have.property('blob');
    expect(printed(ended.stdout)).to.match(/^line 0\n[\s\S]*line 499\n$/);
  });

  it('pass on what a program says, and bring the answer to its question', async () => {
    broker.answer = (message) =>
      message.type === 'says' && message.kind === 'question'
        ? [{ type: 'answer', task: message.task, attempt: 1, text: 'forty-two' }]
        : obliging(message);
    const ended = await run(
      'mkdir .ogm; echo 25% > .ogm/progress; echo first > .ogm/messages; echo "which?" > .ogm/q; mv .ogm/q .ogm/question;' +
        ' while [ ! -e .ogm/answer ]; do sleep 0.02; done; cat .ogm/answer; printf last >> .ogm/messages',
    );
    expect(printed(ended.stdout)).to.equal('forty-two');
    expect(ended.outputs).to.deep.equal([]);
    const said = broker.heard.flatMap((message) =>
      message.type === 'says' ? [`${message.kind}: ${message.text}`] : [],
    );
    expect(said).to.deep.equal(['progress: 0.25', 'message: first', 'question: which?', 'message: last']);
  });

  it('let nothing that a user says mean anything but itself', async () => {
    // What is no UTF-16 has no bytes of its own.
    const words = injections.filter((word) => word.isWellFormed());
    const names = words.filter((word) => taskPath.safeParse(word).success && Buffer.byteLength(word) < 256);
    const inputs = names.map((path) => ({ path, blob: broker.put('in'), bytes: 2, executable: false }));
    const environment = Object.fromEntries(words.map((word, index) => [`V${index}`, word]));
    const ended = await run('', {
      application: 'say',
      arguments: words,
      environment,
      inputs,
      outputs: names,
    });
    expect(ended.fault).to.equal(null);
    const said = printed(ended.stdout).split('\0');
    expect(said.slice(0, words.length)).to.deep.equal(words);
    for (const [index, word] of words.entries()) expect(said).to.include(`V${index}=${word}`);
    const variables = said.slice(words.length, -1).map((line) => line.split('=')[0]);
    expect(
      variables.filter(
        (name) => !/^(V\d+|HOME|LANG|OGM_TASK|OWNERS|GREETING|PATH|PWD|TMPDIR|OLDPWD|SHLVL|_)$/.test(name!),
      ),
    ).to.deep.equal([]);
    expect(ended.outputs.map(({ path }) => path)).to.have.members(names);
    expect(await readdir(folder)).to.have.members([
      'agent-key',
      'agent.lock',
      'enrolment.json',
      'input-cache',
      'tasks',
      'tasks.journal',
    ]);
  });

  it('tell why a program could not be started', async () => {
    const ended = await run('exit', { application: 'missing' });
    expect(ended.exit.kind).to.equal('not-started');
    expect(ended.fault).to.match(/\S/);
  });

  it('go on while the agent is away, and are told when it is back', async () => {
    await broker.hears('inventory');
    broker.say({
      type: 'assign',
      task: 'long.1',
      attempt: 1,
      ...keptOf({ application: 'sh', arguments: ['echo begun; sleep 0.5; echo done > result'] }),
    });
    await broker.hears('may-start', 'long.1');
    await eventually(async () =>
      expect(await readdir(join(folder, 'tasks', 'tasks', 'long.1.1'))).to.include('out'),
    );
    await tasks.restart();
    const ended = await broker.hears('ended', 'long.1');
    expect(ended.exit).to.deep.include({ kind: 'exited', code: 0 });
    expect(contents(ended)).to.deep.equal({ result: 'done\n' });
    expect(printed(ended.stdout)).to.equal('begun\n');
  });
});
