import { mkdtemp, open, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ClientFiles } from '../../../fabric-agent/listening/client-files.ts';
import { systemClock } from '../../../platform/clock.ts';
import { sha256 } from '../../../platform/digest.ts';
import { silentLog } from '../../../platform/log.ts';

const never = new AbortController().signal;

describe('the files of a client that drives an agent', () => {
  let root: string;
  let folder: string;
  let files: ClientFiles;

  const openFiles = async () => {
    files = new ClientFiles({
      ...{ folder, mostBytes: 100, keptMs: 60_000, clock: systemClock, log: silentLog },
    });
    await files.start();
  };
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ogm-client-files-'));
    folder = join(root, 'files');
    await openFiles();
  });
  afterEach(async () => {
    await files.stop();
    await rm(root, { recursive: true });
  });

  async function* pieces(...texts: string[]) {
    for (const text of texts) yield Buffer.from(text);
  }
  const codeOf = (done: Promise<unknown>) =>
    done.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
  const put = (blob: string, offset: number, total: number | undefined, ...texts: string[]) =>
    files.put(blob, { offset, total, bytes: pieces(...texts) });

  it('come in parts, also over a restart, and are there once they are whole', async () => {
    const blob = sha256('one two');
    expect(await put(blob, 0, 7, 'one')).to.deep.equal({ blob, bytes: 3, complete: false });
    expect(await codeOf(put(blob, 0, 7, 'one'))).to.equal('upload-gap');
    expect(await files.find(blob)).to.equal(undefined);
    await files.stop();
    await openFiles();
    expect(await files.uploaded(blob)).to.deep.equal({ blob, bytes: 3, complete: false });
    expect(await put(blob, 3, 7, ' two')).to.deep.equal({ blob, bytes: 7, complete: true });
    expect(await put(blob, 0, 7, 'x'), 'again').to.deep.equal({ blob, bytes: 7, complete: true });
    expect(await readFile((await files.find(blob))!.path, 'utf8')).to.equal('one two');
  });

  it('are what they are called, no longer than they are said to be, and within a bound together', async () => {
    const blob = sha256('right');
    expect(await codeOf(put(blob, 0, 5, 'wrong'))).to.equal('upload-wrong');
    expect(await files.uploaded(blob)).to.include({ bytes: 0, complete: false });
    expect(await codeOf(put(blob, 0, 2, 'right'))).to.equal('upload-gap');
    const large = 'x'.repeat(101);
    expect(await codeOf(put(sha256(large), 0, 101, large))).to.equal('staging-full');
    await put(blob, 0, undefined, 'much more');
    expect(await codeOf(put(blob, 5, 5)), 'more is here than there is of it').to.equal('upload-wrong');
    expect(await put(blob, 0, 5, 'right')).to.include({ complete: true });
  });

  it('of one blob that is sent twice at once are kept once', async () => {
    const blob = sha256('both');
    const both = await Promise.all([put(blob, 0, 4, 'both'), put(blob, 0, 4, 'both')]);
    expect(both.map(({ complete }) => complete)).to.deep.equal([true, true]);
    expect(await readdir(folder)).to.deep.equal([blob]);
  });

  it('are given to tasks as copies, for a program may write into its inputs', async () => {
    const blob = sha256('input');
    await put(blob, 0, 5, 'input');
    const file = join(root, 'in');
    await files.fetch(blob, 5, file, never);
    await writeFile(file, 'other');
    expect(await readFile((await files.find(blob))!.path, 'utf8')).to.equal('input');
    for (const [which, bytes] of [
      [blob, 6],
      [sha256('absent'), 6],
    ] as const)
      expect(await files.fetch(which, bytes, file, never).catch((error: Error) => error.name)).to.equal(
        'BlobFault',
      );
  });

  it('are taken of tasks whatever the bound, once they are what they were', async () => {
    const large = 'result '.repeat(50);
    const file = join(root, 'out');
    await writeFile(file, large);
    await using handle = await open(file);
    await files.send(handle, large.length, sha256(large), never);
    expect((await files.find(sha256(large)))?.bytes).to.equal(large.length);
    const changed = files.send(handle, large.length, sha256('what it was'), never);
    expect(await changed.catch((error: Error) => error.name)).to.equal('BlobFault');
    expect(await readdir(folder)).to.deep.equal([sha256(large)]);
  });

  it('go when they are old and no task names them, and never before that is known', async () => {
    const [kept, left] = [sha256('kept'), sha256('left')];
    await put(kept, 0, 4, 'kept');
    await put(left, 0, 4, 'left');
    await files.stop();
    for (const blob of [kept, left]) await utimes(join(folder, blob), 1, 1);
    await openFiles();
    expect(await readdir(folder)).to.have.members([kept, left]);
    await files.naming(() => new Set([kept]));
    expect(await readdir(folder)).to.deep.equal([kept]);
  });

  it('are looked through to the last, though some go while that is done', async () => {
    const old = sha256('old');
    await put(old, 0, 3, 'old');
    await utimes(join(folder, old), 1, 1);
    const gone = '0'.repeat(64);
    await symlink(join(root, 'nothing'), join(folder, gone)); // in the list, and not there
    await files.naming(() => new Set());
    expect(await readdir(folder)).to.deep.equal([gone]);
  });
});
