import { printDocument, type ResourceTell, readDocuments } from '../grammar/index.ts';
import type { Sql, Store } from '../platform/store/store.ts';
import type { Registration } from './registrations.ts';

/** A row of the registrations: `document` is canonical text, times are milliseconds since 1970. */
interface RegistrationRow {
  place: number;
  application: string;
  host: string;
  poll: string | null;
  document: string;
  teller: string;
  toldAt: number;
  heardAt: number | null;
  expiresAt: number;
}

/** The verbs of infogather over its store. */
export class InfogatherStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Keeps a registration; returns its place. What was heard stays known while the Poll address stays the same. One
   * that had lapsed is told anew, and comes last.
   */
  register(
    registration: Omit<Registration, 'place' | 'heardAt' | 'bytes'>,
  ): Promise<Pick<Registration, 'place' | 'heardAt'>> {
    const { application, host, poll = null, document, teller, toldAt, expiresAt } = registration;
    return this.#store.write((sql) => {
      sql.run(
        'DELETE FROM registrations WHERE application = @application AND host = @host AND expires_at <= @toldAt',
        { application, host, toldAt },
      );
      const next = nextPlace(sql);
      const row = sql.get<Pick<RegistrationRow, 'place' | 'heardAt'>>(
        `INSERT INTO registrations (place, application, host, poll, document, teller, told_at, expires_at)
         VALUES (@next, @application, @host, @poll, @document, @teller, @toldAt, @expiresAt)
         ON CONFLICT (application, host) DO UPDATE SET
           poll = excluded.poll, document = excluded.document, teller = excluded.teller,
           told_at = excluded.told_at, expires_at = excluded.expires_at,
           heard_at = CASE WHEN poll IS excluded.poll THEN heard_at END
         RETURNING place, heard_at AS heardAt`,
        { next, application, host, poll, document: printDocument(document), teller, toldAt, expiresAt },
      );
      return { place: row!.place, heardAt: row!.heardAt ?? undefined };
    });
  }

  /**
   * Records what one poll brought at a moment. Those that its
   * answer left out count as not heard from then on.
   */
  heard(
    registrations: readonly Registration[],
    leftOut: readonly Registration[],
    heardAt: number,
  ): Promise<void> {
    return this.#store.write((sql) => {
      for (const registration of registrations) hear(sql, registration, heardAt);
      for (const { place, toldAt, heardAt: before } of leftOut) {
        if (before === undefined) continue;
        sql.run(
          `UPDATE registrations SET heard_at = NULL
           WHERE place = @place AND told_at = @toldAt`,
          { place, toldAt },
        );
      }
    });
  }

  /** The live registrations after `place`, in the order in which they came, at most `most` of them. */
  async live(now: number, after: number, most: number): Promise<Registration[]> {
    const rows = await this.#store.read((sql) =>
      sql.all<RegistrationRow>(
        `SELECT place, application, host, poll, document, teller,
           told_at AS toldAt, heard_at AS heardAt, expires_at AS expiresAt
         FROM registrations WHERE place > @after AND expires_at > @now ORDER BY place LIMIT @most`,
        { now, after, most },
      ),
    );
    return rows.map(registrationOf);
  }

  /** Removes at most `most` of the registrations that have expired, and counts them. */
  expire(now: number, most: number): Promise<number> {
    return this.#store.write((sql) =>
      sql.run(
        `DELETE FROM registrations WHERE place IN
           (SELECT place FROM registrations WHERE expires_at <= @now ORDER BY expires_at LIMIT @most)`,
        { now, most },
      ),
    );
  }
}

/** The next place in the order in which registrations of both versions came. */
export function nextPlace(sql: Sql): number {
  const row = sql.get<{ last: number }>('UPDATE places SET last = last + 1 RETURNING last');
  if (row === undefined) throw new Error('the store counts no places');
  return row.last;
}

function hear(sql: Sql, { place, document, toldAt, expiresAt }: Registration, heardAt: number): void {
  // It may have lapsed, or been told anew, while the poll was under way.
  sql.run(
    `UPDATE registrations SET document = @document, heard_at = @heardAt, expires_at = @expiresAt
     WHERE place = @place AND told_at = @toldAt AND expires_at > @heardAt`,
    { place, document: printDocument(document), toldAt, heardAt, expiresAt },
  );
}

function registrationOf(row: RegistrationRow): Registration {
  return {
    ...row,
    poll: row.poll ?? undefined,
    document: storedDocument(row.document),
    bytes: Buffer.byteLength(row.document),
    heardAt: row.heardAt ?? undefined,
  };
}

/** Reads back what was checked before it was stored. */
function storedDocument(text: string): ResourceTell {
  const [reading] = readDocuments(text);
  const document = reading !== undefined && 'document' in reading ? reading.document : undefined;
  if (document?.language === 'RESOURCE' && document.action === 'Tell') return document;
  throw new Error(`the store holds what is no registration: ${text}`);
}
