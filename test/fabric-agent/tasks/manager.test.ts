import { appendFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Misbehaviour } from '../../../fabric-agent/back-ends/mock.ts';
import { ManualClock } from '../../support/clock.ts';
import { eventually } from '../support.ts';
import { key } from './attempts.ts';
import { type NodeOptions, TestNode } from './node.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `j.${index + 1}`);

describe('the task manager', () => {
  let node: TestNode;

  const start = async (options: NodeOptions = {}) => {
    node = await TestNode.start(options);
  };
  afterEach(() => node[Symbol.asyncDispose]());

  it('asks before it starts, tells how it ended and what was printed, and leaves nothing behind', async () => {
    await start();
    node.assign('j.1', ['print', 'hello']);
    const ended = await node.said1('ended', 'j.1');
    expect(ended.exit).to.deep.include({ kind: 'exited', code: 0 });
    expect(ended.stdout).to.deep.equal({ text: Buffer.from('hello').toString('base64') });
    expect(node.said.map(({ type }) => type)).to.deep.equal(['may-start', 'ended']);
    await eventually(() => expect(readdirSync(join(node.folder, 'runs'))).to.deep.equal([]));
    expect(node.machine.runs.size).to.equal(0);
  });

  it('starts nothing before the broker has said yes, and nothing where it says no', async () => {
    await start({ obliging: false });
    node.assign('j.1', ['exit', '0']);
    node.assign('j.2', ['exit', '0']);
    await node.said1('may-start', 'j.2');
    expect(node.machine.begun).to.deep.equal([]);
    node.tell({ type: 'drop', task: 'j.1', attempt: 1, reason: 'it was cancelled' });
    node.tell({ type: 'start', task: 'j.2', attempt: 1, latestStartMs: 30_000, leaseMs: null });
    await node.said1('ended', 'j.2');
    expect(node.machine.begun).to.deep.equal(['j.2.1']);
    await eventually(() => expect(existsSync(join(node.folder, 'runs', 'j.1.1'))).to.equal(false));
  });

  it('takes an order that comes again for the one that it was', async () => {
    await start();
    for (let times = 0; times < 3; times += 1) node.assign('j.1', ['last', '20']);
    await node.said1('ended', 'j.1');
    expect(node.begun('j.1')).to.equal(1);
  });

  it('does not begin what may begin too late', async () => {
    await start({ obliging: false });
    node.assign('j.1', ['exit', '0']);
    await node.said1('may-start', 'j.1');
    node.tell({ type: 'start', task: 'j.1', attempt: 1, latestStartMs: -1, leaseMs: 1000 });
    expect((await node.said1('ended', 'j.1')).exit.kind).to.equal('too-late');
    expect(node.machine.begun).to.deep.equal([]);
  });

  it('ends a program that is cancelled, and one of a lease that is over', async () => {
    const bootClock = new ManualClock();
    await start({ obliging: false, bootClock });
    node.assign('j.1', ['last', '60000']);
    node.assign('j.2', ['last', '60000'], { graceMs: 10 });
    await node.said1('may-start', 'j.1');
    await node.said1('may-start', 'j.2');
    node.tell({ type: 'start', task: 'j.1', attempt: 1, latestStartMs: 30_000, leaseMs: null });
    node.tell({ type: 'start', task: 'j.2', attempt: 1, latestStartMs: 30_000, leaseMs: 1_500 });
    await eventually(() => expect(node.machine.begun).to.have.length(2));
    node.tell({ type: 'cancel', task: 'j.1', attempt: 1, graceMs: 0 });
    expect((await node.said1('ended', 'j.1')).exit.kind).to.equal('cancelled');
    await bootClock.advance(1_500);
    expect((await node.said1('ended', 'j.2')).exit.kind).to.equal('timed-out');
  });

  it('kills what nobody wants any more, and says nothing of it', async () => {
    await start();
    node.assign('j.1', ['last', '60000']);
    await eventually(() => expect(node.machine.begun).to.have.length(1));
    node.tell({ type: 'forget', task: 'j.1', attempt: 1 });
    await eventually(() => expect(node.machine.runs.size).to.equal(0));
    expect(node.said.map(({ type }) => type)).to.deep.equal(['may-start']);
  });

  it('ends a program that takes more of the disk than it may, and says why', async () => {
    await start({ rules: { resultBytes: 100_000 } });
    node.assign('j.1', ['last', '60000'], { outputs: [] });
    await eventually(() => expect(node.machine.begun).to.have.length(1));
    appendFileSync(join(node.backEnd.place(key).work, 'large'), Buffer.alloc(200_000, 1));
    const ended = await node.said1('ended', 'j.1');
    expect(ended.exit.kind).to.equal('cancelled');
    expect(ended.fault).to.match(/wrote more than 100000 bytes/);
  });

  it('never runs more at once than the node has', async () => {
    await start({ rules: { capacity: { cpus: 2, memoryBytes: 1000, tasks: 3 } } });
    let most = 0;
    const launch = node.backEnd.launch;
    node.backEnd.launch = async (order) => {
      const launched = await launch.call(node.backEnd, order);
      const running = [...node.machine.runs.values()].filter(({ exit }) => exit === undefined);
      most = Math.max(most, running.length);
      return launched;
    };
    for (const name of names(20)) node.assign(name, ['last', '5']);
    for (const name of names(20)) await node.said1('ended', name);
    expect(most).to.be.within(1, 2);
  });

  it('refuses what its owner does not allow, by a sentence', async () => {
    await start({ rules: { owners: ['alice'] } });
    node.assign('j.1', ['exit', '0'], { owner: 'mallory' });
    const { reason, elsewhere } = await node.said1('refuse', 'j.1');
    expect({ reason, elsewhere }).to.deep.equal({
      reason: 'the owner of this node runs no tasks of "mallory"',
      elsewhere: true,
    });
  });

  it('takes no more while it is drained, and goes on with what it has', async () => {
    await start();
    node.assign('j.1', ['last', '50']);
    node.tell({ type: 'drain', draining: true });
    node.assign('j.2', ['exit', '0']);
    expect(await node.said1('refuse', 'j.2')).to.include({ code: 'draining', elsewhere: true });
    expect(node.said.findLast(({ type }) => type === 'facts')).to.deep.include({ draining: true });
    await node.said1('ended', 'j.1');
    node.tell({ type: 'drain', draining: false });
    node.assign('j.3', ['exit', '0']);
    await node.said1('ended', 'j.3');
  });

  it('that its owner drains says so from the beginning', async () => {
    await start({ draining: true });
    node.greet();
    expect(node.said[0]).to.deep.include({ type: 'facts', draining: true });
    node.assign('j.1', ['exit', '0']);
    await node.said1('refuse', 'j.1');
  });

  it('takes nothing while its disk cannot be written, begins nothing, and goes on as soon as it can', async () => {
    await start({ compactBytes: 0 });
    await mkdir(`${node.journalFile}.next`);
    node.assign('j.1', ['exit', '0']);
    await node.until((said) => said.find((message) => message.type === 'facts' && message.draining));
    node.assign('j.2', ['exit', '0']);
    expect(await node.said1('refuse', 'j.2')).to.include({ code: 'full', elsewhere: true });
    expect(node.said.some(({ type }) => type === 'may-start')).to.equal(false);
    await rmdir(`${node.journalFile}.next`);
    await node.said1('ended', 'j.1');
    expect(node.said.findLast(({ type }) => type === 'facts')).to.deep.include({ draining: false });
  });

  it('refuses what it cannot make a folder for, and is open again as soon as it can', async () => {
    await start();
    const runs = join(node.folder, 'runs');
    await rm(runs, { recursive: true });
    await writeFile(runs, 'no folder');
    const inputs = [{ path: 'in.txt', blob: 'a'.repeat(64), bytes: 1, executable: false }];
    node.assign('j.1', ['exit', '0'], { inputs });
    expect(await node.said1('refuse', 'j.1')).to.include({ code: 'full', elsewhere: true });
    expect(node.said.at(-2), 'told before the refusal').to.include({ type: 'facts', draining: true });
    node.assign('j.2', ['exit', '0']);
    expect(await node.said1('refuse', 'j.2')).to.include({ code: 'full', elsewhere: true });
    await rm(runs);
    await mkdir(runs);
    await node.until((said) => said.find((message) => message.type === 'facts' && !message.draining));
    node.assign('j.1', ['exit', '0'], {}, 2);
    expect((await node.said1('ended', 'j.1')).exit.code).to.equal(0);
  });

  it('says of itself at the beginning of a session what it is, all that it has, and what it waits for', async () => {
    await start({ obliging: false });
    for (const name of names(3)) node.assign(name, ['exit', '0']);
    await node.said1('may-start', 'j.3');
    node.tell({ type: 'start', task: 'j.1', attempt: 1, latestStartMs: 30_000, leaseMs: null });
    await node.said1('ended', 'j.1');
    const greeting = node.manager.greeting();
    expect(greeting.map(({ type }) => type)).to.deep.equal([
      'facts',
      'inventory',
      'ended',
      'may-start',
      'may-start',
    ]);
    expect(greeting[1]).to.deep.include({
      tasks: [
        { task: 'j.1', attempt: 1, stage: 'ended' },
        { task: 'j.2', attempt: 1, stage: 'asking' },
        { task: 'j.3', attempt: 1, stage: 'asking' },
      ],
    });
  });

  describe('after a crash', () => {
    it('finds what runs, and delivers what ended meanwhile', async () => {
      await start({ obliging: 'in starting' });
      node.assign('j.1', ['last', '200']);
      node.assign('j.2', ['exit', '3']);
      await eventually(() => expect(node.machine.begun).to.have.length(2));
      await node.crash();
      expect((await node.said1('ended', 'j.1')).exit).to.deep.include({ kind: 'exited', code: 0 });
      expect((await node.said1('ended', 'j.2')).exit).to.deep.include({ kind: 'exited', code: 3 });
      expect([node.begun('j.1'), node.begun('j.2')]).to.deep.equal([1, 1]);
    });

    it('asks again by the moment at which it asked first', async () => {
      await start({ obliging: false });
      node.assign('j.1', ['exit', '0']);
      const { askedAtMs } = await node.said1('may-start', 'j.1');
      await node.crash();
      expect((await node.said1('may-start', 'j.1')).askedAtMs).to.equal(askedAtMs);
    });

    it('of the machine starts nothing again: what may have run is lost, what cannot have is too late', async () => {
      await start({ obliging: false });
      node.assign('j.1', ['last', '60000']);
      node.assign('j.2', ['exit', '0']);
      await node.said1('may-start', 'j.1');
      await node.said1('may-start', 'j.2');
      node.tell({ type: 'start', task: 'j.1', attempt: 1, latestStartMs: 30_000, leaseMs: null });
      await eventually(() => expect(node.machine.begun).to.have.length(1));
      await node.crash(() => node.machine.cutPower());
      expect((await node.said1('ended', 'j.1')).exit.kind).to.equal('lost');
      expect((await node.said1('ended', 'j.2')).exit.kind).to.equal('too-late');
      expect(node.machine.begun).to.deep.equal(['j.1.1']);
    });

    it('clears away what nothing is known of any more', async () => {
      await start();
      await node.backEnd.launch({
        ...{ task: 'stray', attempt: 1, argv: ['mock', 'last', '60000'], environment: {} },
        ...{ latestStartMs: Infinity, endMs: 2 ** 50, timeMs: Infinity, leaseEndMs: Infinity, graceMs: 0 },
        limits: { outputBytes: 1, memoryBytes: null, processes: null },
        asks: { cpus: 1, memoryBytes: null },
      });
      mkdirSync(join(node.folder, 'runs', 'older.2.removed'));
      await node.crash();
      expect(node.machine.runs.size).to.equal(0);
      expect(readdirSync(join(node.folder, 'runs'))).to.deep.equal([]);
    });

    it('anywhere and any number of times runs each task once, and delivers each result', async () => {
      const moments = fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(moments, async (pauses) => {
          await using each = await TestNode.start({ stateMs: 20 });
          for (const [index, name] of names(12).entries()) each.assign(name, ['last', String(index)]);
          for (const ms of pauses) {
            await new Promise((resolve) => setTimeout(resolve, ms));
            await each.crash();
            // The broker sends again what the agent does not know, unless it had told the end of it.
            for (const name of names(12)) if (each.begun(name) === 0) each.assign(name, ['last', '1']);
          }
          await eventually(() => {
            for (const name of names(12)) expect(each.begun(name), name).to.equal(1);
            expect(each.machine.runs.size).to.equal(0);
          });
        }),
        { numRuns: 15 },
      );
      await start();
    });
  });

  describe('over a back end that', () => {
    const faults: Record<string, Misbehaviour> = {
      'is slow': { slowMs: 20 },
      'loses answers': { losesAnswers: 10 },
      'does not tell of ends': { losesEnds: true },
      'tells of each end twice': { repeatsEnds: true },
      'talks garbage': { talksGarbage: true },
    };
    for (const [what, misbehaviour] of Object.entries(faults))
      it(`${what} runs each task once, and delivers each result once it is known`, async () => {
        await start({ misbehaviour });
        for (const name of names(10)) node.assign(name, ['last', '10']);
        for (const name of names(10))
          expect((await node.said1('ended', name)).exit).to.deep.include({ kind: 'exited', code: 0 });
        for (const name of names(10)) expect(node.begun(name)).to.equal(1);
      });
  });
});
