import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { defaultConfig } from '../../bench/harness/house.ts';
import { storeLimits } from '../../cli/house/limits.ts';
import { MarketLog } from '../../market/log.ts';
import { MarketStore } from '../../market/store.ts';
import { silentLog } from '../../platform/log.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';
import type { Sql, Store } from '../../platform/store/store.ts';

const all = new URL('../../market/migrations/', import.meta.url);

describe('the database of the market', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-market-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (migrations: URL) =>
    openSqliteStore({
      file: join(folder, 'market.db'),
      migrations,
      log: silentLog,
      limits: storeLimits(defaultConfig()),
    });

  /** The database as of today, of one to which this was written when it had so many migrations. */
  async function grown(migrations: number, write: (sql: Sql) => void): Promise<Store> {
    const first = join(folder, 'first/');
    await mkdir(first);
    const names = (await readdir(all)).sort().slice(0, migrations);
    for (const name of names) await copyFile(new URL(name, all), join(first, name));
    const before = await open(pathToFileURL(first));
    await before.write(write);
    await before.close();
    return open(all);
  }

  it('keeps the Tells that one of version 0.1 alone held, in their order', async () => {
    const store = await grown(1, (sql) => {
      for (const port of [2, 1]) {
        sql.run(
          `INSERT INTO tells (application, broker_ip, document, expires_at)
           VALUES ('gcc 4', @brokerIp, @document, 100)`,
          { brokerIp: `10.0.0.1:${port}`, document: `the Tell of ${port}` },
        );
      }
    });
    const live = await new MarketStore(store).tells(0, 10);
    expect(live).to.deep.equal(
      [2, 1].map((port, index) => ({
        place: index + 1,
        teller: '',
        id: `gcc 4 10.0.0.1:${port}`,
        seq: 0,
        document: `the Tell of ${port}`,
        expiresAt: 100,
      })),
    );
    // What ended before there was a log is not known, so it begins with what is there.
    expect(await new MarketLog(store).reach()).to.deep.equal({ horizon: 2, head: 2 });
    await store.close();
  });

  it('remembers what was taken back when only Tells were remembered', async () => {
    const store = await grown(4, (sql) => {
      sql.run(`INSERT INTO untold (teller, id, expires_at) VALUES ('user 7', 'a', 100)`);
    });
    const untell = async (id: string, now: number) =>
      (await new MarketStore(store).untell({ teller: 'user 7', id }, now, 10)).became;
    expect(await untell('a', 99)).to.equal('untold before');
    expect(await untell('a', 100)).to.equal('unknown');
    expect(await untell('b', 99)).to.equal('unknown');
    await store.close();
  });
});
