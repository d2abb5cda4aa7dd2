import type { Document1 } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import type { UserCaller } from '../caller.ts';
import { Declined, declinedBy } from './declined.ts';
import { declines } from './replies.ts';
import type { DealRow } from './rows.ts';
import { documentsOf, findDeal, keepSaid, type Said, saidBefore } from './store.ts';

/** A document of a user that is answered and kept. */
export interface Sent {
  readonly document: Document1;
  readonly id: string;
  /** Of its text. */
  readonly digest: string;
  readonly user: UserCaller;
}

/** What a verb makes of a document. */
export interface Outcome {
  readonly row: DealRow;
  readonly reply: Written;
  /** What is to be done once it is on disk. */
  readonly after?: readonly (() => void)[] | undefined;
}

/** What ends a deal, once for each: it is taken however much is kept already, or nobody could end what costs them. */
const ends: ReadonlySet<Document1['action']> = new Set(['Reject', 'Cancel', 'Terminate', 'Complete']);

export interface SaidOnceParts {
  readonly store: Store;
  /** How many documents of one owner are kept. */
  readonly mostEach: number;
  /** To be called once what was made of a document is on disk. */
  readonly done: (outcome: Outcome) => void;
  readonly clock: Clock;
}

/**
 * Answers each document of an owner once for its Id: the answer is kept in the verb that makes it, and is the answer
 * whenever the same is said again. What is declined leaves nothing behind but its answer.
 */
export class SaidOnce {
  readonly #parts: SaidOnceParts;

  constructor(parts: SaidOnceParts) {
    this.#parts = parts;
  }

  /** What was answered to it before; nothing where it is new. `also` is done in the same query. */
  before(sent: Sent, also: (sql: Sql) => void): Promise<Written | undefined> {
    return this.#parts.store.read((sql) => {
      also(sql);
      const said = saidBefore(sql, sent.user.owner, sent.id);
      return said && repeated(said, sent);
    });
  }

  /** Answers a document by what a verb makes of it, which may throw Declined, or a Refusal of the bank or of nodes. */
  async answer(sent: Sent, verb: (sql: Sql, now: number) => Outcome): Promise<Written> {
    const { store, clock, done, mostEach } = this.#parts;
    const now = clock.now();
    try {
      const made = await store.write((sql) => {
        const said = saidBefore(sql, sent.user.owner, sent.id);
        if (said !== undefined) return { reply: repeated(said, sent) };
        if (!this.#hasRoom(sql, sent) && !ends.has(sent.document.action)) {
          const text = `${mostEach} documents of your deals are kept already; say more tomorrow`;
          throw new Declined('policy', text);
        }
        const outcome = verb(sql, now);
        keep(sql, sent, outcome.row, outcome.reply, now);
        return outcome;
      });
      if ('row' in made) done(made);
      return made.reply;
    } catch (error) {
      const declined = declinedBy(error);
      if (declined === undefined) throw error;
      return this.#decline(sent, declined, now);
    }
  }

  /** What names no deal of theirs is not kept: there is no end of it. */
  #decline(sent: Sent, { word, message, about }: Declined, now: number): Promise<Written> {
    const { document, id, user } = sent;
    return this.#parts.store.write((sql) => {
      const said = saidBefore(sql, user.owner, id);
      if (said !== undefined) return repeated(said, sent);
      const row = word === 'not-found' ? undefined : dealOf(sql, document, user);
      const named = row === undefined ? {} : { offer: row.offer, agreement: row.agreement, state: row.state };
      const reply = declines(id, word, message, { ...named, ...about });
      const isKept = row !== undefined || document.action === 'Ask';
      if (isKept && this.#hasRoom(sql, sent)) keep(sql, sent, row, reply, now);
      return reply;
    });
  }

  #hasRoom(sql: Sql, { user }: Sent): boolean {
    return documentsOf(sql, user.owner) < this.#parts.mostEach;
  }
}

/** The Id that a document names: of an Offer or Agreement, or of what it answers. */
export function namedBy({ deal, envelope }: Document1): string {
  return deal?.agreement ?? deal?.offer ?? envelope.inReplyTo ?? '';
}

/** The deal that a document names, as far as who says it has to do with it. */
export function dealOf(
  sql: Sql,
  document: Document1,
  { owner, isAdministrator }: UserCaller,
): DealRow | undefined {
  return findDeal(sql, isAdministrator ? undefined : owner, namedBy(document));
}

function keep(
  sql: Sql,
  { user, id, digest }: Sent,
  row: DealRow | undefined,
  reply: Written,
  now: number,
): void {
  keepSaid(sql, { owner: user.owner, id, digest, deal: row?.deal ?? null }, [reply], now);
}

/** What was answered before, where the same is said again. */
function repeated({ digest, answer }: Said, { id, digest: now }: Sent): Written {
  const [reply] = answer;
  if (digest === now && reply !== undefined) return reply;
  return declines(id, 'id-reused', `${id} was the Id of another document of yours`);
}
