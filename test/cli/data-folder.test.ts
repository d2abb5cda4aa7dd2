import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeDataFolder } from '../../cli/house/data-folder.ts';
import { refusalOf } from '../support/documents.ts';

describe('the data folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'data-folder-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made with all that it lies in, for its owner alone, also by two at once and again', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await Promise.all([makeDataFolder(path), makeDataFolder(path)]);
    await makeDataFolder(path);
    for (const made of [path, join(folder, 'a')]) expect((await stat(made)).mode & 0o777).to.equal(0o700);
  });

  it('is refused where a file stands in its place, or on its way', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const path of [file, join(file, 'a', 'b')]) {
      expect(await refusalOf(makeDataFolder(path))).to.include({ code: 'folder-failed' });
    }
  });

  (process.platform === 'linux' ? it : it.skip)(
    'is refused at once where no folder can be made',
    async () => {
      for (const path of ['/proc/x', '/proc/x/y']) {
        const refused = await refusalOf(makeDataFolder(path));
        expect(refused.detail).to.equal(`the data folder ${path} cannot be used (ENOENT)`);
      }
    },
  );
});
