import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { adopt, removeResource } from '../../../broker/agents/store.ts';
import type { Caller } from '../../../broker/caller.ts';
import type { Staging } from '../../../broker/staging/staging.ts';
import type { Store } from '../../../platform/store/store.ts';
import { ann, bob, givenStaging, hashOf, keptMs, node } from './given.ts';

const rod = Buffer.from('a rod of iron, a metre long');

describe('staging', () => {
  it('takes a file in parts, passes over what came before, and tells how much is here', async () => {
    await using given = await givenStaging();
    const { staging } = given;
    const blob = hashOf(rod);
    const part = (from: number, to: number) =>
      staging.send(ann, blob, { offset: from, total: rod.length, bytes: [rod.subarray(from, to)] });
    expect(await staging.uploaded(ann, blob)).to.deep.equal({ blob, bytes: 0, complete: false });
    expect(await part(0, 10)).to.deep.equal({ blob, bytes: 10, complete: false });
    expect(await part(0, 10)).to.deep.equal({ blob, bytes: 10, complete: false });
    expect(await part(5, 15)).to.deep.equal({ blob, bytes: 15, complete: false });
    expect(await codeOf(part(16, 20))).to.equal('upload-gap');
    expect(await staging.uploaded(ann, blob)).to.deep.equal({ blob, bytes: 15, complete: false });
    expect(await part(15, rod.length)).to.deep.equal({ blob, bytes: rod.length, complete: true });
    expect(await contentOf(staging, ann, blob)).to.deep.equal(rod);
  });

  it('brings any file through, however it is cut, repeated and interrupted by restarts', async () => {
    const steps = fc.array(fc.record({ back: fc.nat(20), bytes: fc.nat(40), restart: fc.boolean() }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), steps, async (bytes, parts) => {
        await using given = await givenStaging();
        const blob = hashOf(bytes);
        for (const step of [...parts, { back: 0, bytes: bytes.length, restart: true }]) {
          if (step.restart) await given.reopen();
          const here = await given.staging.uploaded(ann, blob);
          const offset = Math.max(0, here.bytes - step.back);
          const part = bytes.subarray(offset, offset + step.bytes);
          await given.staging.send(ann, blob, { offset, total: bytes.length, bytes: [part] });
        }
        expect(await contentOf(given.staging, ann, blob)).to.deep.equal(Buffer.from(bytes));
      }),
      { numRuns: 15 },
    );
  });

  it('opens no file whose content is asked for before that is read', async () => {
    await using given = await givenStaging();
    await given.send(ann, rod);
    const isOpen = async () => {
      const paths = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`));
      return (await Promise.all(paths.map((path) => path.catch(() => '')))).some((path) =>
        path.includes(given.folder),
      );
    };
    const idle = process.platform === 'linux' ? await isOpen() : false;
    const contents = await Promise.all(
      Array.from({ length: 20 }, () => given.staging.contentOf('ann', hashOf(rod))),
    );
    expect(contents[0]?.bytes).to.equal(rod.length);
    if (process.platform === 'linux') expect(await isOpen()).to.equal(idle);
    expect(Buffer.concat(await Array.fromAsync(contents[1]?.content ?? []))).to.deep.equal(rod);
  });

  it('keeps nothing of a file that is not what its name says', async () => {
    await using given = await givenStaging();
    const blob = hashOf(rod);
    const other = Buffer.from(rod).fill('x');
    const sent = given.staging.send(ann, blob, { offset: 0, total: other.length, bytes: [other] });
    expect(await codeOf(sent)).to.equal('upload-wrong');
    expect(await given.staging.uploaded(ann, blob)).to.deep.equal({ blob, bytes: 0, complete: false });
    expect(await readdir(join(given.folder, 'uploads'))).to.deep.equal([]);
    await given.send(ann, rod);
    expect(await contentOf(given.staging, ann, blob)).to.deep.equal(rod);
  });

  it('begins again where more came than the file is said to have', async () => {
    await using given = await givenStaging();
    const blob = hashOf(rod);
    await given.staging.send(ann, blob, { offset: 0, total: undefined, bytes: [rod, rod] });
    const rest = given.staging.send(ann, blob, { offset: 0, total: rod.length, bytes: [rod] });
    expect(await codeOf(rest)).to.equal('upload-wrong');
    await given.send(ann, rod);
    expect(await contentOf(given.staging, ann, blob)).to.deep.equal(rod);
  });

  it('finds a file that was all here when the broker ended, and needs not one byte of it again', async () => {
    await using given = await givenStaging();
    const blob = hashOf(rod);
    const failing: Store = {
      ...given.store,
      read: (query) => given.store.read(query),
      write: () => Promise.reject(new Error('the power went')),
    };
    const staging = await given.reopen(failing);
    const sent = staging.send(ann, blob, { offset: 0, total: rod.length, bytes: [rod] });
    expect(await sent.catch((error: Error) => error.message)).to.equal('the power went');
    await given.reopen();
    expect(await given.staging.uploaded(ann, blob)).to.deep.equal({
      blob,
      bytes: rod.length,
      complete: false,
    });
    const none = { offset: rod.length, total: rod.length, bytes: [] };
    expect(await given.staging.send(ann, blob, none)).to.deep.equal({
      blob,
      bytes: rod.length,
      complete: true,
    });
    expect(await contentOf(given.staging, ann, blob)).to.deep.equal(rod);
    expect(await readdir(join(given.folder, 'uploads'))).to.deep.equal([]);
  });

  it('shows a file to none but those who have sent all of it', async () => {
    await using given = await givenStaging();
    const blob = await given.send(ann, rod);
    expect(await codeOf(given.staging.find(bob, blob))).to.equal('not-found');
    expect(await given.staging.uploaded(bob, blob)).to.deep.equal({ blob, bytes: 0, complete: false });
    await given.staging.send(bob, blob, { offset: 0, total: rod.length, bytes: [rod.subarray(0, 5)] });
    expect(await codeOf(given.staging.find(bob, blob))).to.equal('not-found');
    await given.send(bob, rod);
    expect(await contentOf(given.staging, bob, blob)).to.deep.equal(rod);
    expect(await filesBelow(given.folder), 'stored once').to.deep.equal([blob]);
  });

  it('shows the files of a job to its owner, and to agents that have tasks of it, while they have', async () => {
    await using given = await givenStaging();
    const { staging, store } = given;
    const input = await given.send(ann, rod);
    const claimed = await store.write((sql) => staging.claim(sql, 7, 'ann', [input]));
    expect([...claimed]).to.deep.equal([[input, rod.length]]);
    expect(await codeOf(staging.find(node, input))).to.equal('not-found');
    given.jobsAt.set('node', [3, 7]);
    expect(await contentOf(staging, node, input)).to.deep.equal(rod);
    given.jobsAt.set('node', [3]);
    expect(await codeOf(staging.find(node, input))).to.equal('not-found');

    const result = await given.send(node, Buffer.from('warm'));
    expect(await codeOf(staging.find(ann, result))).to.equal('not-found');
    const kept = await store.write((sql) => staging.keep(sql, 7, 'node', [result]));
    expect([...kept]).to.deep.equal([[result, 4]]);
    expect(await contentOf(staging, ann, result)).to.deep.equal(Buffer.from('warm'));
    expect(await codeOf(staging.find(bob, result))).to.equal('not-found');
  });

  it('shows an agent nothing of what the one before it sent, whose resource of that name was removed', async () => {
    await using given = await givenStaging();
    const { staging, store } = given;
    const made = { owner: 'ann', key: 'a'.repeat(43), now: 0 };
    await store.write((sql) => adopt(sql, { ...made, name: 'node' }));
    const sent = await given.send(node, rod);
    expect(await contentOf(staging, node, sent)).to.deep.equal(rod);
    await store.write((sql) => removeResource(sql, 'ann', 'node'));
    await store.write((sql) => adopt(sql, { ...made, owner: 'bob', name: 'node' }));
    expect(await codeOf(staging.find(node, sent))).to.equal('not-found');
  });

  it('gives no job what its owner, or the agent that sends its results, may not see', async () => {
    await using given = await givenStaging();
    const { staging, store } = given;
    const hers = await given.send(ann, rod);
    const absent = hashOf(Buffer.from('never sent'));
    const claimed = await store.write((sql) => staging.claim(sql, 1, 'bob', [hers, absent]));
    expect(claimed.size).to.equal(0);
    const kept = await store.write((sql) => staging.keep(sql, 1, 'node', [hers, absent]));
    expect(kept.size).to.equal(0);
    expect(await codeOf(staging.find(bob, hers))).to.equal('not-found');
  });

  it('collects a file when no job refers to it and it was not sent for a while', async () => {
    await using given = await givenStaging();
    const { staging, store, clock } = given;
    const claimed = await given.send(ann, rod);
    const loose = await given.send(ann, Buffer.from('loose'));
    await store.write((sql) => staging.claim(sql, 1, 'ann', [claimed]));
    await staging.sweep(clock.now() + keptMs);
    expect(await filesBelow(given.folder)).to.have.members([claimed, loose]);
    await staging.sweep(clock.now() + keptMs + 1);
    expect(await filesBelow(given.folder)).to.deep.equal([claimed]);
    expect(await codeOf(staging.find(ann, loose))).to.equal('not-found');
    await store.write((sql) => staging.release(sql, 1));
    await staging.sweep(clock.now() + keptMs + 1);
    expect(await filesBelow(given.folder)).to.deep.equal([]);
  });

  it('keeps a file for a while after it said that it is here', async () => {
    await using given = await givenStaging();
    const blob = await given.send(ann, rod);
    await given.clock.advance(keptMs);
    expect((await given.staging.uploaded(ann, blob)).complete).to.equal(true);
    await given.staging.sweep(given.clock.now() + keptMs);
    expect(await contentOf(given.staging, ann, blob)).to.deep.equal(rod);
  });

  it('removes what a crash left, and parts to which nothing was added for a while', async () => {
    await using given = await givenStaging();
    const blob = await given.send(ann, rod);
    const stranger = hashOf(Buffer.from('a stranger'));
    const place = join(given.folder, stranger.slice(0, 2));
    await mkdir(place);
    await writeFile(join(place, stranger), 'a stranger');
    await given.staging.send(ann, stranger, { offset: 0, total: undefined, bytes: [rod] });
    const staging = await given.reopen();
    await staging.sweep(given.clock.now());
    expect(await filesBelow(given.folder)).to.deep.equal([blob]);
    expect((await staging.uploaded(ann, stranger)).bytes).to.equal(rod.length);
    await staging.sweep(given.clock.now() + keptMs + 1);
    expect((await staging.uploaded(ann, stranger)).bytes).to.equal(0);
    expect(await readdir(join(given.folder, 'uploads'))).to.deep.equal([]);
  });

  it('refuses, before it takes a byte, what it has no room for, and has room again when something went', async () => {
    await using given = await givenStaging({ 'staging-size': 100, 'staging-uploads': 2 });
    const { staging, clock } = given;
    const first = Buffer.alloc(60, 1);
    const second = Buffer.alloc(60, 2);
    await given.send(ann, first);
    expect(await codeOf(given.send(ann, second))).to.equal('staging-full');
    const part = { offset: 0, total: 60, bytes: [second.subarray(0, 1)] };
    expect(await codeOf(staging.send(ann, hashOf(second), part))).to.equal('staging-full');
    await given.reopen();
    expect(await codeOf(given.send(ann, second)), 'after a restart').to.equal('staging-full');
    await given.staging.sweep(clock.now() + keptMs + 1);
    await given.send(ann, second);
    for (const word of ['one', 'two'])
      await given.staging.send(ann, hashOf(Buffer.from(word)), {
        offset: 0,
        total: 9,
        bytes: [Buffer.from('t')],
      });
    expect(await codeOf(given.send(ann, Buffer.from('three')))).to.equal('staging-full');
  });
});

describe('the files of one user', () => {
  it('take no more than one may have, each counted once, and what their jobs leave counts too', async () => {
    await using given = await givenStaging({ 'staging-each': 100 });
    const file = (fill: number, bytes = 40) => Buffer.alloc(bytes, fill);
    const { store } = given;
    await given.send(ann, file(1));
    await given.send(node, file(2));
    await store.write((sql) => given.staging.claim(sql, 1, 'ann', [hashOf(file(1))]));
    expect(await used(store), 'what a node sends is hers only once a job of hers has it').to.equal(40);
    await store.write((sql) => given.staging.keep(sql, 2, 'node', [hashOf(file(2))]));
    expect(await used(store)).to.equal(80);
    const refused = await given.send(ann, file(3)).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(refused?.message).to.contain('your files take 80 of the 100 bytes').and.to.contain('has 40');
    await given.send(bob, file(3)); // his own
    expect(await codeOf(given.send(ann, file(3, 20)))).to.equal('done');
    await store.write((sql) => given.staging.release(sql, 2));
    expect(await used(store)).to.equal(60);
    await given.staging.sweep(given.clock.now() + keptMs + 1);
    expect(await used(store), 'what no job refers to has gone').to.equal(40);
    await store.write((sql) => given.staging.release(sql, 1));
    await given.staging.sweep(given.clock.now() + keptMs + 1);
    expect(await used(store)).to.equal(0);
  });

  it('are bounded also where many come at once, and nothing of one too many is left', async () => {
    await using given = await givenStaging({ 'staging-each': 100 });
    const files = [1, 2, 3, 4].map((fill) => Buffer.alloc(40, fill));
    const codes = await Promise.all(files.map((file) => codeOf(given.send(ann, file))));
    expect(codes.toSorted()).to.deep.equal(['done', 'done', 'staging-full', 'staging-full']);
    expect(await filesBelow(given.folder)).to.have.length(2);
  });
});

function used(store: Store): Promise<number | undefined> {
  const text = "SELECT bytes FROM staging_used WHERE owner = 'ann'";
  return store.read((sql) => sql.get<{ bytes: number }>(text)?.bytes);
}

async function contentOf(staging: Staging, caller: Caller, blob: string): Promise<Buffer> {
  const { path, bytes } = await staging.find(caller, blob);
  const content = await readFile(path);
  expect(content.length).to.equal(bytes);
  return content;
}

async function codeOf(done: Promise<unknown>): Promise<unknown> {
  return done.then(
    () => 'done',
    (error: { code?: unknown }) => error.code ?? error,
  );
}

/** The names of the blobs' files. */
async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('uploads'))
    .map(({ name }) => name);
}
