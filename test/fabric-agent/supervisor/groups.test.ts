import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { real } from '../../support/real.ts';
import { eventually } from '../support.ts';
import { holderOf, inC, isAlive, Setting } from './support.ts';

/** Longer than any test: what ends a task is not that somebody looked. */
const never = 3_600_000;

const hoard = 'const kept = Buffer.alloc(300e6, 1); setInterval(() => kept.length, 1000)';
const crowd = 'for i in $(seq 30); do sleep 600 & done; wait';

function groupsOf(setting: Setting): string[] {
  const bases = readFileSync(join(setting.dir, 'groups'), 'utf8').trim().split('\n');
  return bases.filter((base) => existsSync(base)).flatMap((base) => globSync(join(base, '*.1')));
}

/** Whether root may have a controller bound groups here: in its own hierarchy (version 1), or in the one of all. */
function mayBound(controller: string): boolean {
  const all = '/sys/fs/cgroup/cgroup.controllers';
  if (existsSync(all)) return readFileSync(all, 'utf8').split(/\s/).includes(controller);
  try {
    rmdirSync(mkdtempSync(`/sys/fs/cgroup/${controller}/ogm-probe-`));
    return true;
  } catch {
    return false;
  }
}

(real('gcc') ? describe : describe.skip)('a supervisor in C that may not make groups', () => {
  it('looks at what tasks use instead, and says why', async () => {
    await using setting = await Setting.make(inC, undefined, { group: 'none' });
    expect(setting.promises.grouped).to.deep.equal([]);
    expect(setting.promises.ungrouped).to.equal('the configuration says so');
    const memory = { limits: { memoryBytes: 200_000_000 }, graceMs: 100 };
    await setting.supervisor.start(setting.order('hungry', [process.execPath, '-e', hoard], memory));
    expect((await setting.end('hungry')).state).to.equal('limit-memory');
    const many = await setting.run('many', crowd, { limits: { processes: 20 }, graceMs: 100 });
    expect(many.state).to.equal('limit-processes');
  });

  it('says so of a group that can bound nothing', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'groups-'));
    await using setting = await Setting.make(inC, undefined, { group: empty });
    expect(setting.promises.grouped).to.deep.equal([]);
    expect(setting.promises.ungrouped).to.include('can bound neither memory nor processes');
    expect(await setting.run('task', 'exit 3', { limits: { processes: 20 } })).to.include({ number: 3 });
    await rm(empty, { recursive: true });
  });
});

(real('gcc') ? describe : describe.skip)(
  'a supervisor in C with a group of version 2, played by a folder',
  () => {
    let played: string;
    let setting: Setting;
    beforeEach(async () => {
      played = await mkdtemp(join(tmpdir(), 'groups-'));
      writeFileSync(join(played, 'cgroup.controllers'), 'cpu io memory pids\n');
      writeFileSync(join(played, 'cgroup.subtree_control'), '');
      setting = await Setting.make(inC, undefined, { group: played, sampleMs: never });
    });
    afterEach(async () => {
      await setting[Symbol.asyncDispose]();
      await rm(played, { recursive: true });
    });

    const file = (...names: string[]) => readFileSync(join(played, ...names), 'utf8');
    const base = () => readdirSync(played).find((name) => name.startsWith('ogm-')) ?? '';

    it('has groups below bound memory and processes', () => {
      expect([setting.promises.grouped, setting.promises.ungrouped]).to.deep.equal([
        ['memory', 'processes'],
        '',
      ]);
      expect(file('cgroup.subtree_control')).to.equal('+memory +pids');
      expect(readFileSync(join(setting.dir, 'groups'), 'utf8')).to.equal(`${join(played, base())}\n`);
    });

    it('gives each task with bounds one of its own, into which the program goes', async () => {
      await setting.run('bounded', 'true', { limits: { memoryBytes: 50_000_000, processes: 20 } });
      await setting.run('small', 'true', { limits: { memoryBytes: 1 } });
      await setting.run('free', 'true');
      const own = (task: string) =>
        Object.fromEntries(
          readdirSync(join(played, base(), task)).map((name) => [name, file(base(), task, name)]),
        );
      expect(own('bounded.1')).to.deep.equal({
        'cgroup.procs': '0',
        'memory.max': '50000000',
        'memory.oom.group': '1',
        'memory.swap.max': '0',
        'pids.max': '20',
      });
      expect(own('small.1')['memory.max']).to.equal(String(4 << 20));
      expect(existsSync(join(played, base(), 'free.1'))).to.equal(false);
    });

    it('calls over its limit what the kernel says has met it, though the program ended well', async () => {
      const meet = (file: string, line: string) =>
        `echo "${line}" >${join(played, base(), '$(basename $OGM_TASK)', file)}`;
      const limits = { memoryBytes: 50_000_000, processes: 20 };
      const ends = ['memory.events', 'pids.events', 'memory.events'].map(async (name, at) => {
        const line = ['low 0\\noom 1\\noom_kill 1', 'max 3', 'low 0\\noom 0\\noom_kill 1'][at]!;
        await setting.start(`met${at}`, meet(name, line), { limits });
        return (await setting.end(`met${at}`)).state;
      });
      expect(await Promise.all(ends)).to.deep.equal(['limit-memory', 'limit-processes', 'exited']);
    });

    it('runs a task without one, where it cannot be made', async () => {
      await rm(join(played, base()), { recursive: true });
      expect(await setting.run('task', 'exit 5', { limits: { processes: 20 } })).to.include({ number: 5 });
    });

    it('never takes itself, or what it cannot see, for a process of a task', async () => {
      mkdirSync(join(played, base(), 'left.1'));
      writeFileSync(join(played, base(), 'left.1', 'cgroup.procs'), `0\n1\n${setting.pid}\n`);
      const { pid } = setting;
      process.kill(pid, 'SIGKILL');
      await eventually(() => expect(isAlive(pid)).to.equal(false));
      expect(await setting.run('after', 'exit 4')).to.include({ state: 'exited', number: 4 });
    });
  },
);

