import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '../../platform/failure.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import { countTurns } from '../platform/doors/support.ts';
import { migrationConformance, migrationFolder, type OpenStore, schema } from './store-migrations.ts';
import { applied, modelled, step } from './store-model.ts';

const put = (name: string, amount: number) => (sql: Sql) =>
  sql.run('INSERT INTO items (name, amount) VALUES (@name, @amount)', { name, amount });
const orphan = (sql: Sql) => sql.run("INSERT INTO parts (name, item) VALUES ('wheel', 'no such car')");
const names = (sql: Sql) =>
  sql.all<{ name: string }>('SELECT name FROM items ORDER BY name').map((row) => row.name);

/** What every engine of the store keeps to. */
export function storeConformance(engine: string, open: OpenStore): void {
  describe(`the store on ${engine}`, () => {
    let place: string;
    let store: Store;

    async function reopen(groupVerbs = 100): Promise<void> {
      await store.close();
      store = await open(place, await migrationFolder(place, schema), groupVerbs);
    }

    beforeEach(async () => {
      place = await mkdtemp(join(tmpdir(), 'store-'));
      store = await open(place, await migrationFolder(place, schema), 100);
    });

    afterEach(async () => {
      await store.close();
      await rm(place, { recursive: true });
    });

    describe('verbs', () => {
      it('resolve with what they returned', async () => {
        expect(await store.write(put('a', 1))).to.equal(1);
      });

      it('hear the number of the row that they insert', async () => {
        const insert = (name: string) => (sql: Sql) =>
          sql.insert('INSERT INTO items (name, amount) VALUES (@name, 1)', { name });
        const [a, b] = await Promise.all(['a', 'b'].map((name) => store.write(insert(name))));
        const rows = await store.read((sql) => sql.all('SELECT rowid AS number, name FROM items'));
        expect(rows).to.have.deep.members([
          { number: a, name: 'a' },
          { number: b, name: 'b' },
        ]);
      });

      it('run in the order in which they were begun, and are seen by later ones', async () => {
        const seen = ['a', 'b', 'c'].map((name) =>
          store.write((sql) => {
            put(name, 1)(sql);
            return names(sql).join('');
          }),
        );
        expect(await Promise.all(seen)).to.deep.equal(['a', 'ab', 'abc']);
      });

      it('that throw are undone alone and reject with what they threw', async () => {
        const thrown = new Error('not today');
        const [before, failing, after] = await Promise.allSettled([
          store.write(put('a', 1)),
          store.write((sql) => {
            put('b', 1)(sql);
            throw thrown;
          }),
          store.write(put('c', 1)),
        ]);
        expect([before.status, after.status]).to.deep.equal(['fulfilled', 'fulfilled']);
        expect(failing).to.deep.equal({ status: 'rejected', reason: thrown });
        expect(await store.read(names)).to.deep.equal(['a', 'c']);
      });

      it('that break a constraint are undone alone', async () => {
        const told = await Promise.allSettled([
          store.write(put('a', 1)),
          store.write((sql) => [put('b', 1)(sql), put('c', -1)(sql)]),
          store.write(put('d', 1)),
        ]);
        expect(told.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
        expect(await store.read(names)).to.deep.equal(['a', 'd']);
      });

      it('may not return a promise, and what it does later fails', async () => {
        const { promise: later, resolve, reject } = Promise.withResolvers<number>();
        const verb = (sql: Sql) => {
          put('a', 1)(sql);
          return turn().then(() => {
            try {
              resolve(put('b', 1)(sql));
            } catch (error) {
              reject(error);
              throw error;
            }
          });
        };
        expect(await rejection(store.write(verb))).to.match(/must not return a promise/);
        expect(await rejection(later)).to.match(/after its verb or query had returned/);
        expect(await store.read(names)).to.deep.equal([]);
      });

      it('may not end the transaction that they share', async () => {
        const told = await Promise.allSettled([
          store.write(put('a', 1)),
          store.write((sql) => sql.run('COMMIT')),
          store.write((sql) => sql.run('\n rollback')),
        ]);
        expect(told.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected']);
        expect(await store.read(names)).to.deep.equal(['a']);
      });

      it('may begin further verbs and queries, which come after them', async () => {
        const outer = await store.write((sql) => {
          const inner = [store.write(put('b', 1)), store.read(names)] as const;
          put('a', 1)(sql);
          return { inner, seen: names(sql) };
        });
        expect(outer.seen).to.deep.equal(['a']);
        expect(await outer.inner[1]).to.deep.equal(['a', 'b']);
      });

      it('of one turn share a commit: where it fails all are refused and the state is as before', async () => {
        await store.write(put('a', 1));
        const verbs = [store.write(put('b', 1)), store.write(orphan), store.write(put('c', 1))];
        const seen = store.read(names);
        for (const told of await Promise.allSettled(verbs)) {
          expect(told)
            .to.have.property('reason')
            .that.is.instanceOf(Refusal)
            .with.property('code', 'store-failed');
        }
        expect(await seen, 'a query of the same commit').to.deep.equal(['a']);
        await store.write(put('d', 1));
        expect(await store.read(names)).to.deep.equal(['a', 'd']);
      });

      it('whose callers do much are heard of in several turns, in order, and what is read meanwhile after them', async () => {
        using turns = countTurns();
        const heard: (readonly [what: string, turn: number])[] = [];
        const hear = (what: string) => heard.push([what, turns.now]);
        const much = () => 1_000_000;
        const [first, ...others] = ['a', 'b', 'c'].map((name) =>
          store.write(put(name, 1), much).then(() => hear(name)),
        );
        await first;
        const read = store.read(names).then((seen) => hear(`read ${seen.join('')}`));
        const written = store.write(put('d', 1)).then(() => hear('d'));
        await Promise.all([...others, read, written]);
        expect(heard.map(([what]) => what)).to.deep.equal(['a', 'b', 'c', 'read abc', 'd']);
        const [a, b, c] = heard.map(([, turn]) => turn) as [number, number, number];
        expect(a < b && b < c, 'each in a turn of its own').to.equal(true);
      });

      it('beyond the bound of a group wait for the next, in order', async () => {
        await reopen(2);
        const verbs = [put('a', 1), put('b', 1), orphan, put('c', 1), put('d', 1)].map((verb) =>
          store.write(verb),
        );
        const told = await Promise.allSettled(verbs);
        const fates = ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'];
        expect(told.map(({ status }) => status)).to.deep.equal(fates);
        expect(await store.read(names)).to.deep.equal(['a', 'b', 'd']);
      });
    });

    describe('queries', () => {
      it('see every verb begun before them and none begun after', async () => {
        const told = [];
        for (const name of ['a', 'b', 'c']) {
          told.push(store.read((sql) => names(sql).join('')));
          store.write(put(name, 1));
        }
        expect(await Promise.all(told)).to.deep.equal(['', 'a', 'ab']);
      });

      it('reject with what they threw and harm no verb', async () => {
        const written = store.write(put('a', 1));
        const failing = store.read(() => {
          throw new Error('no such thing');
        });
        expect(await rejection(failing)).to.equal('no such thing');
        expect(await written).to.equal(1);
      });

      it('may change nothing, with or without a verb before them', async () => {
        expect(await rejection(store.read(put('a', 1)))).to.match(/may not change anything/);
        const written = store.write(put('b', 1));
        const returning = (sql: Sql) => sql.all('DELETE FROM items RETURNING name');
        expect(await rejection(store.read(returning))).to.match(/may not change anything/);
        await written;
        expect(await store.read(names)).to.deep.equal(['b']);
      });

      it('may not return a promise', async () => {
        expect(await rejection(store.read(async (sql) => names(sql)))).to.match(/must not return a promise/);
      });

      it('give bytes, text, numbers and nothing as they were written', async () => {
        const bytes = Uint8Array.from([0, 255, 10]);
        const row = await store.read((sql) =>
          sql.get<{ bytes: Uint8Array; text: string; number: number; none: null }>(
            'SELECT @bytes AS bytes, @text AS text, @number AS number, @none AS none',
            { bytes, text: 'Skåne \u{1F30D}', number: 1.5, none: null },
          ),
        );
        expect(row).to.deep.include({ text: 'Skåne \u{1F30D}', number: 1.5, none: null });
        expect([...(row?.bytes ?? [])]).to.deep.equal([...bytes]);
        expect(await store.read((sql) => sql.get("SELECT name FROM items WHERE name = 'a'"))).to.equal(
          undefined,
        );
      });
    });

    describe('values', () => {
      it('are taken by place as by name', async () => {
        const put = 'INSERT INTO items (name, amount) VALUES (?, ?), (?, ?)';
        const last = await store.write((sql) => sql.insert(put, ['a', 1, 'b', 2]));
        const named = 'SELECT name FROM items WHERE name = @name AND amount = @amount';
        const placed = named.replace(/@\w+/g, '?');
        expect(last).to.equal(2);
        expect(await store.read((sql) => sql.all(named, { name: 'b', amount: 2 }))).to.eql([{ name: 'b' }]);
        expect(await store.read((sql) => sql.all(placed, ['b', 2]))).to.eql([{ name: 'b' }]);
        expect(await store.read((sql) => sql.get(placed, ['b', 1]))).to.equal(undefined);
      });

      it('are refused where one is missing or too many', async () => {
        const placed = 'SELECT name FROM items WHERE name = ? AND amount = ?';
        for (const values of [['a'], ['a', 1, 2]]) {
          expect(await rejection(store.read((sql) => sql.all(placed, values)))).to.match(/parameter values/);
        }
        const named = 'INSERT INTO items (name, amount) VALUES (@name, @amount)';
        expect(await rejection(store.write((sql) => sql.run(named)))).to.match(/parameter values/);
      });
    });

    describe('closing', () => {
      it('commits what was begun', async () => {
        const written = ['a', 'b'].map((name) => store.write(put(name, 1)));
        const seen = store.read(names);
        await reopen();
        expect(await Promise.all(written)).to.deep.equal([1, 1]);
        expect(await seen).to.deep.equal(['a', 'b']);
        expect(await store.read(names)).to.deep.equal(['a', 'b']);
      });

      it('refuses what comes after it, and may be done again', async () => {
        const closed = store.close();
        for (const late of [store.write(put('a', 1)), store.read(names)]) {
          const told = await Promise.allSettled([late]);
          expect(told[0])
            .to.have.property('reason')
            .that.is.instanceOf(Refusal)
            .with.property('code', 'stopped');
        }
        await closed;
        await store.close();
      });
    });

    migrationConformance(open);

    it('equals a plain model under any interleaving of verbs, failing verbs and queries', async () => {
      await reopen(3);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          await store.write((sql) => sql.run('DELETE FROM items'));
          expect(await applied(store, steps)).to.deep.equal(modelled(steps));
        }),
        { numRuns: 60 },
      );
    });
  });
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  const [told] = await Promise.allSettled([promise]);
  if (told?.status !== 'rejected') throw new Error('it was not rejected');
  return told.reason instanceof Error ? told.reason.message : String(told.reason);
}
