import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inputFiles } from '../../../cli/jobs/inputs.ts';
import { fetchResults } from '../../../cli/jobs/results.ts';

describe('the files of a job', () => {
  let folder: string;
  let before: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-files-'));
    before = process.cwd();
    process.chdir(folder);
  });

  afterEach(async () => {
    process.chdir(before);
    await rm(folder, { recursive: true });
  });

  const put = async (path: string, text = path) => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const pathsOf = async (given: string[], most = 100) =>
    (await inputFiles(given, most)).map(({ path }) => path);
  const refused = async (given: string[], most = 100) =>
    inputFiles(given, most).then(
      () => 'taken',
      (error: { code: string }) => error.code,
    );

  it('keep the path that they were named by, and of others the last part', async () => {
    await put('data/in.csv');
    await put('tool');
    await chmod(join(folder, 'tool'), 0o755);
    expect(await inputFiles(['./data//in.csv', 'tool'], 9)).to.deep.equal([
      { file: './data//in.csv', path: 'data/in.csv', executable: false },
      { file: 'tool', path: 'tool', executable: true },
    ]);
    expect(await pathsOf([join(folder, 'data/in.csv')])).to.deep.equal(['in.csv']);
    process.chdir(join(folder, 'data'));
    expect(await pathsOf(['../tool', '../data'])).to.deep.equal(['tool', 'data/in.csv']);
  });

  it('are all files below a directory, but no links that stand there', async () => {
    for (const path of ['d/b', 'd/a/x', 'd/a/y']) await put(path);
    await symlink('/etc/passwd', join(folder, 'd/link'));
    await symlink('b', join(folder, 'named'));
    expect(await pathsOf(['d'])).to.deep.equal(['d/a/x', 'd/a/y', 'd/b']);
    expect(await pathsOf(['d/'])).to.deep.equal(['d/a/x', 'd/a/y', 'd/b']);
    process.chdir(join(folder, 'd'));
    expect(await pathsOf(['.'])).to.deep.equal(['a/x', 'a/y', 'b']);
    expect(await pathsOf(['link']), 'named, it is followed').to.deep.equal(['link']);
  });

  it('are refused where they cannot be sent, before any is', async () => {
    await put('a/same');
    await put('b/same');
    await put('.ogm/progress');
    expect(await refused(['missing'])).to.equal('bad-file');
    expect(await refused([join(folder, 'a/same'), join(folder, 'b/same')])).to.equal('bad-files');
    expect(await refused(['a/same', './a/same'])).to.equal('taken');
    expect(await refused(['.ogm/progress'])).to.equal('bad-files');
    expect(await refused(['/dev/null'])).to.equal('bad-files');
    expect(await refused(['a', 'b'], 1)).to.equal('bad-files');
  });

  it('come back where they replace nothing and hide nowhere, unless the user says where to', async () => {
    await put('out/there', 'as before');
    const outputs = ['out/there', 'out/new', '.profile', 'out/.hidden/x'].map((path) => ({
      path,
      blob: 'a'.repeat(64),
      bytes: 5,
      executable: path === 'out/new',
    }));
    const blobs = { download: async (_blob: unknown, to: string) => writeFile(to, 'bytes') };
    const options = { signal: new AbortController().signal, progress() {} };
    const here = await fetchResults(blobs, outputs, { folder: '.', isChosen: false }, options);
    expect(here.files).to.deep.equal(['out/new']);
    expect(here.leftOut).to.deep.equal([
      'out/there: a file of that name is here',
      '.profile: its name would hide it',
      'out/.hidden/x: its name would hide it',
    ]);
    expect(await readFile('out/there', 'utf8')).to.equal('as before');
    const chosen = await fetchResults(blobs, outputs, { folder: 'out', isChosen: true }, options);
    expect(chosen).to.deep.equal({ files: outputs.map(({ path }) => path), leftOut: [] });
    expect(await readFile('out/.profile', 'utf8')).to.equal('bytes');
  });
});
