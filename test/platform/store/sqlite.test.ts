import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { Refusal } from '../../../platform/failure.ts';
import { openSqliteStore } from '../../../platform/store/sqlite/open.ts';
import { type CommitLog, SqliteStore } from '../../../platform/store/sqlite/sqlite-store.ts';
import type { Sql, Store } from '../../../platform/store/store.ts';
import { storeConformance } from '../../conformance/store.ts';
import { holder, limits, migrations, Program, silent } from './given.ts';

storeConformance('SQLite', (place, folder, groupVerbs) =>
  openSqliteStore({
    file: join(place, 'test.db'),
    migrations: folder,
    log: silent,
    limits: { ...limits, groupVerbs },
  }),
);

describe('the SQLite engine of the store', () => {
  let folder: string;
  let file: string;
  let store: Store | undefined;

  async function open(changed: Partial<typeof limits> = {}): Promise<Store> {
    store = await openSqliteStore({ file, migrations, log: silent, limits: { ...limits, ...changed } });
    return store;
  }

  async function refused(): Promise<Refusal> {
    const [told] = await Promise.allSettled([open()]);
    if (told?.status !== 'rejected' || !(told.reason instanceof Refusal))
      throw new Error('it was not refused');
    return told.reason;
  }

  const left = (number: number) => (sql: Sql) => sql.run('INSERT INTO lefts VALUES (@number)', { number });
  const orphan = (sql: Sql) => sql.run('INSERT INTO rights VALUES (-1)');
  const fates = async (verbs: Promise<unknown>[]) =>
    (await Promise.allSettled(verbs)).map((told) => (told.status === 'rejected' ? told.reason.code : 'done'));

  const onDisk = (db: Database.Database, sync: CommitLog['sync'], groupVerbs = limits.groupVerbs) =>
    new SqliteStore({
      db,
      commits: { sync, syncHome: (done) => done(null), close: async () => {} },
      file,
      limits: { ...limits, groupVerbs },
      log: silent,
    });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-'));
    file = join(folder, 'test.db');
  });

  afterEach(async () => {
    await store?.close();
    store = undefined;
    await rm(folder, { recursive: true });
  });

  it('has the pragmas on which its promises rest, after opening anew and again', async () => {
    for (const time of ['new', 'again']) {
      const opened = await open();
      const read = (name: string) => opened.write((sql) => Object.values(sql.get(`PRAGMA ${name}`) ?? {})[0]);
      const pragmas = {
        journal_mode: await read('journal_mode'),
        synchronous: await read('synchronous'),
        fullfsync: await read('fullfsync'),
        foreign_keys: await read('foreign_keys'),
        locking_mode: await read('locking_mode'),
        busy_timeout: await read('busy_timeout'),
        cache_size: await read('cache_size'),
        journal_size_limit: await read('journal_size_limit'),
        wal_autocheckpoint: await read('wal_autocheckpoint'),
      };
      expect(pragmas, time).to.deep.equal({
        journal_mode: 'wal',
        synchronous: 1,
        fullfsync: 1,
        foreign_keys: 1,
        locking_mode: 'exclusive',
        busy_timeout: limits.busyMs,
        cache_size: -limits.cacheBytes / 1024,
        journal_size_limit: limits.journalBytes,
        wal_autocheckpoint: 0,
      });
      await opened.close();
    }
  });

  it('keeps its file for its owner alone', async () => {
    await (await open()).write(left(1));
    for (const each of [file, `${file}-wal`]) expect((await stat(each)).mode & 0o777, each).to.equal(0o600);
  });

  it('is refused to a second process while the first has it open', async () => {
    await open();
    const second = new Program(holder, [folder]);
    await second.ended;
    expect(second.lines).to.deep.equal([
      `The store ${file} is open in another process; stop that one first, or choose another data folder`,
    ]);
  });

  it('is refused to the same process a second time, and still to others', async () => {
    const first = await open();
    expect(await refused()).to.have.property('code', 'store-in-use');
    const second = new Program(holder, [folder]);
    await second.ended;
    expect(second.lines.join()).to.match(/is open in another process/);
    await first.close();
  });

  it('refuses a file that is no database, and one whose folder is missing, with its name', async () => {
    await writeFile(file, 'Tells, written by hand. '.repeat(100));
    expect(await refused())
      .to.include({ code: 'store-failed' })
      .and.to.have.property('detail')
      .that.includes(file);
    file = join(folder, 'nowhere', 'test.db');
    expect(await refused())
      .to.include({ code: 'store-failed' })
      .and.to.have.property('detail')
      .that.includes(file);
  });

  it('is refused when a pragma on which it rests has another value in the end', async () => {
    await writeFile(join(folder, '001-careless.sql'), 'PRAGMA cache_size = 5;');
    const careless = openSqliteStore({ file, migrations: pathToFileURL(folder), log: silent, limits });
    const [told] = await Promise.allSettled([careless]);
    expect(told).to.have.property('reason').that.is.instanceOf(Refusal);
    expect(told)
      .to.have.nested.property('reason.detail')
      .that.matches(/cannot be kept safely: cache_size is 5,/);
  });

  it('runs a query at once when nothing waits', async () => {
    let ran = false;
    const read = (await open()).read(() => {
      ran = true;
    });
    expect(ran).to.equal(true);
    await read;
  });

  it('ends a group when its time is over', async () => {
    const opened = await open({ groupMs: 0 });
    const verbs = [left(1), orphan, left(2)].map((verb) => opened.write(verb));
    expect(await fates(verbs)).to.deep.equal(['done', 'store-failed', 'done']);
  });

  it('undoes a verb alone that finds no room, where SQLite keeps the transaction', async () => {
    const opened = await open();
    await opened.write((sql) => sql.get('PRAGMA max_page_count = 8'));
    const big = (sql: Sql) => sql.run('CREATE TABLE big AS SELECT zeroblob(100000) AS bytes');
    expect(await fates([left(1), big, left(2)].map((verb) => opened.write(verb)))).to.deep.equal([
      'done',
      'store-full',
      'done',
    ]);
  });

  it('refuses the verbs that ran when SQLite gives up the transaction, runs the rest, and goes on', async () => {
    const opened = await open();
    await opened.write((sql) => sql.get('PRAGMA max_page_count = 8'));
    const endless = (sql: Sql) => {
      for (let number = 10; ; number++) left(number)(sql);
    };
    const verbs = [left(1), endless, left(2)].map((verb) => opened.write(verb));
    const seen = opened.read((sql) => sql.all('SELECT number FROM lefts'));
    expect(await fates(verbs)).to.deep.equal(['store-full', 'store-full', 'done']);
    expect(await seen).to.deep.equal([{ number: 2 }]);
  });

  it('keeps no more statements than it may, and runs any number of them', async () => {
    const opened = await open({ statements: 2 });
    for (const number of [1, 2, 3, 4, 1, 2, 3, 4]) {
      expect(await opened.read((sql) => sql.get(`SELECT ${number} AS number`))).to.deep.equal({ number });
    }
  });

  it('refuses all that waits and all that comes once a group could not be undone', async () => {
    const db = new Database(file);
    const prepare = db.prepare.bind(db);
    const failing = {
      run() {
        throw new Error('disk I/O error');
      },
    };
    const broken = Object.assign(db, {
      prepare: (sql: string) => (/^(COMMIT|ROLLBACK)$/.test(sql) ? failing : prepare(sql)),
    }) as Database.Database;
    store = onDisk(broken, (done) => setImmediate(done, null), 2);
    const opened = store;
    const one = (sql: Sql) => sql.get('SELECT 1');
    const together = [opened.write(one), opened.read(one), opened.write(one), opened.read(one)];
    expect(await fates(together)).to.deep.equal(Array(4).fill('store-failed'));
    expect(await fates([opened.write(one), opened.read(one)])).to.deep.equal(Array(2).fill('store-failed'));
  });

  describe('whose log goes to the disk beside the event loop', () => {
    type Done = (error: Error | null) => void;
    let syncs: Done[];
    let opened: Store;

    /** What has settled of these, in that order. */
    function settledOf(promises: Record<string, Promise<unknown>>): string[] {
      const settled: string[] = [];
      for (const [name, promise] of Object.entries(promises)) {
        promise.then(
          () => settled.push(name),
          (reason) => settled.push(`${name} ${reason.code}`),
        );
      }
      return settled;
    }

    beforeEach(() => {
      syncs = [];
      const db = new Database(file);
      db.exec('CREATE TABLE lefts (number INTEGER PRIMARY KEY)');
      opened = onDisk(db, (done) => syncs.push(done));
      store = opened;
    });

    it('answers a verb when it is there, and a query that may have seen it then too', async () => {
      const write = opened.write(left(1));
      await turn();
      const read = opened.read((sql) => sql.all('SELECT number FROM lefts'));
      const settled = settledOf({ write, read });
      await turn();
      expect(settled).to.deep.equal([]);
      syncs[0]?.(null);
      expect(await read).to.deep.equal([{ number: 1 }]);
      expect(settled).to.deep.equal(['write', 'read']);
    });

    it('commits what comes meanwhile together, after it', async () => {
      const first = opened.write(left(1));
      await turn();
      const more = [opened.write(left(2)), opened.read((sql) => sql.all('SELECT number FROM lefts'))];
      await turn();
      expect(syncs).to.have.length(1);
      syncs[0]?.(null);
      await first;
      await turn();
      expect(syncs).to.have.length(2);
      syncs[1]?.(null);
      expect((await Promise.all(more))[1]).to.deep.equal([{ number: 1 }, { number: 2 }]);
    });

    it('closes when all is there', async () => {
      const settled = settledOf({ write: opened.write(left(1)), closed: opened.close() });
      await turn();
      expect(settled).to.deep.equal([]);
      syncs[0]?.(null);
      await opened.close();
      expect(settled).to.deep.equal(['write', 'closed']);
    });

    it('refuses what was on its way, what waits and what comes, where it may not have come there', async () => {
      const write = opened.write(left(1));
      await turn();
      const waiting = [write, opened.read(() => {}), opened.write(left(2))];
      syncs[0]?.(new Error('EIO: i/o error, fdatasync'));
      expect(await fates(waiting)).to.deep.equal(Array(3).fill('store-failed'));
      expect(await fates([opened.write(left(3))])).to.deep.equal(['store-failed']);
    });
  });
});
