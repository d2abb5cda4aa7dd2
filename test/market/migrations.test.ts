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
import { nothingKnown } from './support.ts';

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
    const live = await new MarketStore(store, nothingKnown).tells(0, 10);
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
      (await new MarketStore(store, nothingKnown).untell({ teller: 'user 7', id }, now, 10, () => 1)).became;
    expect(await untell('a', 99)).to.equal('untold before');
    expect(await untell('a', 100)).to.equal('unknown');
    expect(await untell('b', 99)).to.equal('unknown');
    await store.close();
  });

  it('keeps the log when it is written anew, and gives no cursor twice', async () => {
    const store = await grown(6, (sql) => {
      const told = `INSERT INTO events (at, kind, document, ended) VALUES (1, 'told', @document, @ended)`;
      sql.run(told, { document: 'the Tell of a', ended: 2 });
      sql.run(`INSERT INTO events (at, kind, ended) VALUES (2, 'untold', 2)`);
      sql.run(told, { document: 'the Tell of b', ended: null });
      sql.run(`INSERT INTO tells (place, teller, id, seq, expires_at) VALUES (3, 'user 7', 'b', 0, 100)`);
      // What was last is forgotten.
      sql.run(`INSERT INTO events (at, kind, ended) VALUES (3, 'lapsed', 4)`);
      sql.run('DELETE FROM events WHERE cursor = 4');
    });
    const { events } = await new MarketLog(store).after(0, 10);
    expect(events.map(({ cursor, kind, before }) => [cursor, kind, before])).to.deep.equal([
      [1, 'told', null],
      [2, 'untold', 'the Tell of a'],
      [3, 'told', null],
    ]);
    const row = { teller: 'user 7', seq: 0, document: 'the Tell of c', expiresAt: 100 };
    const kept = new MarketStore(store, nothingKnown);
    expect(await kept.tellNew({ ...row, id: 'c' }, 1, row.expiresAt, 3)).to.eql([5]);
    expect(await kept.tells(0, 10)).to.deep.include({
      ...row,
      id: 'b',
      place: 3,
      document: 'the Tell of b',
    });
    await store.close();
  });

  it('keeps the Tells that live, where each was, when they are found by place', async () => {
    const store = await grown(9, (sql) => {
      for (const [place, id, ended] of [
        [1, 'c', null],
        [2, 'gone', 3],
        [4, 'a', null],
        [5, 'b', null],
      ] as const) {
        const document = `the Tell of ${id}`;
        sql.run(
          `INSERT INTO events (cursor, at, kind, document, ended) VALUES (@place, 1, 'told', @document, @ended)`,
          { place, document, ended },
        );
        if (ended === null) {
          const tell = `INSERT INTO tells (place, teller, id, seq, expires_at) VALUES (@place, 'user 7', @id, @seq, 100)`;
          sql.run(tell, { place, id, seq: place + 10 });
        }
      }
    });
    const kept = new MarketStore(store, nothingKnown);
    const row = (place: number, id: string) => {
      return { place, teller: 'user 7', id, seq: place + 10, document: `the Tell of ${id}`, expiresAt: 100 };
    };
    expect(await kept.tells(0, 10)).to.deep.equal([row(1, 'c'), row(4, 'a'), row(5, 'b')]);
    expect((await kept.untell({ teller: 'user 7', id: 'a' }, 50, 10, () => 1)).ended).to.include({
      place: 4,
    });
    expect(await kept.tells(0, 10)).to.deep.equal([row(1, 'c'), row(5, 'b')]);
    await store.close();
  });
});
