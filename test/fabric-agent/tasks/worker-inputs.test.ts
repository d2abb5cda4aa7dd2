import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { placeIn } from '../../../fabric-agent/back-ends/back-end.ts';
import { createTurns } from '../../../fabric-agent/local/turns.ts';
import { Blobs } from '../../../fabric-agent/tasks/blobs.ts';
import { Worker } from '../../../fabric-agent/tasks/worker.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { keptOf } from './attempts.ts';
import { GivenCache, hashOf, never } from './given-cache.ts';
import { startTasks } from './tasks.ts';

const diskFull = Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
const input = { path: 'in', blob: hashOf('iron'), bytes: 4, executable: false };

/** A worker over a cache, whose disk is full as often as is said while it writes what it fetches. */
function workerOf(given: GivenCache, fullFor: number): Worker {
  let failures = 0;
  const fetch = async () => {
    failures += 1;
    if (failures <= fullFor) throw diskFull;
    return new Response('iron', { status: 206 });
  };
  const patience = { firstMs: 1, mostMs: 1, random: Math.random };
  return new Worker({
    place: (key) => placeIn(join(given.root, 'tasks'), key),
    blobs: new Blobs({ url: 'http://b.example', fetch, token: async () => '', patience, clock: systemClock }),
    shelf: given.shelf,
    transfers: createTurns(1),
    path: '/usr/bin',
    additions: new Map(),
    outputs: { totalBytes: 1e6, entries: 10, depth: 10, listBytes: 1e6 },
    watchMs: 1000,
    clock: systemClock,
    log: silentLog,
  });
}

describe('the files of a task', () => {
  const key = { task: 'j.1', attempt: 1 };
  const placed = (given: GivenCache) =>
    readFile(join(placeIn(join(given.root, 'tasks'), key).work, 'in'), 'utf8');

  it('are brought though the disk is full, where what is kept of others gives way', async () => {
    await using given = await GivenCache.open();
    await given.bring('abc');
    await workerOf(given, 1).prepare(key, keptOf({ inputs: [input] }), never);
    expect(await placed(given)).to.equal('iron');
    given.news;
    await given.bring('abc');
    expect(given.news).to.deep.equal(['ann abc']);
  });

  it('are not brought where nothing gives way any more', async () => {
    await using given = await GivenCache.open();
    await given.bring('abc');
    const prepared = workerOf(given, 2).prepare(key, keptOf({ inputs: [input] }), never);
    expect(await prepared.catch((error: unknown) => error)).to.equal(diskFull);
  });

  it('have room first, with what the program wants of the disk', async () => {
    await using given = await GivenCache.open();
    given.diskBytes = 400;
    for (const letter of 'ab') await given.bring(letter.repeat(40));
    await workerOf(given, 0).prepare(key, keptOf({ diskBytes: 330 }), never);
    expect(given.cache.yieldingBytes, 'of a task without files too').to.equal(40);
    await workerOf(given, 0).prepare(key, keptOf({ inputs: [input], diskBytes: 360 }), never);
    expect(given.cache.yieldingBytes, 'its own is kept').to.equal(4);
    expect(await placed(given)).to.equal('iron');
  });
});

describe('an agent whose programs nothing keeps apart', () => {
  it('keeps inputs where only its owner has tasks, and nothing where others have some', async () => {
    for (const [settings, isKept] of [
      [{}, true],
      [{ 'accept-unisolated': true }, false],
      [{ 'input-cache': '0 B' }, false],
    ] as const) {
      await using tasks = await startTasks({ settings });
      const { broker, folder } = tasks;
      await broker.hears('inventory');
      const inputs = [{ ...input, blob: broker.put('iron') }];
      const kept = keptOf({ application: 'sh', arguments: ['true'], inputs });
      for (const task of ['j.1', 'j.2']) {
        broker.say({ type: 'assign', task, attempt: 1, ...kept });
        await broker.hears('ended', task);
      }
      expect((await readdir(folder)).includes('input-cache'), JSON.stringify(settings)).to.equal(isKept);
      expect(broker.requests).to.have.length(isKept ? 1 : 2);
    }
  });
});
