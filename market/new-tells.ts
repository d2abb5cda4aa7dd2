import type { Sql, SqlValue, Store } from '../platform/store/store.ts';
import type { TellRow } from './tell-row.ts';

/** Tells that one verb writes. */
interface Together {
  readonly rows: Written[];
  /** Of all texts. */
  characters: number;
  /** The place of each of them. */
  readonly places: Promise<readonly number[]>;
}

/** A Tell, and when it came, in milliseconds since 1970. */
interface Written extends TellRow {
  readonly now: number;
}

/** A Tell that is being written: after the commit `places` has its place at `index`. */
export interface Writing {
  readonly places: Promise<readonly number[]>;
  readonly index: number;
}

/** Tells, and characters of their texts, that one verb writes at most: it holds the event loop up for a millisecond or two. */
const mostTogether = 64;
const mostCharacters = 256 * 1024;

/** The statements that write so many Tells at once, and the names of the values of each of them. */
interface Inserts {
  readonly count: number;
  readonly events: string;
  readonly tells: string;
  readonly names: readonly Record<'now' | keyof TellRow | 'place', string>[];
}

/** Written so, Tells cost SQLite two thirds of what they cost one by one. */
const inserts = [16, 4, 1].map(insertsOf);

/**
 * Writes Tells of names that the store does not have: those that come before the first of them is written share its verb, and
 * stand or fall together. So one may be written before a verb that was begun before it, which must ask nothing of its name,
 * or `close` first; who waits for `places` alone hears of them in the order in which they were written.
 */
export class NewTells {
  readonly #store: Store;
  /** What waits to be written; another may join. */
  #open: Together | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  write(row: TellRow, now: number): Writing {
    const together = this.#withRoom(row.document.length);
    together.characters += row.document.length;
    const index = together.rows.push({ ...row, now }) - 1;
    return { places: together.places, index };
  }

  /** Lets none join what waits: what comes from now on is written after every verb that was begun before it. */
  close(): void {
    this.#open = undefined;
  }

  #withRoom(characters: number): Together {
    const open = this.#open;
    if (
      open !== undefined &&
      open.rows.length < mostTogether &&
      open.characters + characters <= mostCharacters
    )
      return open;
    const rows: Written[] = [];
    const close = () => {
      if (this.#open?.rows === rows) this.#open = undefined;
    };
    const places = this.#store.write((sql) => {
      close(); // where it runs again, it is with the same ones
      return putAll(sql, rows);
    });
    places.catch(close); // a store that takes no more runs nothing
    const together = { rows, characters: 0, places };
    this.#open = together;
    return together;
  }
}

/** Writes the event of each Tell and its state, and returns their places. */
function putAll(sql: Sql, rows: readonly Written[]): number[] {
  const places: number[] = [];
  for (const { count, events, tells, names } of inserts) {
    while (rows.length - places.length >= count) {
      const from = places.length;
      const values: Record<string, SqlValue> = {};
      for (const [index, name] of names.entries()) {
        const { now, document, teller, id, seq, expiresAt } = rows[from + index] as Written;
        values[name.now] = now;
        values[name.document] = document;
        values[name.teller] = teller;
        values[name.id] = id;
        values[name.seq] = seq;
        values[name.expiresAt] = expiresAt;
      }
      const last = sql.insert(events, values);
      for (const [index, name] of names.entries()) {
        const place = last - count + 1 + index;
        values[name.place] = place;
        places.push(place);
      }
      sql.run(tells, values);
    }
  }
  return places;
}

function insertsOf(count: number): Inserts {
  const names = Array.from({ length: count }, (_, index) => ({
    now: `now${index}`,
    document: `document${index}`,
    place: `place${index}`,
    teller: `teller${index}`,
    id: `id${index}`,
    seq: `seq${index}`,
    expiresAt: `expiresAt${index}`,
  }));
  const events = names.map(({ now, document }) => `(@${now}, 'told', @${document})`);
  const tells = names.map(
    ({ place, teller, id, seq, expiresAt }) => `(@${place}, @${teller}, @${id}, @${seq}, @${expiresAt})`,
  );
  return {
    count,
    events: `INSERT INTO events (at, kind, document) VALUES ${events.join(', ')}`,
    tells: `INSERT INTO tells (place, teller, id, seq, expires_at) VALUES ${tells.join(', ')}`,
    names,
  };
}
