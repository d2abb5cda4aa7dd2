import type { Sql, SqlValue, Store } from '../platform/store/store.ts';
import { effortOf } from './effort.ts';
import type { TellRow } from './tell-row.ts';

/** Tells that one verb writes. */
interface Together {
  readonly rows: Written[];
  /** Of all texts. */
  characters: number;
  /** Of the table of Tells, into which each comes; of all together. */
  columns: number;
  /** The place of each of them. */
  readonly places: Promise<readonly number[]>;
}

/** A Tell that is to be written; times are in milliseconds since 1970. */
interface Written {
  readonly row: NewRow;
  readonly expiresAt: number;
  /** When it came. */
  readonly now: number;
}

/** What is kept of a Tell, whenever it ends. */
type NewRow = Omit<TellRow, 'expiresAt'>;

/**
 * Tells, characters of their texts, and columns into which they come, that one verb writes at most and that come into memory
 * at once after: each holds the event loop up for a millisecond or two, and for some more where all names are new.
 */
const mostTogether = 64;
const mostCharacters = 128 * 1024;
const mostColumns = 3072;

/** The statements that write so many Tells at once. */
interface Inserts {
  readonly count: number;
  readonly events: string;
  readonly tells: string;
}

/** Written so, Tells cost SQLite two thirds of what they cost one by one. */
const inserts = [16, 4, 1].map(insertsOf);

/**
 * Writes Tells of names that the store does not have: those that come before the first of them is written share its verb, and
 * stand or fall together. So one may be written before a verb that was begun before it, which must ask nothing of its name,
 * or `close` first; who waits for the promise alone hears of them in the order in which they were written.
 */
export class NewTells {
  readonly #store: Store;
  /** What waits to be written; another may join. */
  #open: Together | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Begins to write a Tell. Those that are given the same promise are written together; after the commit it has the place of
   * each, in the order in which they were begun. A Tell will come into so many `columns` of memory.
   */
  write(row: NewRow, columns: number, expiresAt: number, now: number): Promise<readonly number[]> {
    const together = this.#withRoom(row.document.length, columns);
    together.characters += row.document.length;
    together.columns += columns;
    together.rows.push({ row, expiresAt, now });
    return together.places;
  }

  /** Lets none join what waits: what comes from now on is written after every verb that was begun before it. */
  close(): void {
    this.#open = undefined;
  }

  #withRoom(characters: number, columns: number): Together {
    const open = this.#open;
    if (
      open !== undefined &&
      open.rows.length < mostTogether &&
      open.characters + characters <= mostCharacters &&
      open.columns + columns <= mostColumns
    )
      return open;
    const waiting = { rows: [] as Written[], characters: 0, columns: 0 };
    const { rows } = waiting;
    const close = () => {
      if (this.#open?.rows === rows) this.#open = undefined;
    };
    const places = this.#store.write(
      (sql) => {
        close(); // where it runs again, it is with the same ones
        return putAll(sql, rows);
      },
      () => effortOf(waiting.columns),
    );
    places.catch(close); // a store that takes no more runs nothing
    const together = Object.assign(waiting, { places });
    this.#open = together;
    return together;
  }
}

/** Writes the event of each Tell and its state, and returns their places. */
function putAll(sql: Sql, rows: readonly Written[]): number[] {
  const places: number[] = [];
  for (const { count, events, tells } of inserts) {
    while (rows.length - places.length >= count) {
      const some = rows.slice(places.length, places.length + count);
      const texts: SqlValue[] = [];
      for (const { row, now } of some) texts.push(now, row.document);
      const first = sql.insert(events, texts) - count + 1;
      const states: SqlValue[] = [];
      for (const [index, { row, expiresAt }] of some.entries()) {
        states.push(first + index, row.teller, row.id, row.seq, expiresAt);
        places.push(first + index);
      }
      sql.run(tells, states);
    }
  }
  return places;
}

function insertsOf(count: number): Inserts {
  const rows = (one: string) => Array.from({ length: count }, () => one).join(', ');
  return {
    count,
    events: `INSERT INTO events (at, kind, document) VALUES ${rows(`(?, 'told', ?)`)}`,
    tells: `INSERT INTO tells (place, teller, id, seq, expires_at) VALUES ${rows('(?, ?, ?, ?, ?)')}`,
  };
}
