import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { placeIn, type RunOrder, wordOf } from '../../../fabric-agent/back-ends/back-end.ts';
import { orderFile } from '../../../fabric-agent/batch/order-file.ts';
import { Shelf } from '../../../fabric-agent/batch/shelf.ts';
import { real } from '../../support/real.ts';
import { compiledRunner } from './support.ts';

(real('gcc') ? describe : describe.skip)('the runner of batch jobs', () => {
  let folder: string;
  let shelf: Shelf;
  let runner: string;

  before(async () => {
    runner = await compiledRunner();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-runner-'));
    shelf = new Shelf(join(folder, 'batch'));
    await shelf.open(Date.now());
  });

  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const key = { task: 'a', attempt: 1 };
  const word = wordOf(key);

  async function order(argv: readonly string[], said: Partial<RunOrder> = {}): Promise<void> {
    const now = Date.now();
    const place = placeIn(join(folder, 'tasks'), key);
    await mkdir(place.work, { recursive: true });
    const all: RunOrder = {
      ...{ ...key, argv, environment: { PATH: '/usr/bin:/bin' } },
      ...{
        latestStartMs: now + 60_000,
        endMs: now,
        timeMs: 60_000,
        leaseEndMs: now + 300_000,
        graceMs: 1_000,
      },
      limits: { outputBytes: 1e6, memoryBytes: null, processes: null },
      asks: { cpus: 1, memoryBytes: null },
      ...said,
    };
    await shelf.putOrder(word, orderFile(all, place, 0));
    await shelf.putList('list', ['other.1', word], '');
  }

  /** Runs the second of the list, as the job of an array would. */
  function job(number = '7') {
    const child = spawn(runner, [shelf.folder, 'list', number, '2'], { stdio: 'ignore' });
    return { child, ended: once(child, 'exit').then(([code]) => code as number | null) };
  }

  const out = () => readFileSync(placeIn(join(folder, 'tasks'), key).stdout, 'utf8');
  const endKind = async () => (await shelf.end(word))?.kind;

  it('gives a program its words as they are, and nothing of its own environment', async () => {
    const odd = ["'; exit 9; '", '$HOME `id`', '', 'two\nlines'];
    await order(['/bin/sh', '-c', 'printf "%s|" "$@"; printf %s "$ODD"; env', 'sh', ...odd], {
      environment: { PATH: '/usr/bin:/bin', ODD: "a'b\n$c" },
    });
    expect(await job().ended).to.equal(0);
    expect(out().startsWith(`${odd.join('|')}|a'b\n$c`)).to.equal(true);
    expect(out()).not.to.include('HOME=');
    expect(await shelf.end(word)).to.deep.include({ kind: 'exited', number: 0, why: '' });
  });

  it('runs an attempt once, however many jobs try', async () => {
    await order(['/bin/sh', '-c', 'echo ran; sleep 0.2; exit 3']);
    const jobs = Array.from({ length: 12 }, (_, index) => job(`${100 + index}`));
    expect(await Promise.all(jobs.map(({ ended }) => ended))).to.deep.equal(jobs.map(() => 0));
    expect(out()).to.equal('ran\n');
    expect(await shelf.end(word)).to.deep.include({ kind: 'exited', number: 3 });
    const claim = await shelf.claim(word);
    expect(Number(claim?.job?.job)).to.be.within(100, 111);
    expect(claim?.job?.index).to.equal(2);
  });

  it('runs nothing that was sealed, forgotten, or is too late', async () => {
    await order(['/bin/sh', '-c', 'echo ran']);
    expect(await shelf.seal(word)).to.equal(true);
    await job().ended;
    expect(await shelf.end(word)).to.equal(undefined);
    await shelf.forget(word);
    await job().ended;
    expect(await shelf.claim(word), 'leaves no claim behind').to.equal(undefined);
    await order(['/bin/sh', '-c', 'echo ran'], { latestStartMs: Date.now() - 1 });
    await job().ended;
    expect(await endKind()).to.equal('too-late');
    expect(existsSync(placeIn(join(folder, 'tasks'), key).stdout)).to.equal(false);
  });

  it('says why a program could not be started', async () => {
    await order(['/nowhere/at/all']);
    await job().ended;
    expect(await shelf.end(word)).to.deep.include({ kind: 'not-started', number: 2, startedMs: 0 });
  });

  it('ends what takes too long, prints too much or has too many processes', async () => {
    for (const [program, said, kind] of [
      ['exec sleep 60', { timeMs: 100 }, 'timed-out'],
      ['exec sleep 60', { leaseEndMs: Date.now() + 500, graceMs: 0 }, 'timed-out'],
      ['exec yes', { limits: { outputBytes: 1e5, memoryBytes: null, processes: null } }, 'over-output'],
      [
        'for i in 1 2 3 4 5; do sleep 60 & done; wait',
        { limits: { outputBytes: 1e5, memoryBytes: null, processes: 3 } },
        'over-processes',
      ],
    ] as const) {
      await order(['/bin/sh', '-c', program], said);
      await job().ended;
      expect(await endKind(), program).to.equal(kind);
      await shelf.forget(word);
      await rm(join(folder, 'tasks'), { recursive: true });
    }
  });

  it('leaves nothing of a program behind, wherever that went', async () => {
    await order(['/bin/sh', '-c', 'setsid sh -c "setsid sleep 1000 & echo \\$!" & wait']);
    await job().ended;
    const pid = Number(out());
    expect(pid).to.be.above(1);
    expect(() => process.kill(pid, 0)).to.throw(/ESRCH/);
    expect(await endKind()).to.equal('exited');
  });

  /** Says so when it is told to end, and goes on. */
  const stubborn = 'trap "echo told; trap : TERM" TERM; echo up; while :; do sleep 0.05; done';

  async function printed(text: string): Promise<void> {
    for (const { stdout } = placeIn(join(folder, 'tasks'), key); ; await turn(10))
      if (!existsSync(folder) || (existsSync(stdout) && out() === text)) return;
  }

  it('tells a program that is cancelled, and kills it after its grace', async () => {
    await order(['/bin/sh', '-c', stubborn]);
    const { ended } = job();
    await printed('up\n');
    await shelf.putCancel(word, 60_000);
    await printed('up\ntold\n');
    await shelf.putCancel(word, 0);
    await ended;
    expect(out()).to.equal('up\ntold\n');
    expect(await endKind()).to.equal('cancelled');
  });

  it('leaves nothing of a program when its lease is over, whatever grace it has', async () => {
    await order(['/bin/sh', '-c', stubborn], { leaseEndMs: Date.now() + 2_000, graceMs: 0 });
    const { ended } = job();
    await Promise.race([printed('up\n'), ended]); // on a machine that is slow, its time may be over before
    await shelf.putCancel(word, 3_600_000);
    await ended;
    expect(await endKind()).to.be.oneOf(['cancelled', 'timed-out']);
  });

  it('tells an end that the batch system made from one that was asked for', async () => {
    await order(['/bin/sh', '-c', 'echo up; exec sleep 60']);
    const { child, ended } = job();
    const place = placeIn(join(folder, 'tasks'), key);
    while (!existsSync(place.stdout) || out() === '') await turn(10);
    child.kill('SIGTERM');
    await ended;
    expect(await endKind()).to.equal('ended-by-system');
  });

  it('begins nothing by an order that is not whole', async () => {
    await order(['/bin/sh', '-c', 'echo ran']);
    const file = join(shelf.folder, 'orders', word);
    const whole = readFileSync(file);
    for (const bytes of [0, 5, 20, whole.length - 1]) {
      await writeFile(file, whole.subarray(0, bytes));
      await job().ended;
      expect(await shelf.claim(word)).to.equal(undefined);
    }
  });
});
