import { expect } from 'chai';
import fc from 'fast-check';
import { createTarGuard, type TarEntry, type TarGuard, type TarRules } from '../../protocol/tar-guard.ts';

const rules: TarRules = {
  entries: 100,
  totalBytes: 1000,
  nameBytes: 100,
  depth: 8,
  links: true,
  reserved: new Set(['.ogm/arguments']),
};

function entry(said: Partial<TarEntry> & { name: string }): TarEntry {
  return { type: 'file', sizeBytes: 0, mode: 0o644, mtimeMs: 0, target: '', ...said };
}

function reasonOf(guard: TarGuard, said: TarEntry): string | undefined {
  const verdict = guard(said);
  return 'reason' in verdict ? verdict.reason : undefined;
}

/** A small file system that takes whatever it is given, and follows links as the system does. */
class World {
  readonly nodes = new Map<string, 'directory' | 'file' | { readonly link: string }>([['', 'directory']]);

  /** Where a path leads, as parts from the directory; undefined where it leads nowhere; 'out' where it leaves. */
  resolve(path: string, from: readonly string[] = [], links = 0): readonly string[] | 'out' | undefined {
    if (path.startsWith('/')) return 'out';
    if (links > 40) return undefined;
    let at = [...from];
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (at.length === 0) return 'out';
        at.pop();
        continue;
      }
      const node = this.nodes.get([...at, part].join('/'));
      if (typeof node === 'object') {
        const led = this.resolve(node.link, at, links + 1);
        if (led === 'out' || led === undefined) return led;
        at = [...led];
      } else at.push(part);
    }
    return at;
  }
}

const part = fc.constantFrom('a', 'b', 'c', '..', '.', '');
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const anyEntry = fc.record({
  name: path,
  type: fc.constantFrom('file', 'directory', 'symlink', 'link', 'symlink'),
  target: path,
  sizeBytes: fc.nat(20),
  mode: fc.nat(0o7777),
  mtimeMs: fc.nat(),
}) as fc.Arbitrary<TarEntry>;

describe('the tar guard', () => {
  it('lets nothing be written, or reached by any link, outside the directory', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 25 }), path, (entries, aim) => {
        const guard = createTarGuard(rules);
        const world = new World();
        for (const each of entries) {
          const verdict = guard(each);
          // What is refused ends an archive; here the next goes on, so that more comes together.
          if ('reason' in verdict) continue;
          const { type, path: place, target } = verdict.entry;
          const parent = place.split('/').slice(0, -1);
          // Written where its name says: no link lies between.
          expect(world.resolve(parent.join('/'))).to.deep.equal(parent);
          for (let depth = 1; depth <= parent.length; depth += 1)
            world.nodes.set(parent.slice(0, depth).join('/'), 'directory');
          if (type === 'link') expect(world.nodes.get(target)).to.equal('file');
          if (place !== '')
            world.nodes.set(place, type === 'symlink' ? { link: target } : type === 'link' ? 'file' : type);
        }
        const plain = !aim.startsWith('/') && !aim.split('/').includes('..');
        if (plain) expect(world.resolve(aim)).to.not.equal('out');
        for (const place of world.nodes.keys()) expect(world.resolve(place), place).to.not.equal('out');
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, and what it takes is normal', () => {
    const wild = fc.record({
      name: fc.string({ unit: 'binary' }),
      type: fc.constantFrom('file', 'directory', 'symlink', 'link', 'other'),
      target: fc.string({ unit: 'binary' }),
      sizeBytes: fc.maxSafeNat(),
      mode: fc.maxSafeNat(),
      mtimeMs: fc.maxSafeInteger(),
    }) as fc.Arbitrary<TarEntry>;
    fc.assert(
      fc.property(fc.array(wild), (entries) => {
        const guard = createTarGuard(rules);
        for (const each of entries) {
          const verdict = guard(each);
          if ('reason' in verdict) expect(verdict.reason).to.match(/^[^\p{Cc}]+$/u);
          else {
            expect(verdict.entry.path).to.match(/^([^/\p{Cc}]+(\/[^/\p{Cc}]+)*)?$/u);
            expect(verdict.entry.mode).to.be.at.most(0o777);
          }
        }
      }),
    );
  });

  it('takes what tar makes of an ordinary folder', () => {
    const guard = createTarGuard(rules);
    for (const said of [
      entry({ name: './', type: 'directory' }),
      entry({ name: './src/', type: 'directory' }),
      entry({ name: './src/main.c', sizeBytes: 10 }),
      entry({ name: './src/again.c', type: 'link', target: './src/main.c' }),
      entry({ name: './latest', type: 'symlink', target: 'src/main.c' }),
      entry({ name: './src/up', type: 'symlink', target: '../latest' }),
      entry({ name: './.ogm/', type: 'directory' }),
      entry({ name: './.ogm/arguments', sizeBytes: 3 }),
      entry({ name: 'src/main.c', sizeBytes: 11 }),
    ])
      expect(reasonOf(guard, said)).to.equal(undefined);
  });

  it('says what is wrong and where', () => {
    const guard = createTarGuard(rules);
    expect(reasonOf(guard, entry({ name: 'a/../../b' }))).to.equal(
      "'a/../../b' leads out of the directory: '..' may not stand in a name",
    );
    expect(reasonOf(guard, entry({ name: 'x', type: 'symlink', target: '../y' }))).to.equal(
      "the link 'x' -> '../y' leads out of the directory",
    );
    expect(reasonOf(guard, entry({ name: 'dev', type: 'other' }))).to.match(/^'dev' is neither a file nor/);
  });

  it('takes no link where none are wanted', () => {
    const guard = createTarGuard({ ...rules, links: false });
    expect(reasonOf(guard, entry({ name: 'x', type: 'symlink', target: 'y' }))).to.match(
      /links are not taken/,
    );
  });

  it('counts bytes of names, not characters', () => {
    const guard = createTarGuard({ ...rules, nameBytes: 4 });
    expect(reasonOf(guard, entry({ name: 'éé' }))).to.equal(undefined);
    expect(reasonOf(guard, entry({ name: 'ééé' }))).to.match(/longer than 4 bytes/);
  });
});
