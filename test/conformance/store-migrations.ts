import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { Refusal } from '../../platform/failure.ts';
import type { Row, Store } from '../../platform/store/store.ts';

/** Opens the store that lives in `place`, a folder of the test's own; `groupVerbs` bounds a commit group. */
export type OpenStore = (place: string, migrations: URL, groupVerbs: number) => Promise<Store>;

/** The migrations of the store that the suite uses: file names and texts. */
export const schema = {
  '001-items.sql': 'CREATE TABLE items (name TEXT PRIMARY KEY, amount INTEGER NOT NULL CHECK (amount >= 0));',
  '002-parts.sql': `CREATE TABLE parts (
    name TEXT PRIMARY KEY,
    item TEXT REFERENCES items (name) DEFERRABLE INITIALLY DEFERRED
  );`,
};

/** Writes migrations into a new folder within `place`. */
export async function migrationFolder(place: string, files: Record<string, string>): Promise<URL> {
  const path = await mkdtemp(join(place, 'migrations-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return pathToFileURL(path);
}

/** What every engine of the store keeps to when it brings a schema up to date. */
export function migrationConformance(open: OpenStore): void {
  describe('migrations', () => {
    let place: string;

    beforeEach(async () => {
      place = await mkdtemp(join(tmpdir(), 'store-'));
    });

    afterEach(async () => {
      await rm(place, { recursive: true });
    });

    /** Opens the store with these migrations, runs the text, closes it. */
    async function withSchema(files: Record<string, string>, text: string): Promise<Row[]> {
      const store = await open(place, await migrationFolder(place, files), 100);
      try {
        return await store.write((sql) => sql.all(text));
      } finally {
        await store.close();
      }
    }

    async function refused(files: Record<string, string>, sentence: RegExp): Promise<void> {
      await withSchema(schema, "INSERT INTO items (name, amount) VALUES ('kept', 1) RETURNING name");
      const [told] = await Promise.allSettled([withSchema(files, 'SELECT 1')]);
      expect(told).to.have.property('reason').that.is.instanceOf(Refusal);
      expect(told).to.have.nested.property('reason.code', 'store-migration');
      expect(told).to.have.nested.property('reason.detail').that.matches(sentence);
      expect(await withSchema(schema, "SELECT name FROM items WHERE name = 'kept'")).to.have.length(1);
    }

    it('are applied once, and new ones to what is there', async () => {
      await withSchema(schema, "INSERT INTO items (name, amount) VALUES ('a', 1) RETURNING name");
      const more = { ...schema, '003-colour.sql': "ALTER TABLE items ADD COLUMN colour TEXT DEFAULT 'red'" };
      await withSchema(more, 'SELECT 1');
      const rows = await withSchema(more, 'SELECT name, colour FROM items');
      expect(rows).to.deep.equal([{ name: 'a', colour: 'red' }]);
    });

    it('are refused when one of them has changed', () =>
      refused(
        { ...schema, '001-items.sql': `${schema['001-items.sql']}\n-- better` },
        /001-items\.sql.* store /,
      ));

    it('are refused when one is missing', () =>
      refused({ ...schema, '004-late.sql': 'SELECT 1' }, /004-late\.sql .* number 3/));

    it('are refused when two have the same number', () =>
      refused({ ...schema, '002-twice.sql': 'SELECT 1' }, /002-twice\.sql /));

    it('are refused when a name has no number', () => refused({ 'items.sql': 'SELECT 1' }, /items\.sql /));

    it('are refused when there are none', () => refused({}, /no migrations/));

    it('are refused when the database is newer', () =>
      refused({ '001-items.sql': schema['001-items.sql'] }, /newer version: 002-parts\.sql /));

    it('may rebuild a table whose rows others refer to, and may leave none of those without it', async () => {
      await withSchema(schema, "INSERT INTO items (name, amount) VALUES ('car', 1) RETURNING name");
      await withSchema(schema, "INSERT INTO parts (name, item) VALUES ('wheel', 'car') RETURNING name");
      const rebuild = (rows: string) => `CREATE TABLE rebuilt (name TEXT PRIMARY KEY, amount INTEGER);
        ${rows} DROP TABLE items; ALTER TABLE rebuilt RENAME TO items;`;
      const whole = rebuild('INSERT INTO rebuilt SELECT name, amount FROM items;');
      await refused({ ...schema, '003-rebuilt.sql': rebuild('') }, /003-rebuilt\.sql failed /);
      const rows = await withSchema({ ...schema, '003-rebuilt.sql': whole }, 'SELECT item FROM parts');
      expect(rows).to.deep.equal([{ item: 'car' }]);
    });

    it('that fail leave nothing behind', async () => {
      const half = 'CREATE TABLE more (name TEXT); INSERT INTO nowhere VALUES (1);';
      await refused({ ...schema, '003-more.sql': half }, /003-more\.sql failed /);
      await withSchema(
        { ...schema, '003-more.sql': 'CREATE TABLE more (name TEXT)' },
        'SELECT name FROM more',
      );
    });
  });
}
