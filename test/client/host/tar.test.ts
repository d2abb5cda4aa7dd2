import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { TarFault } from '../../../client/host/tar-fault.ts';
import { type TarEvent, TarReader } from '../../../client/host/tar-reader.ts';
import { tarEnd, tarHeader, tarPadding } from '../../../client/host/tar-writer.ts';
import { end, pax, raw } from './raw-tar.ts';

interface Read {
  readonly name: string;
  readonly type: string;
  readonly target: string;
  content: string;
}

/** Reads an archive cut into pieces of these sizes, again and again. */
function read(bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): Read[] {
  const reader = new TarReader({ headerBytes: 4096 });
  const events: TarEvent[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    events.push(...reader.push(bytes.subarray(at, at + size)));
    at += size;
  }
  events.push(...reader.end());
  const entries: Read[] = [];
  for (const event of events) {
    if (event.kind === 'entry') entries.push({ ...event.entry, content: '' });
    if (event.kind === 'data') entries.at(-1)!.content += Buffer.from(event.bytes).toString('latin1');
  }
  expect(events.filter(({ kind }) => kind === 'done')).to.have.length(entries.length);
  expect(events.filter(({ kind }) => kind === 'end')).to.have.length(1);
  return entries;
}

function write(files: readonly { name: string; content: string }[]): Buffer {
  return Buffer.concat([
    ...files.flatMap(({ name, content }) => {
      const bytes = Buffer.from(content, 'latin1');
      return [
        tarHeader({ name, sizeBytes: bytes.length, mode: 0o644, mtimeMs: 1e12 }),
        bytes,
        tarPadding(bytes.length),
      ];
    }),
    tarEnd,
  ]);
}

const names = fc.stringMatching(/^[a-zé/ ]{1,300}[a-z]$/);
const files = fc.array(fc.record({ name: names, content: fc.string({ maxLength: 1500 }) }), { maxLength: 5 });

describe('tar', () => {
  it('is read as it was written, in pieces of any size', () => {
    const ascii = files.map((all) =>
      all.map((each) => ({ ...each, content: each.content.replaceAll(/[^ -~]/g, '.') })),
    );
    fc.assert(
      fc.property(ascii, fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (all, sizes) => {
        expect(read(write(all), sizes).map(({ name, content }) => ({ name, content }))).to.deep.equal(all);
      }),
    );
  });

  it('is written so that another implementation reads it', async () => {
    const all = [
      { name: 'short', content: 'abc' },
      { name: `${'long/'.repeat(50)}é`, content: 'x'.repeat(1024) },
      { name: `${'d'.repeat(120)}/`, content: '' },
      { name: 'empty', content: '' },
    ];
    const seen: { name: string; content: string }[] = [];
    const extractor = extract();
    Readable.from([write(all)]).pipe(extractor);
    for await (const entry of extractor) {
      let content = '';
      for await (const piece of entry) content += piece;
      seen.push({ name: entry.header.name, content });
    }
    expect(seen).to.deep.equal(all);
  });

  it('of a size that needs more digits is announced so that it is read', () => {
    const sizeBytes = 2 ** 40;
    const reader = new TarReader({ headerBytes: 4096 });
    const [event] = reader.push(tarHeader({ name: 'big', sizeBytes, mode: 0o600, mtimeMs: 0 }));
    expect(event).to.deep.include({ kind: 'entry' });
    expect(event?.kind === 'entry' && event.entry.sizeBytes).to.equal(sizeBytes);
  });

  for (const format of ['ustar', 'gnu', 'pax'])
    it(`is read as the system's tar writes it, in the format ${format}`, function () {
      const folder = mkdtempSync(join(tmpdir(), 'ogm-tar-'));
      try {
        const deep = join('a'.repeat(90), 'b'.repeat(90));
        mkdirSync(join(folder, deep), { recursive: true });
        writeFileSync(join(folder, deep, 'file'), 'content');
        symlinkSync('a'.repeat(90), join(folder, 'link'));
        const made = join(folder, 'made.tar');
        const listed = ['--format', format, '-cf', made, '-C', folder, 'a'.repeat(90), 'link'];
        try {
          execFileSync('tar', listed, { stdio: 'ignore' });
        } catch {
          this.skip();
        }
        const entries = read(readFileSync(made), [1000]);
        expect(entries.find(({ name }) => name === `${deep}/file`)).to.include({
          type: 'file',
          content: 'content',
        });
        expect(entries.find(({ name }) => name === 'link')).to.include({
          type: 'symlink',
          target: 'a'.repeat(90),
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  it('may end after any whole entry, after a block of zeros, or by its mark', () => {
    const entry = raw({ name: 'a', content: 'x' });
    for (const tail of [
      Buffer.alloc(0),
      Buffer.alloc(512),
      end,
      Buffer.concat([end, Buffer.from('whatever follows')]),
    ])
      expect(read(Buffer.concat([entry, tail]))).to.have.length(1);
    expect(read(end)).to.deep.equal([]);
  });

  it('takes names and targets from PAX and GNU headers', () => {
    expect(
      read(
        Buffer.concat([pax({ comment: 'c' }, 'g'), pax({ path: 'p', mtime: '1.5' }), raw({ content: 'x' })]),
      )[0],
    ).to.include({ name: 'p', mtimeMs: 1500, content: 'x' });
    const gnu = { magic: 'ustar  \0' };
    const [link] = read(
      Buffer.concat([
        raw({ ...gnu, flag: 'K', content: 'target\0' }),
        raw({ ...gnu, flag: 'L', content: 'name\0' }),
        raw({ ...gnu, flag: '2' }),
      ]),
    );
    expect(link).to.include({ name: 'name', target: 'target', type: 'symlink' });
  });

  it('of any bytes is read or refused, and nothing else', () => {
    const bytes = fc
      .tuple(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }), fc.boolean())
      .map(([changes, mend]) => {
        const all = Buffer.concat([
          pax({ path: 'abc', size: '3' }),
          raw({ content: 'abc', size: '00000000000\0' }),
          raw({ flag: 'L', content: 'x\0' }),
          raw({}),
          end,
        ]);
        for (const [at, value] of changes) all[at % all.length] = value;
        // A liar knows how to make a checksum.
        for (let at = 0; mend && at < all.length; at += 512) mendChecksum(all.subarray(at, at + 512));
        return all;
      });
    fc.assert(
      fc.property(fc.oneof(bytes, fc.uint8Array({ maxLength: 2000 })), (input) => {
        try {
          read(input);
        } catch (error) {
          expect(error).to.be.instanceOf(TarFault);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function mendChecksum(block: Buffer): void {
  if (block.every((byte) => byte === 0)) return;
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
