import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type {
  AttemptKey,
  BackEnd,
  RunEnd,
  RunOrder,
  RunState,
} from '../../fabric-agent/back-ends/back-end.ts';
import { removeTree } from '../../fabric-agent/local/remove-tree.ts';

/** A back end as the suite uses it. */
export interface BackEndUnderTest {
  /** A back end over a folder; another one over the same folder is the agent after a restart. */
  readonly create: (folder: string) => BackEnd | Promise<BackEnd>;
  /** How many tasks it takes at once; as many as its powers have it unless it is given. */
  readonly many?: number;
  /** Command lines in the back end's own terms. */
  readonly programs: {
    readonly exits: (code: number) => readonly string[];
    /** It prints the text at once, where one is given. */
    readonly lasts: (ms: number, text?: string) => readonly string[];
    readonly isMissing: () => readonly string[];
    /** It ends itself by a signal, as a program with a fault does; where programs are run. */
    readonly dies?: (signal: 'SEGV') => readonly string[];
    /** It copies a file of its work folder there, where that is here. */
    readonly copies?: (from: string, to: string) => readonly string[];
    /** It adds the word, as a line, to a file outside of its place, and ends with the code; where programs reach one. */
    readonly notes?: (file: string, word: string, code: number) => readonly string[];
  };
}

/** How long, in milliseconds, an attempt may wait until it begins: other tests fill the queues of batch systems meanwhile. */
const waitMs = 600_000;

