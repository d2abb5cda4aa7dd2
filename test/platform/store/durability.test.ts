import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { letGoOfKeptLog } from '../../../platform/store/sqlite/log-file.ts';
import { openSqliteStore } from '../../../platform/store/sqlite/open.ts';
import { real } from '../../support/real.ts';
import { limits, migrations, Program, silent, writer } from './given.ts';

describe('what the store on SQLite has acknowledged', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'durability-'));
    file = join(folder, 'test.db');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function stored(): Promise<{ lefts: Set<number>; rights: Set<number> }> {
    const store = await openSqliteStore({ file, migrations, log: silent, limits });
    const numbers = (table: string) =>
      store.read(
        (sql) => new Set(sql.all<{ number: number }>(`SELECT number FROM ${table}`).map((row) => row.number)),
      );
    const rows = { lefts: await numbers('lefts'), rights: await numbers('rights') };
    await store.close();
    return rows;
  }

  async function expectAllOf(acknowledged: readonly string[]): Promise<void> {
    const { lefts, rights } = await stored();
    expect([...lefts], 'no half verb').to.deep.equal([...rights]);
    expect(acknowledged.filter((number) => !lefts.has(Number(number)))).to.deep.equal([]);
  }

  it('is there after kill -9 at any moment, and no half verb', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 12; round++) {
      const running = new Program(writer, [file, '8']);
      await running.said(1 + Math.floor(Math.random() * 600));
      await running.kill();
      acknowledged.push(...running.lines);
      await expectAllOf(acknowledged);
    }
    expect(acknowledged.length).to.be.greaterThan(12);
  });

  it('is there once where its log was kept before kill -9: no later start takes that log again', async () => {
    const running = new Program(writer, [file, '8']);
    await running.said(20);
    await running.kill();
    await link(`${file}-wal`, `${file}-wal-kept`);
    await expectAllOf(running.lines);
    expect(await readdir(folder)).to.deep.equal(['test.db']);
  });

  it('is in the database itself when the store is open again after kill -9', async () => {
    const running = new Program(writer, [file, '8', '100000', '100000000']);
    await running.said(20);
    await running.kill();
    const store = await openSqliteStore({ file, migrations, log: silent, limits });
    const alone = join(folder, 'alone.db');
    await once(spawn('cp', [file, alone]), 'close'); // closing it in this process would let go of the store's locks
    await store.close();
    file = alone;
    await expectAllOf(running.lines);
  });

  it('is not written over while its log is kept by who has just closed', async () => {
    const store = await openSqliteStore({ file, migrations, log: silent, limits });
    expect(await letGoOfKeptLog(file), 'none is kept').to.equal(true);
    await copyFile(`${file}-wal`, `${file}-wal-kept`);
    expect(await letGoOfKeptLog(file), 'another is kept').to.equal(false);
    await store.close();
    expect(await readdir(folder)).to.deep.equal(['test.db', 'test.db-wal-kept']);
  });

  it('is there when the system takes no more bytes, and what came after is refused', async () => {
    const noLongerThan200KiB = ['sh', '-c', 'ulimit -f 400 && exec "$@"', 'sh'];
    const running = new Program(writer, [file, '8', '100000', '100000000'], noLongerThan200KiB);
    await running.end();
    expect(running.process.exitCode).to.equal(0);
    const refusals = running.lines.filter((line) => line.startsWith('store-'));
    expect(refusals).to.have.length(1);
    expect(running.lines.length).to.be.greaterThan(8);
    await expectAllOf(running.lines.filter((line) => !refusals.includes(line)));
    expect((await stored()).lefts.size, 'nothing that was refused').to.equal(running.lines.length - 1);
  });

  (real('strace') ? it : it.skip)('was synced to the disk before, for every commit group', async () => {
    const log = join(folder, 'strace.log');
    const groups = 50;
    const strace = ['strace', '-f', '-o', log, '-e', 'trace=fsync,fdatasync,write'];
    await new Program(writer, [file, '1', String(groups)], strace).end();
    let synced = false;
    let acknowledged = 0;
    for (const line of (await readFile(log, 'utf8')).split('\n')) {
      if (/ (fsync|fdatasync)\(.*= 0$/.test(line)) synced = true;
      if (!/ write\(1, "\d+\\n"/.test(line)) continue;
      expect(synced, line).to.equal(true);
      acknowledged += 1;
      synced = false;
    }
    expect(acknowledged).to.equal(groups);
  });

  (real('strace') ? it : it.skip)('comes home beside the event loop', async () => {
    const log = join(folder, 'strace.log');
    const strace = ['strace', '-f', '-y', '-o', log, '-e', 'trace=fsync,fdatasync,write'];
    await new Program(writer, [file, '8', '2000'], strace).end();
    const lines = (await readFile(log, 'utf8')).split('\n');
    const [mainThread] = lines[0]?.split(' ') ?? [];
    const isAcknowledged = (line: string) => / write\(1[<,].*"\d+\\n"/.test(line);
    const working = lines.slice(lines.findIndex(isAcknowledged), lines.findLastIndex(isAcknowledged));
    const ofTheDatabase = working.filter((line) => /(fsync|fdatasync)\(\d+<[^>]*test\.db>/.test(line));
    expect(ofTheDatabase).to.not.deep.equal([]);
    expect(ofTheDatabase.filter((line) => line.startsWith(`${mainThread} `))).to.deep.equal([]);
  });

  (real('strace') ? it : it.skip)(
    'is in the log that is kept where the database cannot be synced',
    async () => {
      await (await openSqliteStore({ file, migrations, log: silent, limits })).close();
      const empty = await readFile(file);
      const failing = ['-P', file, '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO'];
      const strace = ['strace', '-f', '-o', join(folder, 'strace.log'), ...failing];
      const running = new Program(writer, [file, '8', '100000'], strace);
      await running.end();
      const acknowledged = running.lines.filter((line) => /^\d+$/.test(line));
      expect(running.lines.filter((line) => line.startsWith('store-'))).to.deep.equal(['store-failed']);
      await writeFile(file, empty); // as if none of it had reached the disk
      await expectAllOf(acknowledged);
      expect(acknowledged.length).to.be.greaterThan(8);
    },
  );
});
