import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Application } from '../../../fabric-agent/application.ts';
import type { Ended } from '../../../protocol/agent/messages.ts';
import { root } from '../../../tools/project.ts';
import { holderOf } from '../supervisor/support.ts';
import { keptOf } from '../tasks/attempts.ts';
import { startTasks, type TasksAsked, type TasksUnderTest } from '../tasks/tasks.ts';

/** How often something that comes is looked for, in milliseconds. */
const lookMs = 10;

/** A command that would last, and that nobody else has. */
const longest = `sleep 9${process.pid}`;

async function running(command: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line === command);
}

/** What isolates; it runs `/bin/sh` as the application `sh`. */
export interface Isolating extends Pick<TasksAsked, 'enclosure' | 'command'> {
  /** The image in which programs run, where they do. */
  readonly image?: string;
}

const shellIn = (image: string | undefined): Application => ({
  name: 'sh',
  program: '/bin/sh',
  commandLine: (words) => ({ argv: ['/bin/sh', '-c', ...words], ...(image === undefined ? {} : { image }) }),
  timeMs: 60_000,
  outputBytes: 1e6,
});

/** Every back end that says that it isolates keeps this, for a program that tries all that it can think of. */
export function itKeepsProgramsApart(isolating: () => Promise<Isolating>): void {
  let tasks: TasksUnderTest;
  let program: Buffer;
  let scratch: string;
  let count = 0;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'ogm-attempts-'));
    const binary = join(scratch, 'attempts');
    const source = `${root}test/fabric-agent/isolation/attempts.c`;
    await promisify(execFile)('gcc', ['-D_GNU_SOURCE', '-static', '-o', binary, source]);
    program = await readFile(binary);
    const { image, ...asked } = await isolating();
    tasks = await startTasks({ applications: [shellIn(image)], ...asked });
    await tasks.broker.hears('inventory');
  });

  after(async () => {
    await tasks[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  });

  function start(script: string, said: Parameters<typeof keptOf>[0] = {}): string {
    count += 1;
    const task = `j.${count}`;
    const kept = keptOf({ application: 'sh', arguments: [script], ...said });
    tasks.broker.say({ type: 'assign', task, attempt: 1, ...kept });
    return task;
  }

  async function run(script: string, said: Parameters<typeof keptOf>[0] = {}): Promise<Ended> {
    return tasks.broker.hears('ended', start(script, said));
  }

  const text = (one: Ended['stdout']) => ('text' in one ? Buffer.from(one.text, 'base64').toString() : '');

  async function listening(path: string | undefined): Promise<{ server: Server; met: () => number }> {
    let met = 0;
    const server = createServer((socket) => {
      met += 1;
      socket.destroy();
    });
    if (path === undefined) server.listen(0, '127.0.0.1');
    else server.listen(path);
    await once(server, 'listening');
    return { server, met: () => met };
  }

  it('reaches neither this machine nor what is another’s', async () => {
    const abstract = `ogm-test-${process.pid}-${count}`;
    const socket = join(scratch, 'a.sock');
    const listeners = await Promise.all([
      listening(undefined),
      listening(`\0${abstract}`),
      listening(socket),
    ]);
    const { port } = listeners[0].server.address() as AddressInfo;
    // Another's task, with a secret in its folder, runs meanwhile.
    const other = start('echo secret > secret; touch ready; exec sleep 60', { owner: 'eve' });
    const secret = join(tasks.folder, 'tasks', 'tasks', `${other}.1`, 'work', 'secret');
    while ((await readFile(secret, 'utf8').catch(() => '')) === '') await pause(lookMs);
    const journal = join(tasks.folder, 'tasks', 'journal');
    expect((await readFile(journal)).length, 'there is something to find').to.be.above(0);
    const words = [journal, secret, port, abstract, socket, process.pid].join("' '");
    const ended = await run(`./attempts '${words}'`, {
      owner: 'ann',
      inputs: [
        { path: 'attempts', blob: tasks.broker.put(program), bytes: program.length, executable: true },
      ],
    });
    tasks.broker.say({ type: 'cancel', task: other, attempt: 1, graceMs: 0 });
    for (const { server } of listeners) server.close();
    expect(ended.exit, text(ended.stderr)).to.deep.include({ kind: 'exited', code: 0 });
    const lines = text(ended.stdout).trim().split('\n');
    expect(lines.filter((line) => line.endsWith(': reached'))).to.deep.equal([]);
    expect(ended.outputs, 'what came and was not changed').to.deep.equal([]);
    const seen = Number(/^processes: (\d+)$/.exec(lines.at(-1) ?? '')?.[1]);
    expect(seen, 'the runner, the program, and it may be the shell').to.be.within(2, 3);
    expect(listeners.map(({ met }) => met())).to.deep.equal([0, 0, 0]);
    expect(lines.length).to.equal(23);
  });

  it('runs with no power, and never gets one', async () => {
    const { stdout } = await run('grep -E "^(Cap|NoNewPrivs|Groups)" /proc/self/status');
    const said = Object.fromEntries(
      text(stdout)
        .trim()
        .split('\n')
        .map((line) => line.split(':\t')),
    );
    const none = '0000000000000000';
    expect(said).to.deep.include({ CapInh: none, CapPrm: none, CapEff: none, CapAmb: none, NoNewPrivs: '1' });
  });

  it('has the environment of its task, whatever is in it', async () => {
    const environment = { EMPTY: '', LINES: 'a\nb=c\n', QUOTES: '\'"$(id)`id`', OPTION: '--privileged' };
    const { stdout } = await run('printf "%s|" "$EMPTY" "$LINES" "$QUOTES" "$OPTION"', { environment });
    expect(text(stdout)).to.equal(`${Object.values(environment).join('|')}|`);
  });

  it('has its own directory, TMPDIR and /dev/shm to write to, and gets its input files', async () => {
    const ended = await run(
      'cat in/a.txt && echo b >> in/a.txt && echo c > in/c && echo d > $TMPDIR/d && echo e > /dev/shm/e && cat $TMPDIR/d > made && echo err > /dev/stderr && pwd && echo $HOME',
      { inputs: [{ path: 'in/a.txt', blob: tasks.broker.put('a\n'), bytes: 2, executable: false }] },
    );
    expect(text(ended.stderr)).to.equal('err\n');
    const [first, ...places] = text(ended.stdout).trim().split('\n');
    expect(first).to.equal('a');
    expect(places[0]).to.equal(places[1]);
    expect(ended.outputs.map(({ path }) => path).sort()).to.deep.equal(['in/a.txt', 'in/c', 'made']);
  });

  it('leaves links that nobody follows', async () => {
    await writeFile(join(scratch, 'secret'), 'secret');
    const ended = await run(`ln -s ${scratch}/secret link; ln -s / all; ln -s /etc .ogm; echo fine > file`);
    expect(ended.outputs.map(({ path }) => path)).to.deep.equal(['file']);
  });

  it('tells signals and exit codes, and ends by SIGTERM within its grace', async () => {
    expect((await run('exit 137')).exit).to.deep.include({ kind: 'exited', code: 137 });
    expect((await run('kill -SEGV $$')).exit).to.deep.include({ kind: 'signalled', code: 11 });
    const script = 'trap "echo told > told; exit 0" TERM; echo ready; while :; do sleep 0.05; done';
    const task = start(script, { graceMs: 30_000 });
    const stdout = join(tasks.folder, 'tasks', 'tasks', `${task}.1`, 'out');
    while ((await readFile(stdout, 'utf8').catch(() => '')) !== 'ready\n') await pause(lookMs);
    tasks.broker.say({ type: 'cancel', task, attempt: 1, graceMs: 30_000 });
    const ended = await tasks.broker.hears('ended', task);
    expect(ended.exit.kind).to.equal('cancelled');
    expect(ended.outputs.map(({ path }) => path)).to.deep.equal(['told']);
  });

  it('is ended where it takes more memory than it may', async () => {
    const script = 'head -c 250000000 /dev/zero | tail -n 1 | (sleep 50; cat > /dev/null)';
    const { exit } = await run(script, { memoryBytes: 64 * 1024 * 1024 });
    expect(exit.kind).to.equal('over-memory');
  });

  it('leaves nothing running, whatever it has started', async () => {
    const script = `(setsid ${longest} &); (setsid sh -c "${longest} & ${longest}" &); echo done`;
    const ended = await run(script);
    expect(text(ended.stdout)).to.equal('done\n');
    expect(await running(longest)).to.deep.equal([]);
  });

  it('can be asked and answered', async () => {
    const task = start(
      'mkdir -p .ogm; echo "go on?" > .ogm/question; while ! test -e .ogm/answer; do sleep 0.02; done; cat .ogm/answer',
    );
    await tasks.broker.hears('says', task);
    tasks.broker.say({ type: 'answer', task, attempt: 1, text: 'yes' });
    const ended = await tasks.broker.hears('ended', task);
    expect(text(ended.stdout)).to.equal('yes');
  });

  it('is over once its parent is killed, and is then lost', async () => {
    const task = start(`echo $$; exec ${longest}`);
    const folder = join(tasks.folder, 'tasks', 'tasks', `${task}.1`);
    while ((await readFile(join(folder, 'out'), 'utf8').catch(() => '')) === '') await pause(lookMs);
    process.kill(holderOf(join(folder, 'lock')), 'SIGKILL');
    const ended = await tasks.broker.hears('ended', task);
    expect(ended.exit.kind).to.equal('lost');
    expect(await running(longest)).to.deep.equal([]);
  });
}
