import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import {
  archive,
  contents,
  dial,
  type Entry,
  eventually,
  exchange,
  script,
  startAgent,
  type TestAgent,
} from './support.ts';

/** What programs call themselves by which this process knows its own among all of the machine. */
const ownName = `ogm${process.pid}`;

describe('a Host door', () => {
  let test: TestAgent;
  let port: number;
  before(async () => {
    test = await startAgent({ 'concurrent-programs': 2, 'alive-interval': '50 ms', 'kill-grace': '200 ms' });
    port = test.port('node');
  });
  after(() => test[Symbol.asyncDispose]());

  const run = async (source: string, ...more: readonly Entry[]) =>
    contents(await exchange(port, await script(source, ...more)));

  it('runs a program on the files that were sent, and sends back what it printed and made', async () => {
    const answer = await run(
      `const fs = require('fs');
       fs.mkdirSync('out/deep', { recursive: true });
       fs.writeFileSync('out/deep/result.txt', fs.readFileSync('data/input.txt', 'utf8').toUpperCase());
       console.log('hello'); console.error('oh'); process.exit(3);`,
      { name: 'data/input.txt', content: 'abc' },
    );
    expect(answer).to.deep.equal({
      '.ogm/': '',
      '.ogm/exit-code': '3\n',
      '.ogm/stdout': 'hello\n',
      '.ogm/stderr': 'oh\n',
      'out/': '',
      'out/deep/': '',
      'out/deep/result.txt': 'ABC',
    });
  });

  it('gives the arguments as they are, one a line, empty ones too', async () => {
    const answer = contents(
      await exchange(
        port,
        await archive(
          { name: 'a.js', content: 'console.log(JSON.stringify(process.argv.slice(2)))' },
          { name: '.ogm/arguments', content: 'a.js\n\n$(touch x); rm -rf "*"\n--flag=é\n' },
        ),
      ),
    );
    expect(JSON.parse(answer['.ogm/stdout']!)).to.deep.equal(['', '$(touch x); rm -rf "*"', '--flag=é']);
    expect(Object.keys(answer)).to.not.include('x');
  });

  it('needs no end of input where the archive has its own, and no end mark where the input ends', async () => {
    const bytes = await script('console.log(1)');
    const open = await dial(port);
    open.write(bytes);
    expect(contents(await buffer(open))['.ogm/stdout']).to.equal('1\n');
    expect(contents(await exchange(port, bytes.subarray(0, -1024)))['.ogm/stdout']).to.equal('1\n');
  });

  it('takes an archive byte by byte', async () => {
    const socket = await dial(port);
    for (const byte of await script('console.log(1)')) socket.write(Buffer.of(byte));
    expect(contents(await buffer(socket))['.ogm/stdout']).to.equal('1\n');
  });

  it('sends back an input that was written anew with as many bytes in the same moment', async () => {
    const answer = await run(
      `const fs = require('fs');
       const { atimeMs, mtimeMs } = fs.statSync('b');
       fs.writeFileSync('b', 'BBB'); fs.utimesSync('b', atimeMs / 1000, mtimeMs / 1000);`,
      { name: 'a', content: 'aaa', mtime: new Date() },
      { name: 'b', content: 'bbb', mtime: new Date() },
    );
    expect(answer.b).to.equal('BBB');
    expect(answer).to.not.have.any.keys('a', 'main.js');
  });

  it('keeps the times of files, which make depends on, and permission bits alone of their modes', async () => {
    const answer = await run(
      `const { mtimeMs, mode } = require('fs').statSync('old'); console.log(mtimeMs, (mode & 0o7777).toString(8))`,
      { name: 'old', content: 'x', mtime: new Date(1e12), mode: 0o6755 },
    );
    expect(answer['.ogm/stdout']).to.equal('1000000000000 755\n');
  });

  it('never follows a link that the program left, and names what it did not send', async () => {
    const answer = await run(
      `const fs = require('fs');
       fs.symlinkSync('/etc/passwd', 'passwd'); fs.symlinkSync('/etc', 'etc'); fs.symlinkSync('main.js', 'inner');
       require('child_process').execFileSync('mkfifo', ['pipe']);
       fs.mkdirSync('.ogm'); fs.writeFileSync('.ogm/exit-code', '0');
       fs.writeFileSync(Buffer.from([0xff, 0x41]), 'x'); fs.writeFileSync('two\\nlines', 'x');
       const socket = require('net').createServer().listen('socket', () => process.exit(1));`,
    );
    expect(answer).to.have.all.keys('.ogm/', '.ogm/exit-code', '.ogm/stdout', '.ogm/stderr', '.ogm/left-out');
    expect(answer['.ogm/exit-code']).to.equal('1\n');
    const left = answer['.ogm/left-out']!.trimEnd().split('\n').sort();
    expect(left.map((line) => line.split(':')[0])).to.deep.equal(
      ["'.ogm'", "'etc'", "'inner'", "'passwd'", "'pipe'", "'socket'", "'two?lines'", "'\ufffdA'"].sort(),
    );
    expect(left).to.include("'passwd': a link; links are not followed");
  });

  it('builds the environment from nothing', async () => {
    const dangers = {
      LD_PRELOAD: '',
      NODE_OPTIONS: '--no-warnings',
      BASH_ENV: '/x',
      PYTHONPATH: '/x',
      OGM_SECRET: 'x',
    };
    Object.assign(process.env, dangers);
    try {
      const answer = await run('console.log(JSON.stringify([process.env, process.cwd()]))');
      const [environment, folder] = JSON.parse(answer['.ogm/stdout']!);
      expect(environment).to.have.all.keys('PATH', 'HOME', 'TMPDIR', 'LANG');
      expect(environment.HOME).to.equal(folder);
      expect(environment.TMPDIR).to.equal(join(folder, '../tmp'));
    } finally {
      for (const name of Object.keys(dangers)) delete process.env[name];
    }
  });

  it('says which signal ended a program as a shell does', async () => {
    expect((await run(`process.kill(process.pid, 'SIGTERM')`))['.ogm/exit-code']).to.equal('143\n');
  });

  it('takes with the program all that it started in its group', async () => {
    const answer = await run(
      `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
       child.unref(); console.log(child.pid); process.exit(0);`,
    );
    const pid = Number(answer['.ogm/stdout']);
    await eventually(() => expect(isRunning(pid)).to.equal(false));
  });

  it('takes what left the group too, where it still holds the output', async () => {
    const answer = await run(
      `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true });
       child.unref(); console.log(child.pid); process.exit(0);`,
    );
    expect(answer['.ogm/exit-code']).to.equal('0\n');
    await eventually(() => expect(isRunning(Number(answer['.ogm/stdout']))).to.equal(false));
  });

  it('takes what left the group and holds nothing, so that nothing goes on after the answer', async () => {
    const answer = await run(
      `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
       child.unref(); console.log(child.pid);`,
    );
    expect(answer['.ogm/exit-code']).to.equal('0\n');
    await eventually(() => expect(isRunning(Number(answer['.ogm/stdout']))).to.equal(false));
  });

  it('kills the program when the client goes away, whether it says so or not', async () => {
    const bytes = await script(
      `require('fs').writeFileSync('/proc/self/comm', '${ownName}'); setInterval(() => {}, 1000);`,
    );
    for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const socket = await dial(port);
      socket.write(bytes);
      const runs = await eventuallyRunning();
      if (leave === 'end') {
        // As a client that is killed after it has sent everything: all that the agent sees is the end of input.
        socket.end();
        await once(socket, 'finish');
        socket.destroy();
      } else socket[leave]();
      await eventually(() => expect(runs.filter(isRunning)).to.deep.equal([]));
    }
  });

  it('notices a client that goes at any moment', async () => {
    const bytes = await script('setInterval(() => {}, 1000)', { name: 'data', content: 'x'.repeat(5000) });
    for (let turns = 0; turns < 40; turns += 1) {
      const socket = await dial(port);
      socket.write(bytes);
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      socket.resetAndDestroy();
    }
    await eventually(() => expect(leftRuns()).to.deep.equal([]));
  });

  it('removes the directories of runs', async () => {
    await run(
      `const fs = require('fs'); fs.mkdirSync('a/b', { recursive: true }); fs.writeFileSync('a/b/c', 'x'); fs.chmodSync('a', 0);`,
    );
    await eventually(() => expect(leftRuns()).to.deep.equal([]));
  });

  it('serves several at once, each in a directory of its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        run(
          `const fs = require('fs'); fs.writeFileSync('mine', '${n}'); setTimeout(() => console.log(fs.readdirSync('.').join()), 50)`,
        ),
      ),
    );
    for (const [n, answer] of answers.entries()) {
      expect(answer.mine).to.equal(String(n));
      expect(answer['.ogm/stdout']).to.equal('main.js,mine\n');
    }
  });

  it('runs nothing for a connection that sends nothing', async () => {
    expect((await exchange(port, Buffer.alloc(0))).toString()).to.equal('# error: nothing was sent\n');
  });

  /** The folders of runs that are not removed yet. */
  function leftRuns(): string[] {
    const [own] = readdirSync(join(test.folder, 'runs'));
    return readdirSync(join(test.folder, 'runs', own!));
  }

  /** The processes that show themselves as this test's. */
  async function eventuallyRunning(): Promise<number[]> {
    let found: number[] = [];
    await eventually(() => {
      found = readdirSync('/proc')
        .map(Number)
        .filter((pid) => pid > 0 && isRunning(pid) && readOr(`/proc/${pid}/comm`).trim() === ownName);
      expect(found).to.have.length(1);
    });
    return found;
  }
});

function isRunning(pid: number): boolean {
  const stat = readOr(`/proc/${pid}/stat`);
  // A zombie has ended; whoever adopted it has not looked yet.
  return existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(stat);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
