import { mkdir, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { InputShelf } from '../../../fabric-agent/tasks/input-shelf.ts';
import { GivenCache, hashOf, never } from './given-cache.ts';

describe('an input of a task', () => {
  it('is fetched once, and for each task after that is a copy of its own', async () => {
    await using given = await GivenCache.open();
    const first = await given.bring('abc');
    await writeFile(first, 'the task changes its file');
    const second = await given.bring('abc');
    await truncate(second, 1);
    await given.bring('abc');
    expect(given.news).to.deep.equal(['ann abc']);
    expect(await readdir(join(given.root, 'tasks')), 'and nothing beside').to.have.length(3);
    const [name = ''] = await given.files();
    expect((await stat(join(given.folder, 'b1', name))).mode & 0o777).to.equal(0o600);
    expect((await stat(join(given.folder, 'b1'))).mode & 0o077).to.equal(0);
  });

  it('is fetched again for another owner, and for another broker', async () => {
    await using given = await GivenCache.open({ brokers: ['b1', 'b2'] });
    const other = new InputShelf(given.cache, 'b2', () => {});
    await given.bring('abc', 'ann');
    await given.bring('abc', 'eve');
    await given.bring('abc', 'ann', other);
    expect(given.news).to.deep.equal(['ann abc', 'eve abc', 'ann abc']);
    await given.bring('abc', 'eve');
    expect(given.news).to.deep.equal([]);
  });

  it('is fetched again where what was kept is not what it was', async () => {
    await using given = await GivenCache.open();
    for (const spoil of [
      (file: string) => writeFile(file, 'abd'),
      (file: string) => writeFile(file, 'abcd'),
      (file: string) => truncate(file, 0),
      (file: string) => rm(file),
      async (file: string) => {
        await rm(file);
        await mkdir(file);
      },
    ]) {
      await given.bring('abc');
      const [name = ''] = await given.files();
      await spoil(join(given.folder, 'b1', name));
      given.news;
      await given.bring('abc');
      expect(given.news, String(spoil)).to.deep.equal(['ann abc']);
    }
  });

  it('is fetched once for tasks that want it together, and by the next where that fails', async () => {
    await using given = await GivenCache.open();
    await Promise.all([given.bring('abc'), given.bring('abc'), given.bring('abc')]);
    expect(given.news).to.deep.equal(['ann abc']);
    const gone = Promise.withResolvers<void>();
    const input = { owner: 'ann', blob: hashOf('def'), bytes: 3 };
    const failing = given.shelf.bring(input, join(given.root, 'no'), () => gone.promise, never);
    const patient = given.bring('def');
    const leaving = new AbortController();
    const aborted = given.shelf.bring(input, join(given.root, 'x'), () => gone.promise, leaving.signal);
    leaving.abort(new Error('nobody wants it'));
    expect(await aborted.catch(String)).to.equal('Error: nobody wants it');
    gone.reject(new Error('the line broke'));
    expect(await failing.catch(String)).to.equal('Error: the line broke');
    await patient;
    expect(given.news).to.deep.equal(['ann def']);
  });
});

describe('what is kept of inputs', () => {
  it('takes no more than it may, nor than a quarter of the disk, and what was used last is there', async () => {
    const inputs = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(inputs, fc.constantFrom(4000, 800, 100, 0), async (sizes, diskBytes) => {
        await using given = await GivenCache.open({ mostBytes: 300 });
        given.diskBytes = diskBytes;
        const most = Math.min(300, diskBytes / 4);
        for (const size of sizes) {
          const content = Buffer.alloc(size * 10, size);
          await given.bring(content);
          expect(given.cache.yieldingBytes).to.be.at.most(most);
          if (content.length > most) continue;
          given.news;
          await given.bring(content);
          expect(given.news).to.deep.equal([]);
        }
        const kept = (await given.files()).map((name) => stat(join(given.folder, 'b1', name)));
        const bytes = (await Promise.all(kept)).reduce((sum, { size }) => sum + size, 0);
        expect(bytes).to.equal(given.cache.yieldingBytes);
      }),
      { numRuns: 20 },
    );
  });

  it('goes by and by where others fill the disk', async () => {
    await using given = await GivenCache.open();
    given.diskBytes = 4000;
    for (const letter of 'abc') await given.bring(letter.repeat(30));
    given.diskBytes = 250;
    await given.until(() => given.cache.yieldingBytes === 60);
    given.news;
    await given.bring('c'.repeat(30));
    await given.bring('b'.repeat(30));
    expect(given.news).to.deep.equal([]);
  });

  it('goes by who used it least lately, in an agent after this one too', async () => {
    await using given = await GivenCache.open({ mostBytes: 30 });
    for (const letter of 'abc') {
      await given.bring(letter.repeat(10));
      await given.clock.advance(100_000 - 1);
    }
    await given.start({ mostBytes: 30, keptMs: 1e9 });
    await given.bring('a'.repeat(10));
    await given.start({ mostBytes: 30, keptMs: 1e9 });
    given.news;
    await given.bring('d'.repeat(10));
    await given.bring('a'.repeat(10));
    expect(given.news, 'a is still there').to.deep.equal(['ann dddddddddd']);
  });

  it('goes where no task took it for long', async () => {
    await using given = await GivenCache.open();
    await given.bring('old');
    await given.clock.advance(60_000);
    await given.bring('new');
    await given.clock.advance(60_000);
    await given.until(() => given.cache.yieldingBytes === 3);
    given.news;
    await given.bring('new');
    await given.bring('old');
    expect(given.news).to.deep.equal(['ann old']);
  });

  it('goes before a task lacks room', async () => {
    await using given = await GivenCache.open();
    given.diskBytes = 400;
    for (const letter of 'abc') await given.bring(letter.repeat(30));
    await given.shelf.makeRoom(310);
    expect(given.cache.yieldingBytes, 'there was so much').to.equal(90);
    await given.shelf.makeRoom(330);
    expect(given.cache.yieldingBytes, 'the first has gone').to.equal(60);
    await given.shelf.makeRoom(10_000);
    expect(given.cache.yieldingBytes).to.equal(0);
    await given.bring('abc');
    expect([await given.shelf.giveWay(), await given.shelf.giveWay()]).to.deep.equal([true, false]);
    expect(await given.files()).to.deep.equal([]);
  });

  it('is nothing where it may be nothing, and what was kept before has gone', async () => {
    await using given = await GivenCache.open();
    await given.bring('abc');
    await given.start({ mostBytes: 0 });
    await given.bring('abc');
    expect(await readdir(given.root)).to.deep.equal(['tasks']);
  });

  it('is nothing of what a crash left half, nor of brokers of before', async () => {
    await using given = await GivenCache.open();
    await given.bring('abc');
    const whole = await given.files();
    await mkdir(join(given.folder, 'b0'));
    await writeFile(join(given.folder, 'b0', hashOf('x')), 'x');
    await writeFile(join(given.folder, 'b1', `${hashOf('x')}.1`), 'half of it');
    await mkdir(join(given.folder, 'b1', hashOf('folder')));
    await writeFile(join(given.folder, 'b1', 'note'), '');
    await given.start();
    expect([await readdir(given.folder), await given.files()]).to.deep.equal([['b1'], whole]);
    given.news;
    await given.bring('abc');
    expect(given.news).to.deep.equal([]);
  });

  it('is nothing where its folder cannot be made, and tasks get theirs all the same', async () => {
    await using given = await GivenCache.open();
    await writeFile(join(given.root, 'file'), '');
    await given.start({ folder: join(given.root, 'file') });
    await given.bring('abc');
    await given.bring('abc');
    expect(given.news).to.deep.equal(['ann abc', 'ann abc']);
  });

  it('counts from now on where the clock was ahead', async () => {
    await using given = await GivenCache.open();
    await given.bring('abc');
    const [name = ''] = await given.files();
    const later = Date.now() / 1000 + 1e6;
    await utimes(join(given.folder, 'b1', name), later, later);
    await given.start({ keptMs: 10_000 });
    await given.clock.advance(11_000);
    await given.until(() => given.cache.yieldingBytes === 0);
  });
});
