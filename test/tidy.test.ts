import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';
import { expect } from 'chai';
import { type Import, importsOf } from '../tools/imports.ts';
import { projectFiles, publishedFolders, root } from '../tools/project.ts';

/** Who may import whom, of the folders that are published: docs/architecture.md, "Rooms". */
const mayImport: Record<string, readonly string[]> = {
  grammar: [],
  protocol: ['grammar'],
  platform: [],
  'language-door': ['grammar', 'protocol', 'platform'],
  client: ['grammar', 'protocol'],
  market: ['grammar', 'protocol', 'platform', 'language-door'],
  broker: ['grammar', 'protocol', 'platform', 'language-door', 'client'],
  infogather: ['grammar', 'protocol', 'platform', 'language-door'],
  'fabric-agent': ['grammar', 'protocol', 'client', 'platform'],
  cli: [
    'grammar',
    'protocol',
    'platform',
    'language-door',
    'client',
    'market',
    'broker',
    'infogather',
    'fabric-agent',
  ],
};

/** Folders of the checkout alone, which may import anything. */
const unpublished = ['bench', 'test', 'tools'];

/** What runs in a browser too. */
const withoutNode = ['grammar', 'protocol'];
const inPages = ['client/page.ts'];

const mostLines = 300;

/** Words that no page of the project holds: paths of one machine, and talk of how the text came to be. */
const unwanted = [
  /(?<![\w.~-])\/(?:work|home|Users)\/\w/,
  /\b[a]ssistant\b/i,
  /\b[l]anguage model/i,
  /\b(?:[L]LM|[c]hatbot|[c]opilot)s?\b/i,
  /\b[c]o-authored-by\b/i,
  /\b[i]ssue #?\d/i,
];

interface Source {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

describe('the project', () => {
  let files: string[];
  let sources: Source[];

  before(async () => {
    files = await projectFiles();
    const paths = files.filter((path) => /\.[jt]s$/.test(path));
    sources = await Promise.all(
      paths.map(async (path) => {
        const text = await readFile(root + path, 'utf8');
        return { path, folder: folderOf(path), text, imports: importsOf(text) };
      }),
    );
  });

  const published = () => sources.filter(({ folder }) => !unpublished.includes(folder));

  it('publishes exactly the folders whose imports are ruled here', async () => {
    expect(await publishedFolders()).to.have.members(Object.keys(mayImport));
  });

  it('keeps every source in a folder that is known', () => {
    const strays = sources.filter(
      ({ folder }) => mayImport[folder] === undefined && !unpublished.includes(folder),
    );
    expect(strays.map(({ path }) => path)).to.deep.equal([]);
  });

  it('lets a folder import only from those that the architecture names', () => {
    const broken = published().flatMap((source) =>
      ours(source)
        .filter((to) => folderOf(to) !== source.folder && !mayImport[source.folder]?.includes(folderOf(to)))
        .map((to) => `${source.path} imports ${to}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('has no import that leaves it', () => {
    const broken = sources.flatMap((source) =>
      ours(source)
        .filter((to) => to.startsWith('../'))
        .map((to) => `${source.path} imports ${to}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('uses the installed packages that the published package names, each of them and no other', async () => {
    const { dependencies } = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const used = new Set(published().flatMap((source) => packages(source, ({ typeOnly }) => !typeOnly)));
    expect([...used].sort()).to.deep.equal(Object.keys(dependencies).sort());
  });

  it('keeps Node.js out of what a browser runs', () => {
    const broken = sources
      .filter(({ folder }) => withoutNode.includes(folder))
      .flatMap(({ path, imports }) => imports.map(({ specifier }) => ({ path, specifier })))
      .filter(({ specifier }) => specifier.startsWith('node:'));
    expect(broken).to.deep.equal([]);
    const reached = reachableFrom(({ path }) => inPages.includes(path), atRunTime, sources);
    const foreign = reached.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier, typeOnly }) => !typeOnly && !specifier.startsWith('.') && specifier !== 'zod')
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(foreign).to.deep.equal([]);
  });

  it('keeps the store, and with it everything native, out of the fabric agent', () => {
    const reached = reachableFrom(({ folder }) => folder === 'fabric-agent', atRunTime, sources);
    const broken = reached.filter(
      (source) =>
        source.path.startsWith('platform/store/') || packages(source, () => true).includes('better-sqlite3'),
    );
    expect(broken.map(({ path }) => path)).to.deep.equal([]);
    const types = sources
      .filter(({ folder }) => folder === 'fabric-agent')
      .filter((source) => ours(source).some((to) => to.startsWith('platform/store/')));
    expect(types.map(({ path }) => path)).to.deep.equal([]);
  });

  it('has no cycle among its files', () => {
    expect(cycleAmong(sources)).to.deep.equal([]);
  });

  it(`has no source past ${mostLines} lines, where a second subject has moved in`, () => {
    const long = sources.filter(({ text }) => text.split('\n').length - 1 > mostLines);
    expect(long.map(({ path }) => path).filter((path) => !path.includes('/generated/'))).to.deep.equal([]);
  });

  it('says in each folder, in one paragraph, what lives there', async () => {
    const folders = new Set(files.map(folderOf).filter((folder) => folder !== '' && !folder.startsWith('.')));
    const broken: string[] = [];
    for (const folder of folders) {
      const readme = await readFile(`${root}${folder}/README.md`, 'utf8').catch(() => '');
      const paragraphs = readme
        .split(/\n\s*\n/)
        .filter((part) => part.trim() !== '' && !part.startsWith('#'));
      if (paragraphs.length !== 1) broken.push(`${folder}/README.md has ${paragraphs.length} paragraphs`);
    }
    expect(broken).to.deep.equal([]);
  });

  it('speaks of itself alone', async () => {
    const broken: string[] = [];
    for (const path of files) {
      const text = await readFile(root + path, 'utf8');
      const found = unwanted.map((pattern) => pattern.exec(text)?.[0]).find((match) => match !== undefined);
      if (found !== undefined) broken.push(`${path} says ${found}`);
    }
    expect(broken).to.deep.equal([]);
  });
});

/** The first part of a path; nothing for what lies in the root itself. */
function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

/** The files of ours that a source imports, by their path from the root. */
function ours(source: Source, which: (one: Import) => boolean = () => true): string[] {
  return source.imports
    .filter((one) => one.specifier.startsWith('.') && which(one))
    .map(({ specifier }) => join(dirname(source.path), specifier));
}

/** The names of the installed packages that a source imports. */
function packages(source: Source, which: (one: Import) => boolean): string[] {
  return source.imports
    .filter((one) => !/^(?:\.|node:)/.test(one.specifier) && which(one))
    .map(({ specifier }) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
}

/** Those that are there when it runs. */
function atRunTime(source: Source): string[] {
  return ours(source, ({ typeOnly }) => !typeOnly);
}

function reachableFrom(
  begin: (source: Source) => boolean,
  next: (source: Source) => string[],
  sources: readonly Source[],
): Source[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set(sources.filter(begin));
  for (const source of reached) {
    for (const path of next(source)) {
      const to = byPath.get(path);
      if (to !== undefined) reached.add(to);
    }
  }
  return [...reached];
}

/** The files of one cycle of imports, types included; empty where there is none. */
function cycleAmong(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const visit = (path: string, above: readonly string[]): string[] => {
    const source = byPath.get(path);
    if (source === undefined || done.has(path)) return [];
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path];
    for (const to of ours(source)) {
      const cycle = visit(to, [...above, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  return sources.map(({ path }) => visit(path, [])).find((cycle) => cycle.length > 0) ?? [];
}
