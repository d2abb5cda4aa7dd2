import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { LogFile } from '../../../platform/store/sqlite/log-file.ts';

describe('the log of a database that was brought home', () => {
  let folder = '';
  const file = () => join(folder, 'test.db');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-log-file-'));
    await writeFile(`${file()}-wal`, 'log');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What the database's sync came to, and the names of the files after it. */
  async function synced() {
    const log = new LogFile(file());
    const error = await new Promise<Error | null>((resolve) => log.syncHome(resolve));
    await log.close();
    return { error, files: (await readdir(folder)).sort() };
  }

  it('keeps no second name where the database is on the disk', async () => {
    await writeFile(file(), 'database');
    expect(await synced()).to.deep.equal({ error: null, files: ['test.db', 'test.db-wal'] });
  });

  it('keeps a second name where that cannot be said, and who asked is told', async () => {
    await symlink('/dev/null', file()); // which nobody can sync
    const { error, files } = await synced();
    expect(error).to.be.an.instanceof(Error);
    expect(files).to.deep.equal(['test.db', 'test.db-wal', 'test.db-wal-kept']);
  });
});
