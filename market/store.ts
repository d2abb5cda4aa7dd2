import type { Effort, Sql, Store } from '../platform/store/store.ts';
import { NewTells } from './new-tells.ts';
import { forgetRevoked, isRemembered, remember } from './revoked.ts';
import type { TellRow } from './tell-row.ts';

/** `place` is the cursor of the event with which it was told, and orders Tells. */
export interface PlacedRow extends TellRow {
  readonly place: number;
}

/** What names a Tell. */
export type TellName = Pick<TellRow, 'teller' | 'id'>;

/** A Tell lives on where it was. */
export interface Renewed {
  readonly became: 'renewed';
  readonly place: number;
}

/** A Tell stands at a new place, instead of one of its name that lived, or after the end of one that had lapsed. */
export interface Placed {
  readonly became: 'told';
  readonly place: number;
  readonly lapsed: Ended | undefined;
}

/** A Tell is no newer than the one that is there, which has this Seq. */
export interface Stale {
  readonly became: 'stale';
  readonly seq: number;
}

/** The end of the Tell at a place, and the cursor of the event that says it. */
export interface Ended {
  readonly place: number;
  readonly cursor: number;
}

/** What became of an Untell: taken back now, taken back before, or nothing was there. */
export interface Untold {
  readonly became: 'untold' | 'untold before' | 'unknown';
  /** The Tell's end, by the Untell or because it had lapsed. */
  readonly ended: Ended | undefined;
}

/** A live Tell without its text, which its event has. */
interface StateRow {
  readonly place: number;
  readonly seq: number;
  readonly expiresAt: number;
}

/**
 * What memory has of the Tells: all that live by the event at `cursor`, and perhaps some that ended since. A Tell is looked
 * for there, and among those told after, which are no more than the verbs before it in its commit told: an index by name
 * would write a page of the database for each new Tell.
 */
export interface KnownTells {
  readonly cursor: number;
  find(name: TellName): { readonly place: number } | undefined;
}

/** Headers in which copies of one Tell of version 1.0 may differ. */
const ofCopies = /^(In-reply-to|Cursor|Signature):.*\n/gm;

/** The verbs of who tells, over the market's store: each moves the state and writes an event for each change of it. */
export class MarketStore {
  readonly #store: Store;
  readonly #known: KnownTells;
  readonly #new: NewTells;

  constructor(store: Store, known: KnownTells) {
    this.#store = store;
    this.#known = known;
    this.#new = new NewTells(store);
  }

  /** Keeps a Tell of a name that none of the verbs before left there; says what `NewTells.write` says. */
  tellNew(
    row: Omit<TellRow, 'expiresAt'>,
    columns: number,
    expiresAt: number,
    now: number,
  ): Promise<readonly number[]> {
    return this.#new.write(row, columns, expiresAt, now);
  }

