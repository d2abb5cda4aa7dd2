import { type Document1, DocumentReader, printDocument1 } from '../../grammar/index.ts';
import type { Store } from '../../platform/store/store.ts';
import { nextPlace } from '../store.ts';
import { type Resource, saidBy } from './resource.ts';

/** A row of the registrations of version 1.0. */
interface ResourceRow {
  readonly place: number;
  readonly owner: string;
  readonly hash: string;
  readonly document: string;
  readonly teller: string;
  readonly toldAt: number;
  readonly heardAt: number | null;
  readonly expiresAt: number;
}

/** What a registration is known by. */
export type ResourceName = Pick<Resource, 'owner' | 'id'>;

/** Where a registration is kept: at a new place, or where it was. */
export interface Kept extends Pick<Resource, 'place' | 'heardAt'> {
  readonly became: 'told' | 'renewed';
}

/** A registration is no newer than the one that is there, which has this Seq. */
export interface Stale {
  readonly became: 'stale';
  readonly seq: number;
}

/** What became of an Untell: taken back now, taken back before, or nothing was there. */
export type Untold = 'untold' | 'untold before' | 'unknown';

/** The verbs of infogather's registrations of version 1.0 over its store. */
export class ResourceStore {
  readonly #store: Store;
  readonly #reader = new DocumentReader();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Keeps a registration. One that is told again unchanged lives on, with what polls brought; one that had lapsed is
   * told anew. Another text replaces where its Seq is higher; what was heard stays known while the Poll address does.
   */
  tell(resource: Omit<Resource, 'place' | 'heardAt'>): Promise<Kept | Stale> {
    const { owner, id, seq, hash, document, poll = null, teller, toldAt, expiresAt } = resource;
    return this.#store.write((sql) => {
      const before = sql.get<{
        place: number;
        seq: number;
        hash: string;
        poll: string | null;
        heardAt: number | null;
      }>(
        `SELECT place, seq, hash, poll, heard_at AS heardAt FROM resources
         WHERE owner = @owner AND id = @id AND expires_at > @toldAt`,
        { owner, id, toldAt },
      );
      if (before?.hash === hash) {
        const { place } = before;
        sql.run(
          'UPDATE resources SET told_at = @toldAt, expires_at = @expiresAt, teller = @teller WHERE place = @place',
          { toldAt, expiresAt, teller, place },
        );
        return { became: 'renewed', place, heardAt: before.heardAt ?? undefined };
      }
      if (before !== undefined && seq <= before.seq) return { became: 'stale', seq: before.seq };
      sql.run('DELETE FROM resources WHERE owner = @owner AND id = @id', { owner, id });
      const place = nextPlace(sql);
      const heardAt = before?.poll === poll ? before.heardAt : null;
      sql.run(
        `INSERT INTO resources
           (place, owner, id, seq, hash, document, poll, teller, told_at, heard_at, expires_at)
         VALUES (@place, @owner, @id, @seq, @hash, @document, @poll, @teller, @toldAt, @heardAt, @expiresAt)`,
        {
          ...{ place, owner, id, seq, hash, document: printDocument1(document), poll, teller },
          ...{ toldAt, heardAt, expiresAt },
        },
      );
      return { became: 'told', place, heardAt: heardAt ?? undefined };
    });
  }

  /** Takes a live registration back, and remembers that until `until`. */
  untell({ owner, id }: ResourceName, now: number, until: number): Promise<Untold> {
    return this.#store.write((sql) => {
      const gone = sql.run('DELETE FROM resources WHERE owner = @owner AND id = @id AND expires_at > @now', {
        ...{ owner, id, now },
      });
      if (gone === 0) {
        const before = sql.get(
          'SELECT 1 FROM untold_resources WHERE owner = @owner AND id = @id AND expires_at > @now',
          { owner, id, now },
        );
        return before === undefined ? 'unknown' : 'untold before';
      }
      sql.run(
        'INSERT OR REPLACE INTO untold_resources (owner, id, expires_at) VALUES (@owner, @id, @until)',
        {
          ...{ owner, id, until },
        },
      );
      return 'untold';
    });
  }

  /** Records what one poll brought at a moment; those that its answer left out count as not heard from then on. */
  heard(resources: readonly Resource[], leftOut: readonly Resource[], heardAt: number): Promise<void> {
    return this.#store.write((sql) => {
      for (const { place, document, toldAt, expiresAt } of resources) {
        sql.run(
          `UPDATE resources SET document = @document, heard_at = @heardAt, expires_at = @expiresAt
           WHERE place = @place AND told_at = @toldAt AND expires_at > @heardAt`,
          { place, document: printDocument1(document), toldAt, heardAt, expiresAt },
        );
      }
      for (const { place, toldAt } of leftOut) {
        sql.run('UPDATE resources SET heard_at = NULL WHERE place = @place AND told_at = @toldAt', {
          ...{ place, toldAt },
        });
      }
    });
  }

  /** The live registrations after `place`, in the order in which they were told, at most `most` of them. */
  async live(now: number, after: number, most: number): Promise<Resource[]> {
    const rows = await this.#store.read((sql) =>
      sql.all<ResourceRow>(
        `SELECT place, owner, hash, document, teller,
           told_at AS toldAt, heard_at AS heardAt, expires_at AS expiresAt
         FROM resources WHERE place > @after AND expires_at > @now ORDER BY place LIMIT @most`,
        { now, after, most },
      ),
    );
    return rows.map(({ document, heardAt, ...row }) => ({
      ...row,
      ...saidBy(storedDocument(document, this.#reader), row.owner),
      heardAt: heardAt ?? undefined,
    }));
  }

  /** Removes at most `most` of the registrations that have expired, and counts them. */
  expire(now: number, most: number): Promise<number> {
    return this.#store.write((sql) =>
      sql.run(
        `DELETE FROM resources WHERE place IN
           (SELECT place FROM resources WHERE expires_at <= @now ORDER BY expires_at LIMIT @most)`,
        { now, most },
      ),
    );
  }

  /**
   * Forgets at most `most` of the Ids that were taken back so long ago that nobody repeats it, or before the last
   * `kept` of them, and counts those.
   */
  forgetUntold(now: number, kept: number, most: number): Promise<number> {
    return this.#store.write((sql) =>
      sql.run(
        `DELETE FROM untold_resources WHERE (owner, id) IN
           (SELECT owner, id FROM
             (SELECT owner, id, expires_at FROM untold_resources ORDER BY expires_at DESC LIMIT -1 OFFSET @kept)
            UNION SELECT owner, id FROM untold_resources WHERE expires_at <= @now LIMIT @most)`,
        { now, kept, most },
      ),
    );
  }
}

/** Reads back what was checked before it was stored. */
function storedDocument(text: string, reader: DocumentReader): Document1 {
  const reading = reader.readAgain(text);
  const document = 'document' in reading ? reading.document : undefined;
  if (document !== undefined && 'envelope' in document && document.action === 'Tell') return document;
  throw new Error(`the store holds what is no registration: ${text}`);
}
