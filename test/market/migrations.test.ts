import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
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

const all = new URL('../../market/migrations/', import.meta.url);

describe('the database of the market', () => {
  it('keeps the Tells that one of version 0.1 alone held, in their order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ogm-market-'));
    const open = (migrations: URL) =>
      openSqliteStore({
        file: join(folder, 'market.db'),
        migrations,
        log: silentLog,
        limits: storeLimits(defaultConfig()),
      });
    try {
      await mkdir(join(folder, 'first'));
      await copyFile(new URL('001-tells.sql', all), join(folder, 'first', '001-tells.sql'));
      const before = await open(pathToFileURL(join(folder, 'first/')));
      await before.write((sql) => {
        for (const [application, port] of [
          ['gcc 4', 2],
          ['gcc 4', 1],
        ] as const) {
          sql.run(
            `INSERT INTO tells (application, broker_ip, document, expires_at)
             VALUES (@application, @brokerIp, @document, 100)`,
            { application, brokerIp: `10.0.0.1:${port}`, document: `the Tell of ${port}` },
          );
        }
      });
      await before.close();
      const store = await open(all);
      const live = await new MarketStore(store).tells(0, 10);
      expect(live).to.deep.equal(
        [2, 1].map((port, index) => ({
          place: index + 1,
          teller: '',
          id: `gcc 4 10.0.0.1:${port}`,
          seq: 0,
          hash: null,
          document: `the Tell of ${port}`,
          expiresAt: 100,
        })),
      );
      // What ended before there was a log is not known, so it begins with what is there.
      expect(await new MarketLog(store).reach()).to.deep.equal({ horizon: 2, head: 2 });
      await store.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