/** Every back end keeps this: each attempt starts once, all is found again, and nothing outlasts its time. */
export function itIsABackEnd({ create, programs, many }: BackEndUnderTest): void {
  let folder: string;
  let backEnd: BackEnd;
  let heard: Map<string, RunEnd>;
  let wake: () => void = () => {};

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-back-end-'));
    await open();
  });

  afterEach(async () => {
    for (const { task, attempt } of await backEnd.known())
      await backEnd.cancel({ task, attempt, handle: null }, 0);
    await backEnd.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(): Promise<void> {
    backEnd = await create(folder);
    heard = new Map();
    backEnd.listen(({ task }, end) => {
      heard.set(task, end);
      wake();
    });
    await backEnd.start();
  }

  function orderOf(task: string, argv: readonly string[], said: Partial<RunOrder> = {}): RunOrder {
    const { atMs } = backEnd.now();
    const limits = { outputBytes: 1e6, memoryBytes: null, processes: null };
    const times = { latestStartMs: atMs + waitMs, endMs: atMs + waitMs + 60_000, graceMs: 2_000 };
    const leaseEndMs = times.endMs + times.graceMs;
    const waiting = { timeMs: 60_000, leaseEndMs, asks: { cpus: 1, memoryBytes: null } };
    const environment = { PATH: '/usr/bin:/bin' };
    return { task, attempt: 1, argv, environment, limits, ...times, ...waiting, ...said };
  }

  async function launch(task: string, argv: readonly string[], said: Partial<RunOrder> = {}) {
    const order = orderOf(task, argv, said);
    const { work, temporary } = backEnd.place(order);
    for (const each of [work, temporary]) mkdirSync(each, { recursive: true, mode: 0o700 });
    return { order, ...(await backEnd.launch(order)) };
  }

  /** How a run ended, as the back end tells by itself. */
  async function endOf(task: string): Promise<RunEnd> {
    for (;;) {
      const end = heard.get(task);
      if (end !== undefined) return end;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  const ref = (task: string, attempt = 1) => ({ task, attempt, handle: null });
  const statesOf = (...tasks: string[]) => backEnd.states(tasks.map((task) => ref(task)));
  const kindOf = (run: RunState | undefined) => (run?.state === 'ended' ? run.exit.kind : run?.state);

  it('tells how each run ended, by itself and when it is asked', async () => {
    await launch('a', programs.exits(0));
    await launch('b', programs.exits(3));
    if (programs.dies !== undefined) await launch('c', programs.dies('SEGV'));
    expect((await endOf('a')).exit).to.deep.include({ kind: 'exited', code: 0 });
    expect((await endOf('b')).exit).to.deep.include({ kind: 'exited', code: 3 });
    if (programs.dies !== undefined)
      expect((await endOf('c')).exit).to.deep.include({ kind: 'signalled', code: segmentationFault });
    expect(await statesOf('b', 'a')).to.deep.equal([heard.get('b'), heard.get('a')]);
    const { startedAt, endedAt } = heard.get('a')!.exit;
    expect(Math.abs(Date.now() - startedAt!), 'a moment of now').to.be.below(60_000);
    expect(endedAt).to.be.at.least(startedAt!);
  });

  const { copies } = programs;
  if (copies !== undefined)
    it('runs a program beside the files that lie in its place, and what it leaves lies there after it', async () => {
      const { work } = backEnd.place({ task: 'a', attempt: 1 });
      mkdirSync(work, { recursive: true, mode: 0o700 });
      writeFileSync(join(work, 'rod.txt'), 'of iron');
      await launch('a', copies('rod.txt', 'rod.out'));
      expect((await endOf('a')).exit).to.deep.include({ kind: 'exited', code: 0 });
      expect(readFileSync(join(work, 'rod.out'), 'utf8')).to.equal('of iron');
    });

  it('starts an attempt once, and tells how it stands to whoever says so again', async () => {
    const { order } = await launch('a', programs.lasts(60_000));
    expect(kindOf((await backEnd.launch(order)).run)).to.equal('running');
    const again = { ...order, argv: programs.exits(7) };
    expect(kindOf((await backEnd.launch(again)).run)).to.equal('running');
    await backEnd.cancel(ref('a'), 0);
    await endOf('a');
    expect(kindOf((await backEnd.launch(again)).run)).to.equal('cancelled');
  });

  it('tells attempts of one task apart', async () => {
    await launch('a', programs.exits(1));
    await endOf('a');
    const { run } = await launch('a', programs.lasts(60_000), { attempt: 2 });
    expect(kindOf(run)).to.equal('running');
    const states = await backEnd.states([ref('a', 2), ref('a', 1), ref('a', 3)]);
    expect(states.map(kindOf)).to.deep.equal(['running', 'exited', 'absent']);
  });

  it('does not start what comes too late, nor what is not there', async () => {
    const { atMs } = backEnd.now();
    await launch('late', programs.exits(0), { latestStartMs: atMs - 1000 });
    await launch('missing', programs.isMissing());
    for (const [task, kind] of [
      ['late', 'too-late'],
      ['missing', 'not-started'],
    ] as const) {
      const [state] = await statesOf(task);
      const end = state?.state === 'ended' ? state : await endOf(task);
      expect(end.exit).to.deep.include({ kind, code: null, startedAt: null });
    }
  });

  it('ends a program whose time is over', async () => {
    await launch('a', programs.lasts(60_000), { endMs: backEnd.now().atMs + 100, timeMs: 100, graceMs: 100 });
    expect((await endOf('a')).exit.kind).to.equal('timed-out');
  });

  it('ends a program that is cancelled, and minds no cancelling of what does not run', async () => {
    await launch('a', programs.lasts(60_000));
    await backEnd.cancel(ref('a'), 100);
    expect((await endOf('a')).exit.kind).to.equal('cancelled');
    await backEnd.cancel(ref('a'), 0);
    await backEnd.cancel(ref('unknown'), 0);
  });

  it('keeps nothing of what it is to forget', async () => {
    const { order } = await launch('a', programs.exits(0));
    await endOf('a');
    await backEnd.forget([ref('a'), ref('unknown')]);
    expect((await statesOf('a')).map(kindOf)).to.deep.equal(['absent']);
    const folders = await backEnd.known();
    expect(folders, 'its folder, where it is there still').to.deep.equal(
      existsSync(backEnd.place(order).folder) ? [{ task: 'a', attempt: 1 }] : [],
    );
    await removeTree(backEnd.place(order).folder);
    expect(await backEnd.known()).to.deep.equal([]);
  });

  it('finds what runs and what has ended after the agent was started anew', async function () {
    if (!backEnd.powers.outlivesAgent) this.skip();
    const { boot, atMs } = backEnd.now();
    await launch('a', programs.exits(3));
    await launch('b', programs.lasts(60_000));
    await endOf('a');
    await backEnd.stop();
    await open();
    expect((await statesOf('a', 'b', 'c')).map(kindOf)).to.deep.equal(['exited', 'running', 'absent']);
    expect(words(await backEnd.known())).to.deep.equal(['a.1', 'b.1']);
    expect(backEnd.now().boot).to.equal(boot);
    expect(backEnd.now().atMs).to.be.at.least(atMs);
    await backEnd.cancel(ref('b'), 0);
    expect((await endOf('b')).exit.kind).to.equal('cancelled');
  });

  it('has a folder of its own for each attempt, below which its files lie', async () => {
    const key: AttemptKey = { task: 'a', attempt: 1 };
    const { folder: own, user: _, ...files } = backEnd.place(key);
    for (const file of Object.values(files)) expect(file.startsWith(`${own}/`)).to.equal(true);
    expect(backEnd.place({ task: 'a', attempt: 2 }).folder).to.not.equal(own);
    expect(existsSync(own)).to.equal(false);
  });

  it('has what a program prints in its place while it runs', async () => {
    const { order } = await launch('a', programs.lasts(60_000, 'under way'));
    const { stdout } = backEnd.place(order);
    const read = () => (existsSync(stdout) ? readFileSync(stdout, 'utf8') : '');
    while (read() !== 'under way') await turn(10);
    expect((await statesOf('a')).map(kindOf)).to.deep.equal(['running']);
    await backEnd.cancel(ref('a'), 0);
    await endOf('a');
    expect(read(), 'and after its end').to.equal('under way');
  });

  it('takes many at once, and runs each once', async function () {
    this.timeout(600_000); // where nothing else runs, half a minute
    const count = many ?? (backEnd.powers.arrays ? 1_000 : 50);
    const tasks = Array.from({ length: count }, (_, index) => `t${index}`);
    const file = join(folder, 'notes');
    const codeOf = (index: number) => index % 200;
    const argvOf = (task: string, index: number) =>
      programs.notes?.(file, task, codeOf(index)) ?? programs.exits(codeOf(index));
    await Promise.all(tasks.map((task, index) => launch(task, argvOf(task, index))));
    for (const [index, task] of tasks.entries())
      expect((await endOf(task)).exit).to.deep.include({ kind: 'exited', code: codeOf(index) });
    if (programs.notes !== undefined) {
      const noted = readFileSync(file, 'utf8').trim().split('\n');
      expect(noted.sort(), 'each ran once').to.deep.equal(tasks.toSorted());
    }
    await backEnd.forget(tasks.map((task) => ref(task)));
    expect((await statesOf(...tasks)).map(kindOf)).to.deep.equal(tasks.map(() => 'absent'));
  });

  it('says what it has, and how busy it is', async () => {
    expect(backEnd.capacity().cpus).to.be.above(0);
    expect((await backEnd.load()).load).to.be.at.least(0);
  });
}

/** The number of SIGSEGV. */
const segmentationFault = 11;

function words(keys: readonly AttemptKey[]): string[] {
  return keys.map(({ task, attempt }) => `${task}.${attempt}`).sort();
}
