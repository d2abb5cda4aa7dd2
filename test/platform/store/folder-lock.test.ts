import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Refusal } from '../../../platform/failure.ts';
import { lockFolder } from '../../../platform/store/sqlite/folder-lock.ts';
import { holder, Program } from './given.ts';

describe('the lock of a data folder', () => {
  let parent: string;
  let folder: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'lock-'));
    folder = join(parent, 'data');
  });

  afterEach(async () => {
    await rm(parent, { recursive: true });
  });

  async function refused(path: string): Promise<Refusal> {
    const [told] = await Promise.allSettled([lockFolder(path)]);
    if (told?.status !== 'rejected' || !(told.reason instanceof Refusal))
      throw new Error('it was not refused');
    return told.reason;
  }

  it('makes the folder, for its owner alone', async () => {
    const lock = await lockFolder(folder);
    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    await lock.release();
  });

  it('refuses a second process in one sentence that names the first', async () => {
    const lock = await lockFolder(folder);
    const second = new Program(holder, ['folder', folder]);
    await second.ended;
    expect(second.lines).to.deep.equal([
      `The data folder ${folder} is in use by another process (${process.pid}); stop that one first, or choose another folder`,
    ]);
    await lock.release();
  });

  it('refuses a second taker in the same process, and holds on', async () => {
    const lock = await lockFolder(folder);
    expect(await refused(folder)).to.have.property('code', 'folder-in-use');
    const second = new Program(holder, ['folder', folder]);
    await second.ended;
    expect(second.lines.join()).to.match(/is in use by /);
    await lock.release();
  });

  it('can be taken again after its release, which may be done twice', async () => {
    const lock = await lockFolder(folder);
    await lock.release();
    const next = await lockFolder(folder);
    await lock.release();
    expect(await refused(folder)).to.have.property('code', 'folder-in-use');
    await next.release();
  });

  it('ends with kill -9 of its process, though a child of it lives on', async () => {
    const first = new Program(holder, ['child', folder]);
    await first.said(1);
    const [, child] = /^held (\d+)$/.exec(first.lines[0] ?? '') ?? [];
    expect(await refused(folder))
      .to.have.property('detail')
      .that.includes(`(${first.process.pid})`);
    await first.kill();
    const lock = await lockFolder(folder);
    process.kill(Number(child));
    await lock.release();
  });

  it('goes to one of several that start together', async () => {
    const all = Array.from({ length: 4 }, () => new Program(holder, ['folder', folder]));
    await Promise.all(all.map((each) => each.said(1)));
    const said = all.map((each) => each.lines[0]?.split(' ')[0]);
    expect(said.filter((word) => word === 'held')).to.have.length(1);
    await Promise.all(all.map((each) => each.end()));
  });

  it('says why a folder cannot be used', async () => {
    await writeFile(folder, 'a file');
    expect(await refused(folder)).to.deep.include({ code: 'folder-failed' });
  });
});