(real('root') && real('gcc') ? describe : describe.skip)(
  'a supervisor in C that runs as root, with the groups of this machine',
  () => {
    let setting: Setting;
    beforeEach(async () => {
      setting = await Setting.make(inC, undefined, { sampleMs: never });
    });
    afterEach(async () => {
      await setting[Symbol.asyncDispose]();
    });

    /** What the first test finds to be so; where this machine bounds nothing there is nothing more to see. */
    const has = (limit: string) => setting.promises.grouped.includes(limit);

    it('has the kernel bound all that it lets root bound on this machine, and says why not more', () => {
      const bounds = { memory: 'memory', pids: 'processes' };
      const may = Object.entries(bounds).flatMap(([controller, limit]) =>
        mayBound(controller) ? [limit] : [],
      );
      expect(setting.promises.grouped).to.deep.equal(may);
      expect(setting.promises.ungrouped === '').to.equal(may.length === 2);
    });

    it('ends what takes too much memory without ever having looked', async () => {
      if (!has('memory')) return;
      const limits = { memoryBytes: 150_000_000 };
      await setting.supervisor.start(setting.order('hungry', [process.execPath, '-e', hoard], { limits }));
      expect((await setting.end('hungry')).state).to.equal('limit-memory');
      expect(groupsOf(setting)).to.deep.equal([]);
    });

    it('counts what all processes of a task take together', async () => {
      await using looking = await Setting.make(inC);
      const third = `${process.execPath} -e 'const k = Buffer.alloc(80e6, 1); setInterval(() => k.length, 1000)'`;
      const limits = { memoryBytes: 200_000_000 };
      const script = `${third} & ${third} & ${third} & wait`;
      expect((await looking.run('three', script, { limits })).state).to.equal('limit-memory');
    });

    it('lets no more processes begin than there may be', async () => {
      if (!has('processes')) return;
      const limits = { memoryBytes: 1_000_000_000, processes: 20 };
      const many = await setting.run('many', crowd, { limits });
      expect(many.state).to.equal('limit-processes');
      expect(groupsOf(setting)).to.deep.equal([]);
    });

    it('bounds no memory by what the machine has not got, which would cost each task of version 1 a group more', async () => {
      if (!has('processes')) return;
      const limits = { memoryBytes: totalmem(), processes: 20 };
      await setting.start('whole', 'cat /proc/self/cgroup', { limits });
      await setting.end('whole');
      // cgroups(7): `number:controllers:path`
      const groups = (await setting.file('whole', 'out')).split('\n').map((line) => line.split(':'));
      const of = (controller: string) => groups.find(([, one]) => one?.split(',').includes(controller))?.[2];
      if (of('pids') === undefined) return; // version 2, where one group bounds both
      expect([of('pids'), of('memory')].map((path) => path?.endsWith('whole.1') ?? false)).to.deep.equal([
        true,
        false,
      ]);
    });

    it('finds what has left the program and washed its environment, after supervisor and parent were killed', async () => {
      if (!has('processes')) return;
      const limits = { memoryBytes: 1_000_000_000, processes: 20 };
      const leave =
        'env -i setsid /bin/sh -c "echo \\$\\$ >pid; exec /bin/sleep 600" & while ! test -s pid; do sleep 0.01; done; echo up; wait';
      await setting.start('washed', leave, { limits });
      await eventually(async () => expect(await setting.file('washed', 'out')).to.equal('up\n'));
      const escaped = Number(await setting.file('washed', 'work/pid'));
      const parent = holderOf(join(setting.dir, 'tasks/washed.1/lock'));
      const { pid } = setting;
      process.kill(pid, 'SIGSTOP');
      process.kill(parent, 'SIGKILL');
      process.kill(pid, 'SIGKILL');
      expect((await setting.end('washed')).state).to.equal('lost');
      expect(isAlive(escaped)).to.equal(false);
      await eventually(() => expect(groupsOf(setting)).to.deep.equal([]));
    });
  },
);
