import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { sealed } from '../../../fabric-agent/supervisor/frames.ts';
import { real } from '../../support/real.ts';
import { eventually } from '../support.ts';
import { holderOf, inC, inNode, isAlive, Setting } from './support.ts';

const untilTold = 'while ! test -e go; do sleep 0.02; done';

/** A process that has been killed, and is gone. */
async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await eventually(() => expect(isAlive(pid)).to.equal(false));
}

(real('gcc') ? describe : describe.skip)('a supervisor in C that is killed', () => {
  let setting: Setting;
  beforeEach(async () => {
    setting = await Setting.make(inC);
  });
  afterEach(async () => {
    await setting[Symbol.asyncDispose]();
  });

  const parentOf = (task: string) => holderOf(join(setting.dir, `tasks/${task}.1/lock`));
  const up = (task: string) =>
    eventually(async () => expect(await setting.file(task, 'out')).to.match(/^up\n/));

  it('leaves what runs running, and the next one finds it and tells its end', async () => {
    await setting.start('runs', `echo up; ${untilTold}; exit 9`);
    await up('runs');
    await killed(setting.pid);
    await eventually(async () =>
      expect(await setting.supervisor.list()).to.containSubset([{ task: 'runs', state: 'running' }]),
    );
    await setting.run('other', 'touch ../../runs.1/work/go');
    expect(await setting.end('runs')).to.include({ state: 'exited', number: 9 });
  });

  it('loses no exit that nobody could tell meanwhile', async () => {
    await setting.start('ends', `echo up; ${untilTold}; exit 8`);
    await up('ends');
    const { pid } = setting;
    await setting.supervisor[Symbol.asyncDispose]();
    const parent = parentOf('ends');
    await killed(pid);

    writeFileSync(join(setting.dir, 'tasks/ends.1/work/go'), '');
    await eventually(() => expect(isAlive(parent)).to.equal(false));
    await setting.connect();
    expect(await setting.end('ends')).to.include({ state: 'exited', number: 8 });
    const again = await setting.supervisor.start(setting.order('ends', ['/bin/false']));
    expect(again).to.include({ state: 'exited', number: 8 });
  });

  it('loses no exit that it was handed and had not acknowledged', async () => {
    await setting.start('handed', `echo $$ >pid; echo up; ${untilTold}; exit 7`);
    await up('handed');
    const { pid } = setting;
    process.kill(pid, 'SIGSTOP');
    writeFileSync(join(setting.dir, 'tasks/handed.1/work/go'), '');
    const program = Number(await setting.file('handed', 'work/pid'));
    await eventually(() => expect(isAlive(program)).to.equal(false));
    process.kill(pid, 'SIGKILL');
    expect(await setting.end('handed')).to.include({ state: 'exited', number: 7 });
  });

  it('does not keep the next one from cancelling, nor a task from ending at its time', async () => {
    const { bootMs } = await setting.supervisor.now();
    await setting.start('cancel', 'echo up; sleep 600');
    await setting.start('timed', 'sleep 600', { endMs: bootMs + 700 });
    await up('cancel');
    await killed(setting.pid);
    await setting.supervisor.cancel({ task: 'cancel', attempt: 1 }, 100);
    expect((await setting.end('cancel')).state).to.equal('cancelled');
    expect((await setting.end('timed')).state).to.equal('timed-out');
  });

  it('makes no task run twice, whenever it is killed among many starts', async () => {
    const tasks = Array.from({ length: 150 }, (_, at) => `k${at}`);
    const starts = tasks.map((task) => setting.start(task, `echo ${task} >>../../ran`));
    for (const quiet of [starts[10], starts[60], starts[149]]) {
      await quiet;
      const { pid } = setting;
      await killed(pid);
      await eventually(() => expect(setting.pid).not.to.equal(pid));
    }
    await Promise.all(starts);
    const ends = await Promise.all(tasks.map((task) => setting.end(task)));
    const ran = readFileSync(join(setting.dir, 'tasks/ran'), 'utf8').trim().split('\n');
    expect(new Set(ran).size).to.equal(ran.length);
    // Of a start that a dying supervisor had begun it may be said that it never was. Then it never will be.
    const exited = ends.filter(({ state }) => state === 'exited').map(({ task }) => task);
    expect(exited.sort()).to.deep.equal(ran.sort());
    const others = new Set(ends.map(({ state }) => state)).difference(new Set(['exited']));
    expect([...others].filter((state) => state !== 'not-started')).to.deep.equal([]);
  });

  it('knows a task whose parent had not locked its folder from one that may have run', async () => {
    const { pid, promises } = setting;
    await setting.supervisor[Symbol.asyncDispose]();
    await killed(pid);
    const locks = { none: [], begun: ['lock.spare', 0o600], judged: ['lock', 0o700], held: ['lock', 0o600] };
    const starts = Object.entries(locks).map(([task, [name, mode]]) => {
      const folder = join(setting.dir, `tasks/${task}.1`);
      mkdirSync(folder);
      if (name !== undefined) writeFileSync(join(folder, String(name)), '', { mode: Number(mode) });
      return sealed('start', `${task}.1`, promises.bootId, promises.bootMs);
    });
    writeFileSync(join(setting.dir, 'journal'), Buffer.concat([sealed('journal', '1'), ...starts]));
    await setting.connect();
    const ends = await Promise.all(Object.keys(locks).map((task) => setting.end(task)));
    expect(ends.map(({ task, state }) => `${task} ${state}`)).to.deep.equal([
      'none not-started',
      'begun not-started',
      'judged not-started',
      'held lost',
    ]);
  });

  it('never says of a task that began in another boot that it is of this one', async () => {
    const { pid, promises } = setting;
    await setting.supervisor[Symbol.asyncDispose]();
    await killed(pid);
    mkdirSync(join(setting.dir, 'tasks/old.1'));
    const path = join(setting.dir, 'journal');
    writeFileSync(path, Buffer.concat([sealed('journal', '1'), sealed('start', 'old.1', 'before', 1)]));
    await setting.connect();
    expect((await setting.end('old')).state).to.equal('lost');
    // A supervisor that was killed before it had found that would have told the next one so.
    expect(readFileSync(path).includes(promises.bootId)).to.equal(false);
  });

  const family =
    'env -i setsid /bin/sh -c "echo \\$\\$ >>pids; /bin/sleep 600" & sleep 600 & echo $! >>pids; echo $$ >>pids; while ! test "$(wc -l <pids)" = 3; do sleep 0.01; done; echo up; wait';

  it('calls a task lost whose parent is killed, and leaves nothing of it', async () => {
    await setting.start('orphan', family);
    await up('orphan');
    process.kill(parentOf('orphan'), 'SIGKILL');
    expect((await setting.end('orphan')).state).to.equal('lost');
    const pids = (await setting.file('orphan', 'work/pids')).trim().split('\n').map(Number);
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });

  it('does so too where supervisor and parent are killed, by the environment of what is left', async () => {
    await setting.start('both', 'setsid sleep 600 & echo $! >pids; echo $$ >>pids; echo up; wait');
    await up('both');
    const parent = parentOf('both');
    const { pid } = setting;
    process.kill(pid, 'SIGSTOP');
    await killed(parent).catch(() => {});
    process.kill(pid, 'SIGKILL');
    expect((await setting.end('both')).state).to.equal('lost');
    const pids = (await setting.file('both', 'work/pids')).trim().split('\n').map(Number);
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });

  it('reads its journal as far as it is whole', async () => {
    await setting.run('first', 'exit 5');
    const { pid } = setting;
    await setting.supervisor[Symbol.asyncDispose]();
    await eventually(() => expect(isAlive(pid)).to.equal(false));
    const path = join(setting.dir, 'journal');

    const bytes = readFileSync(path);
    const end = bytes.findLastIndex((byte) => byte !== 0) + 2;
    writeFileSync(path, Buffer.concat([bytes.subarray(0, end), Buffer.from('torn record of some bytes')]));
    setting.told.length = 0;
    await setting.connect();
    expect(await setting.end('first')).to.include({ state: 'exited', number: 5 });
    expect(await setting.run('second', 'exit 6')).to.include({ state: 'exited', number: 6 });
  });
});

describe('a supervisor in Node.js that is killed', () => {
  it('leaves tasks to the next one, which kills them and calls them lost', async () => {
    await using setting = await Setting.make(inNode);
    await setting.run('before', 'exit 3');
    await setting.start('during', 'echo $$ >pid; echo up; sleep 600');
    await eventually(async () => expect(await setting.file('during', 'out')).to.equal('up\n'));
    setting.told.length = 0;
    await killed(setting.pid);
    expect((await setting.end('during')).state).to.equal('lost');
    expect(isAlive(Number(await setting.file('during', 'work/pid')))).to.equal(false);
    expect(await setting.end('before')).to.include({ state: 'exited', number: 3 });
  });
});
