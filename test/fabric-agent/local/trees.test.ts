import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TarReader } from '../../../client/host/tar-reader.ts';
import { collect } from '../../../fabric-agent/local/collect.ts';
import { removeTree } from '../../../fabric-agent/local/remove-tree.ts';
import { emptySnapshot } from '../../../fabric-agent/local/snapshot.ts';
import { walk } from '../../../fabric-agent/local/walk.ts';

const linux = process.platform === 'linux' ? it : it.skip;
const bounds = { totalBytes: 1e6, entries: 1000, nameBytes: 1000, depth: 8 };

describe('a tree that a program left', () => {
  let folder: string;
  let tree: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ogm-tree-'));
    tree = join(folder, 'tree');
    mkdirSync(tree);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is removed, whatever it is made of, and nothing that its links point to', async () => {
    mkdirSync(join(folder, 'precious'));
    writeFileSync(join(folder, 'precious/file'), 'mine');
    symlinkSync('../precious', join(tree, 'link'));
    mkdirSync(join(tree, 'a/b'), { recursive: true });
    // Deeper than a path can name, names that are no UTF-8, and a directory that lets nobody in.
    const made = `const fs = require('fs');
      fs.mkdirSync('shut/inner', { recursive: true }); fs.writeFileSync('shut/inner/file', ''); fs.chmodSync('shut', 0);
      fs.writeFileSync(Buffer.from([0xff]), ''); fs.mkdirSync(Buffer.from([0xfe, 0x2f, 0xfd]), { recursive: true });
      for (let n = 0; n < 60; n++) { fs.mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); }`;
    execFileSync(process.execPath, ['-e', made], { cwd: tree });
    await removeTree(tree);
    expect(readdirSync(folder)).to.deep.equal(['precious']);
    expect(readdirSync(join(folder, 'precious'))).to.deep.equal(['file']);
    await removeTree(tree);
  });

  it('goes on being removed where that was broken off', async () => {
    mkdirSync(join(folder, 'tree.removed/1/2'), { recursive: true });
    await removeTree(tree);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  linux(
    'is walked as it was found, though a directory becomes a link to another place meanwhile',
    async () => {
      mkdirSync(join(folder, 'outside'));
      writeFileSync(join(folder, 'outside/secret'), 'secret');
      mkdirSync(join(tree, 'a'));
      writeFileSync(join(tree, 'a/secret'), 'mine');
      const read: string[] = [];
      for await (const { path, open } of walk({ folder: tree, depth: 8 })) {
        if (path === 'a') {
          renameSync(join(tree, 'a'), join(tree, 'moved'));
          symlinkSync('../outside', join(tree, 'a'));
        }
        if (path === 'a/secret') {
          await using handle = await open();
          read.push((await handle?.readFile('utf8')) ?? '');
        }
      }
      expect(read).to.deep.equal(['mine']);
    },
  );

  it('gives nothing where a file becomes a link, or another file, before it is opened', async () => {
    writeFileSync(join(folder, 'secret'), 'secret');
    writeFileSync(join(tree, 'file'), 'mine');
    for (const swap of [
      () => symlinkSync('../secret', join(tree, 'file')),
      () => writeFileSync(join(tree, 'file'), 'another'),
    ]) {
      for await (const { path, open } of walk({ folder: tree, depth: 8 })) {
        if (path !== 'file') continue;
        renameSync(join(tree, 'file'), join(folder, 'old'));
        swap();
        expect(await open()).to.equal(undefined);
      }
    }
  });

  it('goes no deeper than the bound', async () => {
    mkdirSync(join(tree, 'a/b/c'), { recursive: true });
    const seen: string[] = [];
    for await (const { path, kind } of walk({ folder: tree, depth: 2 })) seen.push(`${path} ${kind}`);
    expect(seen).to.deep.equal(['a directory', 'a/b unreadable']);
  });

  for (const [what, change] of [
    ['grows', (path: string) => writeFileSync(path, 'x'.repeat(900_000), { flag: 'a' })],
    ['shrinks', (path: string) => writeFileSync(path, 'x'.repeat(100))],
  ] as const)
    it(`makes a whole archive though a file ${what} while it is sent`, async () => {
      const path = join(tree, 'file');
      writeFileSync(path, 'x'.repeat(900_000));
      const sent: Uint8Array[] = [];
      const { leftOut } = await collect({
        folder: tree,
        before: emptySnapshot,
        bounds,
        send: async (bytes) => {
          if (sent.length === 1) change(path);
          sent.push(bytes);
        },
      });
      const reader = new TarReader({ headerBytes: 1024 });
      const events = [...reader.push(Buffer.concat(sent)), ...reader.end()];
      const bytes = events.reduce((sum, event) => sum + (event.kind === 'data' ? event.bytes.length : 0), 0);
      expect(bytes).to.equal(900_000);
      expect(leftOut).to.have.length(what === 'shrinks' ? 1 : 0);
    });
});
