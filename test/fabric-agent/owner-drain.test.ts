import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { OwnerDrain } from '../../fabric-agent/owner-drain.ts';
import { allWilling, always } from '../../fabric-agent/willingness.ts';
import { ManualClock } from '../support/clock.ts';
import { keptOf } from './tasks/attempts.ts';
import { startTasks } from './tasks/tasks.ts';

describe('a node that its owner has drained', () => {
  let folder: string;
  const clock = new ManualClock();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-drain-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('stays so when the agent is started anew, until it is resumed', async () => {
    const drain = await OwnerDrain.in(folder, clock);
    expect(drain.unwilling).to.equal(undefined);
    await drain.drain();
    await drain.drain();
    const next = await OwnerDrain.in(folder, clock);
    expect(next.sinceMs).to.equal(clock.now());
    await next.resume();
    expect((await OwnerDrain.in(folder, clock)).unwilling).to.equal(undefined);
  });

  it('is as it was told last, and says each change once', async () => {
    const drain = await OwnerDrain.in(folder, clock);
    const told: (string | undefined)[] = [];
    const end = allWilling([always(undefined), drain]).onChange(() => told.push(drain.unwilling));
    await Promise.all([drain.drain(), drain.resume(), drain.drain(), drain.drain()]);
    const why = 'its owner has drained this node';
    expect(told).to.deep.equal([why, undefined, why]);
    end();
    await drain.resume();
    expect(told).to.have.length(3);
  });

  it('starts not at all from a file that does not say', async () => {
    await writeFile(join(folder, 'drained.json'), 'yes');
    const failed = await OwnerDrain.in(folder, clock).catch((error: unknown) => error);
    expect(failed).to.include({ code: 'bad-file' });
  });

  it('tells its brokers, refuses what comes all the same, and ends what it has', async () => {
    const drain = await OwnerDrain.in(folder, clock);
    await using tasks = await startTasks({ willingness: drain });
    const { broker } = tasks;
    await broker.hears('inventory');
    const gate = join(folder, 'gate');
    const waiting = `until test -e ${gate}; do sleep 0.02; done`;
    const assign = (task: string, script: string) =>
      broker.say({
        ...{ type: 'assign', task, attempt: 1 },
        ...keptOf({ application: 'sh', arguments: [script] }),
      });
    assign('one.1', waiting);
    await broker.hears('may-start', 'one.1');
    const facts = () => broker.heard.flatMap((word) => (word.type === 'facts' ? [word.draining] : []));
    await drain.drain();
    await broker.until(() => facts().at(-1) === true);
    assign('two.1', 'true');
    expect(await broker.hears('refuse', 'two.1')).to.include({
      ...{ code: 'draining', elsewhere: true, reason: 'its owner has drained this node' },
    });
    await writeFile(gate, '');
    expect((await broker.hears('ended', 'one.1')).exit).to.include({ kind: 'exited', code: 0 });
    await drain.resume();
    await broker.until(() => facts().at(-1) === false);
    assign('three.1', 'true');
    await broker.hears('ended', 'three.1');
  });
});