  /**
   * Keeps a Tell. One that is told again unchanged lives on; one that had lapsed by `now` is told anew. Another text
   * replaces: of version 1.0 only where its Seq is higher. `effort` is that with which memory follows, of a renewal little;
   * `same` is where it is known to have stood, in the same text.
   */
  tell(row: TellRow, now: number, effort?: Effort, same?: number): Promise<Renewed | Placed | Stale> {
    // Or what is told after it would stand before it; one that lives on stands where it was.
    if (same === undefined) this.#new.close();
    return this.#store.write((sql) => {
      const { teller, seq, expiresAt } = row;
      if (same !== undefined && renew(sql, same, expiresAt, now)) return { became: 'renewed', place: same };
      const before = this.#stateOf(sql, row);
      const isLive = before !== undefined && before.expiresAt > now;
      if (isLive && isSame(sql, before, row)) {
        renew(sql, before.place, expiresAt, now);
        return { became: 'renewed', place: before.place };
      }
      if (isLive && teller !== '' && seq <= before.seq) return { became: 'stale', seq: before.seq };
      const lapsed = before === undefined || isLive ? undefined : end(sql, before.place, 'lapsed', now);
      if (before !== undefined) sql.run('DELETE FROM tells WHERE place = @place', { place: before.place });
      const place = put(sql, row, now);
      if (isLive) endAt(sql, before.place, place);
      return { became: 'told', place, lapsed };
    }, effort);
  }

  /**
   * Takes a live Tell back, and remembers that, of the latest `most` that their senders took back. `effort` is that with
   * which memory follows.
   */
  untell(name: TellName, now: number, most: number, effort: Effort): Promise<Untold> {
    // Or it would take back what is told after it.
    this.#new.close();
    return this.#store.write((sql) => {
      const revoked = { kind: 'tell', sender: name.teller, id: name.id } as const;
      const before = this.#stateOf(sql, name);
      if (before === undefined || before.expiresAt <= now) {
        const ended = before && lapse(sql, before.place, now);
        return { became: isRemembered(sql, revoked, now) ? 'untold before' : 'unknown', ended };
      }
      const ended = end(sql, before.place, 'untold', now);
      sql.run('DELETE FROM tells WHERE place = @place', { place: before.place });
      remember(sql, revoked, now, most);
      return { became: 'untold', ended };
    }, effort);
  }

  /** Ends those of the Tells at these places that have expired by `now`; memory follows with this effort. */
  lapse(places: readonly number[], now: number, effort: number): Promise<Ended[]> {
    return this.#store.write(
      (sql) => places.flatMap((place) => lapse(sql, place, now) ?? []),
      () => effort,
    );
  }

  /** The Tells after `place` that have not lapsed yet, in the order in which they were told, at most `most` of them. */
  tells(after: number, most: number): Promise<PlacedRow[]> {
    return this.#store.read((sql) =>
      sql.all<PlacedRow>(
        `SELECT place, teller, id, seq, document, expires_at AS expiresAt
         FROM tells JOIN events ON cursor = place WHERE place > @after ORDER BY place LIMIT @most`,
        { after, most },
      ),
    );
  }

  /** Forgets at most `most` of the Tells and Watches that were taken back so long ago that nobody repeats it, and counts them. */
  forgetRevoked(now: number, most: number): Promise<number> {
    return this.#store.write((sql) => forgetRevoked(sql, now, most));
  }

  /** The Tell of a name, as the verbs before left it. */
  #stateOf(sql: Sql, name: TellName): StateRow | undefined {
    const state = 'SELECT place, seq, expires_at AS expiresAt FROM tells WHERE';
    const known = this.#known.find(name);
    const there = known && sql.get<StateRow>(`${state} place = @place`, { place: known.place });
    if (there !== undefined) return there;
    const { teller, id } = name;
    const told = `${state} place > @cursor AND teller = @teller AND id = @id`;
    return sql.get<StateRow>(told, { cursor: this.#known.cursor, teller, id });
  }
}

/** Writes the event of a Tell and its state, and returns its place. */
function put(sql: Sql, { teller, id, seq, document, expiresAt }: TellRow, now: number): number {
  const place = sql.insert(`INSERT INTO events (at, kind, document) VALUES (@now, 'told', @document)`, {
    now,
    document,
  });
  sql.run(
    `INSERT INTO tells (place, teller, id, seq, expires_at) VALUES (@place, @teller, @id, @seq, @expiresAt)`,
    { place, teller, id, seq, expiresAt },
  );
  return place;
}

/** Lets the Tell at a place live on; says whether one lives there. */
function renew(sql: Sql, place: number, expiresAt: number, now: number): boolean {
  const text = 'UPDATE tells SET expires_at = @expiresAt WHERE place = @place AND expires_at > @now';
  return sql.run(text, { place, expiresAt, now }) > 0;
}

/** Whether a Tell is the one that is there: of version 1.0 but for what copies may differ in. */
function isSame(sql: Sql, { place }: StateRow, { teller, document }: TellRow): boolean {
  const there = sql.get<{ document: string }>('SELECT document FROM events WHERE cursor = @place', { place });
  if (there === undefined) throw new Error(`the log lacks the live Tell of cursor ${place}`);
  if (there.document === document) return true;
  return teller !== '' && there.document.replace(ofCopies, '') === document.replace(ofCopies, '');
}

function lapse(sql: Sql, place: number, now: number): Ended | undefined {
  const isGone = sql.run('DELETE FROM tells WHERE place = @place AND expires_at <= @now', { place, now }) > 0;
  return isGone ? end(sql, place, 'lapsed', now) : undefined;
}

/** Writes the event that ends the Tell at a place. */
function end(sql: Sql, place: number, kind: 'untold' | 'lapsed', at: number): Ended {
  const cursor = sql.insert('INSERT INTO events (at, kind) VALUES (@at, @kind)', { at, kind });
  endAt(sql, cursor, cursor);
  endAt(sql, place, cursor);
  return { place, cursor };
}

function endAt(sql: Sql, cursor: number, ended: number): void {
  sql.run('UPDATE events SET ended = @ended WHERE cursor = @cursor', { ended, cursor });
}
