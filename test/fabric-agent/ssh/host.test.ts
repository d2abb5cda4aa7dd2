import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BackEnd, RunEnd, RunOrder } from '../../../fabric-agent/back-ends/back-end.ts';
import { Speech } from '../../../fabric-agent/tasks/speech.ts';
import { Refusal } from '../../../platform/failure.ts';
import { root } from '../../../tools/project.ts';
import { real } from '../../support/real.ts';
import { eventually } from '../support.ts';
import {
  backEndBySsh,
  compilePrograms,
  killIfThere,
  lone,
  loneSettings,
  processesThere,
  sessionsThere,
  sshd,
} from './support.ts';

(real('ssh') && real('gcc') && real('root') ? describe : describe.skip)('tasks on another host', () => {
  let folder: string;
  let backEnd: BackEnd;
  let isOpen = false;
  let heard: Map<string, RunEnd>;

  before(compilePrograms);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-ssh-test-'));
    await open();
  });
  afterEach(async () => {
    if (isOpen) await forgetAll();
    await close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    await rm(join(lone.home, '.ogm'), { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(said: Readonly<Record<string, unknown>> = {}): Promise<void> {
    backEnd = await backEndBySsh(folder, { ...loneSettings, ...said });
    heard = new Map();
    backEnd.listen(({ task }, end) => heard.set(task, end));
    await backEnd.start();
    isOpen = true;
  }

  async function close(): Promise<void> {
    isOpen = false;
    await backEnd.stop();
  }

  async function forgetAll(): Promise<void> {
    for (const key of await backEnd.known()) {
      const run = { ...key, handle: null };
      await backEnd.cancel(run, 0);
      await eventually(async () => {
        const [state] = await backEnd.states([run]);
        expect(state?.state).to.not.equal('running');
      });
      await backEnd.forget([run]);
      await rm(backEnd.place(key).folder, { recursive: true, force: true });
    }
  }

  const key = { task: 'a', attempt: 1 };

  async function launch(script: string, said: Partial<RunOrder> = {}): Promise<void> {
    const { atMs } = backEnd.now();
    const { work, temporary } = backEnd.place(key);
    const environment = { PATH: '/opt/only', HOME: work, TMPDIR: temporary, WORD: "it's" };
    const times = { latestStartMs: atMs + 60_000, endMs: atMs + 120_000, graceMs: 1_000, timeMs: 120_000 };
    await backEnd.launch({
      ...key,
      ...times,
      ...{ leaseEndMs: atMs + 122_000, asks: { cpus: 1, memoryBytes: null } },
      argv: ['/bin/sh', '-c', script],
      limits: { outputBytes: 1e6, memoryBytes: null, processes: null },
      environment,
      ...said,
    });
  }

  const ended = async (): Promise<RunEnd> => {
    await eventually(() => expect(heard.has('a')).to.equal(true));
    return heard.get('a')!;
  };
  const printed = () => readFileSync(backEnd.place(key).stdout, 'utf8');
  const isPrinted = (text: string) =>
    eventually(() => {
      const { stdout } = backEnd.place(key);
      expect(existsSync(stdout) ? printed() : '').to.equal(text);
    });

  it('find their files there, and what they leave comes back', async () => {
    const { work } = backEnd.place(key);
    mkdirSync(join(work, 'deep/er'), { recursive: true });
    writeFileSync(join(work, 'same'), 'as it was');
    writeFileSync(join(work, 'changed'), 'before');
    writeFileSync(join(work, 'deep/er/tool'), '#!/bin/sh\necho tool $WORD');
    await chmod(join(work, 'deep/er/tool'), 0o700);
    const inode = async (name: string) => (await lstat(join(work, name))).ino;
    const [same, changed] = [await inode('same'), await inode('changed')];
    await launch(
      'deep/er/tool; cat same; echo after! >changed; mkdir -p new/one; head -c 200000 /dev/zero >new/one/big; ' +
        'ln -s /etc/passwd link; mkfifo pipe; chmod 700 changed; pwd; echo $HOME; echo $TMPDIR; echo problems >&2',
    );
    expect((await ended()).exit).to.deep.include({ kind: 'exited', code: 0 });
    const [said, , pwd, home] = printed().replace('as it was', 'as it was\n').split('\n');
    expect(said).to.equal("tool it's");
    expect(pwd).to.match(/^\/var\/tmp\/ogmlone\/\.ogm\/[0-9a-f]{16}\/tasks\/a\.1\/work$/);
    expect(home).to.equal(pwd);
    expect(readFileSync(backEnd.place(key).stderr, 'utf8')).to.equal('problems\n');
    expect(readFileSync(join(work, 'changed'), 'utf8')).to.equal('after!\n');
    expect((await lstat(join(work, 'changed'))).mode & 0o777).to.equal(0o700);
    expect(readFileSync(join(work, 'new/one/big')).equals(Buffer.alloc(200_000))).to.equal(true);
    expect((await lstat(join(work, 'link'))).isSymbolicLink(), 'a link that leads nowhere').to.equal(true);
    expect(existsSync(join(work, 'link'))).to.equal(false);
    expect(existsSync(join(work, 'pipe'))).to.equal(false);
    expect(await inode('same'), 'what nobody wrote to is left').to.equal(same);
    expect(await inode('changed')).to.not.equal(changed);
  });

  it('leave no more than their bound, and it is said', async () => {
    await close();
    await open({ 'result-size': '100 KiB' });
    await launch('head -c 70000 /dev/zero >a; head -c 70000 /dev/zero >b');
    expect((await ended()).why).to.equal(
      'the program left more than 102400 bytes; what came after was not sent',
    );
    expect((await readdir(backEnd.place(key).work)).length).to.equal(1);
  });

  it('say what they have to say, and hear the answer', async () => {
    await launch(
      'mkdir .ogm; echo 40% >.ogm/progress; echo half >.ogm/messages; echo which? >.ogm/question; ' +
        'until [ -e .ogm/answer ]; do sleep 0.05; done; cat .ogm/answer',
    );
    const { work, folder: own } = backEnd.place(key);
    const speech = new Speech(work, join(own, 'heard.json'));
    const said: unknown[] = [];
    await eventually(async () => {
      said.push(...(await speech.look()));
      expect(said).to.have.deep.members([
        { kind: 'progress', text: '0.4' },
        { kind: 'message', text: 'half' },
        { kind: 'question', text: 'which?' },
      ]);
    });
    await speech.answer('this one');
    await ended();
    expect(printed()).to.equal('this one');
  });

  for (const [how, signal] of [
    ['is cut', 'SIGKILL'],
    ['falls silent', 'SIGSTOP'],
  ] as const)
    it(`go on while the connection ${how}, and their ends and output come when it is back`, async () => {
      await launch('echo one; until [ -e /var/tmp/ogmlone/go ]; do sleep 0.05; done; echo two; exit 4');
      await isPrinted('one\n');
      const sessions = sessionsThere();
      expect(sessions).to.have.lengthOf.above(0);
      for (const pid of sessions) process.kill(pid, signal);
      try {
        await writeFile(join(lone.home, 'go'), '');
        expect((await ended()).exit).to.deep.include({ kind: 'exited', code: 4 });
        expect(printed()).to.equal('one\ntwo\n');
      } finally {
        await rm(join(lone.home, 'go'));
        if (signal === 'SIGSTOP') for (const pid of sessions) killIfThere(pid);
      }
    });

  it('are found again, and run once, where the supervisor there was killed', async () => {
    await launch('echo run >>/var/tmp/ogmlone/runs; until [ -e /var/tmp/ogmlone/go ]; do sleep 0.05; done');
    await eventually(() => expect(existsSync('/var/tmp/ogmlone/runs')).to.equal(true));
    const all = processesThere().filter(({ words }) => words.startsWith('ogm-supervisor /'));
    // Those of tasks are its children.
    const supervisors = all.filter(({ parent }) => all.every(({ pid }) => pid !== parent));
    for (const { pid } of supervisors) process.kill(pid, 'SIGKILL');
    expect(supervisors.length).to.be.above(0);
    try {
      await writeFile(join(lone.home, 'go'), '');
      expect((await ended()).exit).to.deep.include({ kind: 'exited', code: 0 });
      expect(readFileSync('/var/tmp/ogmlone/runs', 'utf8')).to.equal('run\n');
    } finally {
      for (const name of ['go', 'runs']) await rm(join(lone.home, name), { force: true });
    }
  });

  it('go on where the agent is killed; no connection of it stays, and the next one hears of their ends', async () => {
    await close();
    const before = new Set(sessionsThere());
    const agent = spawn(
      process.execPath,
      [join(root, 'test/fabric-agent/ssh/programs/launching.ts'), folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(agent.stdout, 'data');
    agent.kill('SIGKILL');
    await eventually(() => expect(sessionsThere().filter((pid) => !before.has(pid))).to.deep.equal([]));
    await open();
    expect((await backEnd.states([{ ...key, handle: null }]))[0]?.state).to.equal('running');
    await writeFile(join(lone.home, 'go'), '');
    expect((await ended()).exit).to.deep.include({ kind: 'exited', code: 5 });
    await rm(join(lone.home, 'go'));
  });

  it('leave nothing behind there: no file, no process', async () => {
    await launch('mkdir -p a/b; chmod 0 a; sleep 1000 & echo done');
    await ended();
    await forgetAll();
    expect(readdirSync(join(lone.home, '.ogm')).length, 'what the agent needs').to.equal(1);
    const [own] = readdirSync(join(lone.home, '.ogm'));
    expect(
      readdirSync(join(lone.home, '.ogm', own!, 'tasks')).filter((name) => !name.startsWith('.spare')),
    ).to.deep.equal([]);
    await close();
    expect(readdirSync(lone.home).sort()).to.deep.equal(['.bash_logout', '.bashrc', '.profile']);
    await eventually(() => expect(processesThere().map(({ words }) => words)).to.deep.equal([]));
  });

  it('are not given to a host that shows another key, or one that nobody knows', async () => {
    const strangers = join(folder, 'known');
    await writeFile(strangers, '');
    const refused = () =>
      backEndBySsh(join(folder, 'b'), { 'ssh-known-hosts': strangers }).catch((error: unknown) => error);
    expect(await refused())
      .to.be.instanceOf(Refusal)
      .and.have.property('detail')
      .that.matches(/host key of .* is not in/);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'other')]);
    const [kind, other] = readFileSync(join(folder, 'other.pub'), 'utf8').split(' ');
    await writeFile(strangers, `[${sshd.host}]:${sshd.port} ${kind} ${other}\n`);
    expect(await refused())
      .to.have.property('detail')
      .that.matches(/another host key/);
  });
});
