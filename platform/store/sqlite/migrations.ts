import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { Refusal } from '../../failure.ts';
import type { Log } from '../../log.ts';

/** One numbered step of a schema. */
export interface Migration {
  readonly number: number;
  /** The name of its file, such as `001-tells.sql`. */
  readonly name: string;
  readonly sql: string;
  /** Of the bytes of the file, in hexadecimal. */
  readonly sha256: string;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
}

const numbered = /^(\d{3})-[a-z0-9-]+\.sql$/;

/** Reads the `001-name.sql`, `002-name.sql`, … of a folder; a Refusal names the file that breaks the row. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const path = fileURLToPath(folder);
  const names = await readdir(path).catch((cause: unknown) => {
    throw refusal(`The migrations in ${path} cannot be read`, 'install again', cause);
  });
  const migrations: Migration[] = [];
  for (const name of names.filter((each) => each.endsWith('.sql')).sort()) {
    const number = Number(numbered.exec(name)?.[1]);
    const expected = migrations.length + 1;
    if (number !== expected) {
      throw refusal(
        `The migration ${name} in ${path} is not the one that comes next, number ${expected}`,
        'name migrations 001-name.sql, 002-name.sql and so on without a gap',
      );
    }
    const bytes = await readFile(new URL(name, folderUrl(folder)));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    migrations.push({ number, name, sql: bytes.toString('utf8'), sha256 });
  }
  if (migrations.length === 0) throw refusal(`There are no migrations in ${path}`, 'install again');
  return migrations;
}

/** Brings a database up to date: what was applied must be a beginning of `migrations`, unchanged. */
export function migrate(
  db: Database.Database,
  migrations: readonly Migration[],
  file: string,
  log: Log,
): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT',
  );
  const applied = db
    .prepare<[], Applied>('SELECT number, name, sha256 FROM schema_migrations ORDER BY number')
    .all();
  applied.forEach((row, index) => {
    verify(row, migrations[index], index + 1, file);
  });
  // A table is rebuilt by dropping the old one, which would take its children along
  // (https://sqlite.org/lang_altertable.html, section 7), and within a transaction this cannot be switched.
  db.pragma('foreign_keys = OFF');
  for (const migration of migrations.slice(applied.length)) {
    apply(db, migration, file);
    log.info('migrated', { file, migration: migration.name });
  }
  db.pragma('foreign_keys = ON');
}

function verify(row: Applied, migration: Migration | undefined, expected: number, file: string): void {
  if (row.number !== expected) {
    throw refusal(
      `The store ${file} lacks migration ${expected} but has ${row.name}`,
      'restore it from a backup',
    );
  }
  if (migration === undefined) {
    throw refusal(
      `The store ${file} was written by a newer version: ${row.name} is unknown here`,
      'run the newer version, or choose another data folder',
    );
  }
  if (row.sha256 !== migration.sha256) {
    throw refusal(
      `The migration ${migration.name} is not the one that was applied to the store ${file} as ${row.name}`,
      'put back the old file and say the change in a new migration',
    );
  }
}

function apply(db: Database.Database, migration: Migration, file: string): void {
  const { number, name, sql, sha256 } = migration;
  try {
    db.exec('BEGIN IMMEDIATE');
    db.exec(sql);
    if (!db.inTransaction) throw new Error('it ends the transaction in which it runs');
    const orphans = db.pragma('foreign_key_check');
    if (Array.isArray(orphans) && orphans.length > 0) throw new Error('it leaves rows without their parent');
    db.prepare('INSERT INTO schema_migrations VALUES (@number, @name, @sha256)').run({
      number,
      name,
      sha256,
    });
    db.exec('COMMIT');
  } catch (cause) {
    if (db.inTransaction) db.exec('ROLLBACK');
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refusal(
      `The migration ${name} failed on the store ${file}: ${reason}`,
      'the store is as before',
      cause,
    );
  }
}

function folderUrl(folder: URL): URL {
  return folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`);
}

function refusal(detail: string, next: string, cause?: unknown): Refusal {
  return new Refusal({ code: 'store-migration', status: 500, detail, next }, { cause });
}
