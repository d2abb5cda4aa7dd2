import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { real } from '../../support/real.ts';
import { eventually } from '../support.ts';
import { inC, inNode, isAlive, Setting, withoutProc } from './support.ts';

for (const implementation of [inC, inNode, withoutProc]) {
  const { promises, hasProc } = implementation;
  const here = implementation === inNode || real(implementation === inC ? 'gcc' : 'root');
  (here ? describe : describe.skip)(`the supervisor ${implementation.name}`, () => {
    let setting: Setting;
    before(async () => {
      setting = await Setting.make(implementation);
    });
    after(async () => {
      await setting[Symbol.asyncDispose]();
    });

    it('says what it can promise, on which the tests below depend', () => {
      expect(setting.promises).to.include({ ...promises, limits: setting.promises.limits });
      expect(setting.promises.limits).to.deep.equal(promises.limits);
    });

    it('hands arguments over as they are, with no shell between', async () => {
      const words = ['', ' ', '$HOME `id` "\'\\', 'ü€\n\t*', '-n', '\u0001\u007f'];
      await setting.supervisor.start(
        setting.order('argv', ['/usr/bin/printf', '%s|', ...words, 'x'.repeat(100_000)]),
      );
      expect(await setting.end('argv')).to.include({ state: 'exited', number: 0 });
      const printed = Buffer.from(await setting.file('argv', 'out'), 'latin1').toString();
      expect(printed).to.equal(`${[...words, 'x'.repeat(100_000)].join('|')}|`);
    });

    if (promises.anyBytes)
      it('hands over every byte but NUL', async () => {
        const bytes = Buffer.from(Array.from({ length: 255 }, (_, at) => at + 1));
        await setting.supervisor.start(
          setting.order('bytes', ['/usr/bin/printf', '%s', bytes], {
            environment: [Buffer.concat([Buffer.from('B='), bytes])],
          }),
        );
        await setting.end('bytes');
        expect(await setting.file('bytes', 'out')).to.equal(bytes.toString('latin1'));
      });

    it('gives the environment exactly, and beside it the folder of the task', async () => {
      await setting.supervisor.start(
        setting.order('env', ['/usr/bin/env'], { environment: ['A=1=2', 'B=', 'OGM_TASK=mine'] }),
      );
      await setting.end('env');
      const lines = (await setting.file('env', 'out')).trim().split('\n').sort();
      expect(lines).to.deep.equal(['A=1=2', 'B=', `OGM_TASK=${setting.dir}/tasks/env.1`]);
    });

    if (hasProc)
      it('runs it in work/, in a session of its own, with umask 077 and nothing to read', async () => {
        await setting.run('place', 'pwd; umask; cat; cut -d" " -f6 /proc/$$/stat; echo $$');
        const [pwd, umask, ...ids] = (await setting.file('place', 'out')).trim().split('\n');
        expect([pwd, umask]).to.deep.equal([`${setting.dir}/tasks/place.1/work`, '0077']);
        expect(ids[0]).to.equal(ids[1]);
      });

    if (promises.closesAll)
      it('leaves nothing open to it but what it reads and prints', async () => {
        await setting.supervisor.start(setting.order('open', ['/bin/ls', '/proc/self/fd']));
        await setting.end('open');
        expect(await setting.file('open', 'out')).to.equal('0\n1\n2\n3\n'); // the last is the folder itself
      });

    it('keeps what it prints apart, and adds to what is there', async () => {
      await setting.run('print', 'echo out; echo err >&2');
      expect([await setting.file('print', 'out'), await setting.file('print', 'err')]).to.deep.equal([
        'out\n',
        'err\n',
      ]);
    });

    it('leaves files alone that lie in work/ before', async () => {
      mkdirSync(join(setting.dir, 'tasks/staged.1/work'), { recursive: true });
      expect(await setting.run('staged', 'test -d ../work')).to.include({ state: 'exited', number: 0 });
    });

    it('tells exit codes and signals', async () => {
      expect(await setting.run('code', 'exit 77')).to.include({ state: 'exited', number: 77 });
      expect(await setting.run('signal', 'kill -SEGV $$')).to.include({ state: 'signalled', number: 11 });
    });

    if (hasProc)
      it('lets a program meet signals as if nobody had touched them', async () => {
        await setting.run('masks', 'exec cat /proc/self/status');
        const masks = (await setting.file('masks', 'out')).match(/^Sig(Blk|Ign|Cgt):.*$/gm);
        expect(masks?.map((mask) => mask.replace(/^.*\t0*/, ''))).to.deep.equal(['', '', '']);
      });

    it('says why a program could not be started', async () => {
      await setting.supervisor.start(setting.order('missing', ['/no/such/program']));
      const missing = await setting.end('missing');
      expect(missing).to.include({ state: 'not-started', number: 2 });
      expect(missing.sentence).to.match(/no such file|ENOENT/i);
    });

    it('starts nothing when a start comes again, and tells how it stands', async () => {
      const script = 'echo ran >>ran; while ! test -e go; do sleep 0.02; done';
      const twice = setting.order('twice', ['/bin/sh', '-c', script]);
      const first = await setting.supervisor.start(twice);
      const second = await setting.supervisor.start(twice);
      expect([first.state, second.state]).to.deep.equal(['running', 'running']);
      await setting.run('free', 'touch ../../twice.1/work/go');
      const ended = await setting.end('twice');
      expect(await setting.supervisor.start(twice)).to.deep.equal(ended);
      expect(await setting.file('twice', 'work/ran')).to.equal('ran\n');
    });

    it('refuses a start that comes too late, and runs nothing', async () => {
      const late = await setting.run('late', 'echo ran', { latestStartMs: setting.promises.bootMs - 1 });
      expect(late.state).to.equal('too-late');
      expect(await setting.file('late', 'out').catch(() => '')).to.equal('');
    });

    it('refuses times that are of another boot', async () => {
      const start = setting.start('boot', 'true', { bootId: 'another' });
      expect(await start.catch((error) => error.word)).to.equal('other-boot');
      expect((await setting.supervisor.list()).map(({ task }) => task)).not.to.include('boot');
    });

    it('ends a task at its time, and kills it after its grace', async () => {
      const script = 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.05; done';
      // Its time may be over before it listens, where the machine is busy: then it gets twice as long.
      for (let timeMs = 500, said = ''; !said.startsWith('up\n'); timeMs *= 2) {
        const { bootMs } = await setting.supervisor.now();
        const task = `polite${timeMs}`;
        const polite = await setting.run(task, script, { endMs: bootMs + timeMs, graceMs: 60_000 });
        expect(polite.state).to.equal('timed-out');
        said = await setting.file(task, 'out');
        expect(said).to.be.oneOf(['', 'bye\n', 'up\nbye\n']);
      }
      const { bootMs } = await setting.supervisor.now();
      const deaf = await setting.run('deaf', 'trap "" TERM; while :; do sleep 0.05; done', {
        endMs: bootMs + 300,
        graceMs: 100,
      });
      expect(deaf.state).to.equal('timed-out');
    });

    it('cancels, and a second time with less patience', async () => {
      await setting.start('cancel', 'trap "" TERM; echo up; while :; do sleep 0.05; done');
      await eventually(async () => expect(await setting.file('cancel', 'out')).to.equal('up\n'));
      await setting.supervisor.cancel({ task: 'cancel', attempt: 1 }, 3_600_000);
      await setting.supervisor.cancel({ task: 'cancel', attempt: 1 }, 0);
      expect((await setting.end('cancel')).state).to.equal('cancelled');
    });

    it('cancels with no more patience than the time that the task has, and its grace', async () => {
      const { bootMs } = await setting.supervisor.now();
      const times = { endMs: bootMs + 3_000, graceMs: 100 };
      await setting.start('patient', 'trap "" TERM; while :; do sleep 0.05; done', times);
      await setting.supervisor.cancel({ task: 'patient', attempt: 1 }, 3_600_000);
      // Its time may be over before, where the machine is busy.
      expect((await setting.end('patient')).state).to.be.oneOf(['cancelled', 'timed-out']);
    });

    if (hasProc)
      it('kills what has left the session of the program, when the program ends', async () => {
        await setting.run(
          'daemon',
          '(setsid sh -c "sleep 600 & echo \\$! >pid; wait" &) ; while ! test -s pid; do sleep 0.02; done',
        );
        const pid = Number(await setting.file('daemon', 'work/pid'));
        expect(isAlive(pid)).to.equal(false);
      });

    if (promises.descendants === 'all')
      it('kills it too where it has washed its environment', async () => {
        await setting.run(
          'washed',
          '(env -i setsid /bin/sh -c "/bin/sleep 600 & echo \\$! >pid; wait" &) ; while ! test -s pid; do sleep 0.02; done',
        );
        expect(isAlive(Number(await setting.file('washed', 'work/pid')))).to.equal(false);
      });

    it('ends a task that prints too much', async () => {
      const wish = { limits: { outputBytes: 10_000 }, graceMs: 100 };
      expect((await setting.run('loud', 'while :; do echo 0123456789; done', wish)).state).to.equal(
        'limit-output',
      );
    });

    if (promises.limits.includes('memory'))
      it('ends a task that takes too much memory', async () => {
        const hoard = 'const kept = Buffer.alloc(300e6, 1); setInterval(() => kept.length, 1000)';
        const wish = { limits: { memoryBytes: 200_000_000 }, graceMs: 100 };
        await setting.supervisor.start(setting.order('hungry', [process.execPath, '-e', hoard], wish));
        const hungry = await setting.end('hungry');
        expect(hungry.state).to.equal('limit-memory');
      });

    if (promises.limits.includes('processes'))
      it('ends a task that has too many processes', async () => {
        const wish = { limits: { processes: 20 }, graceMs: 100 };
        const many = await setting.run('many', 'for i in $(seq 30); do sleep 600 & done; wait', wish);
        expect(many.state).to.equal('limit-processes');
      });

    if (promises.descendants === 'all')
      it('wins against processes that do nothing but fork', async () => {
        const wish = { limits: { processes: 50 }, graceMs: 0 };
        const bomb = 'f() { if test -e stop; then exit; fi; sleep 0.01; f & f & }; f; wait; sleep 600';
        expect((await setting.run('bomb', bomb, wish)).state).to.equal('limit-processes');
      });

    if (promises.parents)
      it('says what it took', async () => {
        const busy = await setting.run('busy', 'i=0; while test $i -lt 200000; do i=$((i+1)); done');
        expect(busy.cpuMs).to.be.greaterThan(0);
        expect(busy.rssBytes).to.be.greaterThan(100_000);
        expect(busy.endedMs).to.be.at.least(busy.startedMs);
      });

    const many = hasProc ? 500 : 50; // the same once more
    it(`runs ${many} tasks exactly once each`, async () => {
      const tasks = Array.from({ length: many }, (_, at) => `m${at}`);
      await Promise.all(tasks.map((task) => setting.start(task, `echo ${task} >>../../ran`)));
      const ends = await Promise.all(tasks.map((task) => setting.end(task)));
      expect(new Set(ends.map(({ state, number }) => `${state} ${number}`))).to.deep.equal(
        new Set(['exited 0']),
      );
      const ran = readFileSync(join(setting.dir, 'tasks/ran'), 'utf8').trim().split('\n');
      expect(ran.sort()).to.deep.equal(tasks.sort());
      expect(setting.told.filter(({ task }) => task.startsWith('m')).map(({ task }) => task)).to.include(
        'm0',
      );
    });

    it('forgets what it is told to forget, and nothing that runs', async () => {
      await setting.run('forget', 'true');
      await setting.supervisor.forget({ task: 'forget', attempt: 1 });
      await setting.supervisor.forget({ task: 'forget', attempt: 1 });
      expect((await setting.supervisor.list()).map(({ task }) => task)).not.to.include('forget');
      await setting.start('keeps', 'sleep 600');
      const early = setting.supervisor.forget({ task: 'keeps', attempt: 1 });
      expect(await early.catch((error) => error.word)).to.equal('still-running');
      await setting.supervisor.cancel({ task: 'keeps', attempt: 1 }, 0);
      await setting.end('keeps');
    });

    if (hasProc)
      it('gives no task a folder that another still holds, or has left anything in', async () => {
        const scripts = [
          'true',
          'echo out',
          'touch ../tmp/left',
          'chmod 755 .',
          'mkdir ../more',
          'touch file',
        ];
        const looks = 'ls -A . ../tmp; test ! -s ../out; stat -c %a .; ls -A .. | tr "\\n" " "';
        const names = Array.from({ length: 240 }, (_, at) => `again${at}`);
        const one = async (task: string, at: number) => {
          const script = `{ ${looks}; } > /dev/fd/2; ${scripts[at % scripts.length]}`;
          const { state, number } = await setting.run(task, script);
          const seen = await setting.file(task, 'err');
          await setting.supervisor.forget({ task, attempt: 1 });
          return `${state} ${number} ${seen}`;
        };
        const ended: string[] = [];
        const queue = names.entries();
        await Promise.all(
          Array.from({ length: 8 }, async () => {
            for (const [at, task] of queue) ended.push(await one(task, at));
          }),
        );
        expect(ended).to.have.length(names.length);
        expect([...new Set(ended)]).to.deep.equal(['exited 0 .:\n\n../tmp:\n700\nerr lock out tmp work ']);
      });

    it('waits for whoever started it, though it is not to stay without clients', async () => {
      await using brief = await Setting.make(implementation, undefined, { lingerMs: 0 });
      expect(await brief.run('brief', 'exit 3')).to.include({ state: 'exited', number: 3 });
    });

    it('refuses names that could leave its folder', async () => {
      for (const task of ['..', '.hidden', 'a/b', '', 'x'.repeat(129), 'a b', 'ü']) {
        const start = setting.supervisor.start(setting.order(task, ['/bin/true']));
        expect(await start.catch((error) => error.word), task).to.equal('bad-name');
      }
    });

    it('serves a folder whose path no socket could have as its address', async () => {
      const dir = join(tmpdir(), `supervisor-${'d'.repeat(100)}${process.pid}`, 'kept');
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      await using deep = await Setting.make(implementation, dir);
      expect(await deep.run('deep', 'exit 4')).to.include({ state: 'exited', number: 4 });
    });
  });
}
