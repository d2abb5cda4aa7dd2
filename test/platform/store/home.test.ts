import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { type CommitLog, SqliteStore } from '../../../platform/store/sqlite/sqlite-store.ts';
import type { Sql, Store } from '../../../platform/store/store.ts';
import { limits, silent } from './given.ts';

describe('the write-ahead log of a store on SQLite, when it is long', () => {
  let folder: string;
  let file: string;
  type Done = (error: Error | null) => void;
  let homes: Done[];
  let opened: Store;

  const left = (number: number) => (sql: Sql) => sql.run('INSERT INTO lefts VALUES (@number)', { number });

  const fates = async (verbs: Promise<unknown>[]) =>
    (await Promise.allSettled(verbs)).map((told) => (told.status === 'rejected' ? told.reason.code : 'done'));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'home-'));
    file = join(folder, 'test.db');
    homes = [];
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.pragma('wal_autocheckpoint = 0');
    db.exec('CREATE TABLE lefts (number INTEGER PRIMARY KEY)');
    const commits: CommitLog = {
      sync: (done) => done(null),
      syncHome: (done) => homes.push(done),
      close: async () => {},
    };
    opened = new SqliteStore({
      db,
      commits,
      file,
      limits: { ...limits, journalBytes: 3 * 4096 },
      log: silent,
    });
    await opened.write(left(1));
  });

  afterEach(async () => {
    await opened.close();
    await rm(folder, { recursive: true });
  });

  it('commits nothing before that is on the disk, and then what waits', async () => {
    const pages = async () => (await stat(file)).size / 4096;
    const before = await pages();
    let isSettled = false;
    const write = opened.write(left(2)).then(() => {
      isSettled = true;
    });
    await turn();
    await turn();
    expect(homes).to.have.length(1);
    expect(await pages(), 'the database has it').to.be.greaterThan(before);
    expect(isSettled).to.equal(false);
    homes[0]?.(null);
    await write;
    expect(await opened.read((sql) => sql.all('SELECT number FROM lefts'))).to.have.length(2);
  });

  it('begins the log anew then', async () => {
    const logged = async () => (await stat(`${file}-wal`)).size;
    const before = await logged();
    const write = opened.write(left(2));
    await turn();
    homes[0]?.(null);
    await write;
    await opened.write(left(3));
    expect(homes).to.have.length(1);
    expect(await logged()).to.equal(before);
  });

  it('refuses what waits and what comes where it may not have come there', async () => {
    const write = opened.write(left(2));
    await turn();
    const waiting = [write, opened.read(() => {})];
    homes[0]?.(new Error('EIO: i/o error, fdatasync'));
    expect(await fates(waiting)).to.deep.equal(Array(2).fill('store-failed'));
    expect(await fates([opened.write(left(3))])).to.deep.equal(['store-failed']);
  });
});
