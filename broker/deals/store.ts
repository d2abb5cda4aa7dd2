import type { Header } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { DealState, DealVerb } from '../../protocol/deals/states.ts';
import { noteDeal } from './events.ts';
import { amountsJson, type DealRow, dealColumns, dealOfRow, placesJson, type RawDeal } from './rows.ts';

/** What of a row is written when it begins. */
export type Begun = Pick<
  DealRow,
  | 'offer'
  | 'owner'
  | 'askId'
  | 'ask'
  | 'negotiation'
  | 'rounds'
  | 'application'
  | 'tell'
  | 'terms'
  | 'amounts'
  | 'slots'
  | 'places'
  | 'price'
  | 'currency'
  | 'estimate'
  | 'createdAt'
  | 'expiresAt'
  | 'startsAt'
  | 'deadlineAt'
  | 'untilAt'
  | 'cpuHours'
  | 'reasonWord'
  | 'reasonText'
> & { readonly state: 'open' | 'declined' };

/** What of a row may be changed by a move, or between two. */
export type Changed = Partial<
  Pick<
    DealRow,
    | 'agreement'
    | 'rounds'
    | 'terms'
    | 'amounts'
    | 'slots'
    | 'places'
    | 'acceptedBy'
    | 'price'
    | 'currency'
    | 'estimate'
    | 'expiresAt'
    | 'startsAt'
    | 'deadlineAt'
    | 'untilAt'
    | 'endsAs'
    | 'cpuHours'
    | 'reasonWord'
    | 'reasonText'
    | 'short'
    | 'reservation'
  >
>;

/** What is told of a move to who follows the deal. */
export interface Telling {
  /** What the broker says of it, of the row as it is then. */
  readonly document?: ((row: DealRow) => Written) | undefined;
  /** Why, for people. */
  readonly text?: string | undefined;
}

/** A deal by the Id of its Offer or Decline, or of its Agreement; of an owner, or of anybody where that is undefined. */
export function findDeal(sql: Sql, owner: string | undefined, id: string): DealRow | undefined {
  const raw = sql.get<RawDeal>(`SELECT ${dealColumns} FROM deals WHERE offer = @id OR agreement = @id`, {
    id,
  });
  return raw === undefined || (owner !== undefined && raw.owner !== owner) ? undefined : dealOfRow(raw);
}

export function dealByKey(sql: Sql, deal: number): DealRow {
  const raw = sql.get<RawDeal>(`SELECT ${dealColumns} FROM deals WHERE deal = @deal`, { deal });
  if (raw === undefined) throw new Error(`deal ${deal} is gone within its verb`);
  return dealOfRow(raw);
}

/** Keeps a new Offer or Decline, and tells of it. */
export function beginDeal(sql: Sql, begun: Begun, document: (row: DealRow) => Written): DealRow {
  const deal = sql.insert(
    `INSERT INTO deals (offer, owner, state, ask_id, ask, negotiation, rounds, application, tell, terms, amounts, slots,
       places, price, currency, estimate, created_at, expires_at, starts_at, deadline_at, until_at, ended_at, cpu_hours,
       reason_word, reason_text)
     VALUES (@offer, @owner, @state, @askId, @ask, @negotiation, @rounds, @application, @tell, @terms, @amounts, @slots,
       @places, @price, @currency, @estimate, @createdAt, @expiresAt, @startsAt, @deadlineAt, @untilAt, @endedAt,
       @cpuHours, @reasonWord, @reasonText)`,
    {
      ...begun,
      ask: JSON.stringify(begun.ask),
      terms: JSON.stringify(begun.terms),
      amounts: amountsJson(begun.amounts),
      places: placesJson(begun.places),
      // Nothing is held for a Decline.
      endedAt: begun.state === 'declined' ? begun.createdAt : null,
    },
  );
  if (begun.negotiation === null)
    sql.run('UPDATE deals SET negotiation = @deal WHERE deal = @deal', { deal });
  const text = begun.reasonWord === null ? null : `${begun.reasonWord} ${begun.reasonText}`;
  return noted(sql, dealByKey(sql, deal), begun.createdAt, 'state', text, document);
}

/** Makes a move: whether it is one that may be is for the store to say. Returns the row as it is then. */
export function moveDeal(
  sql: Sql,
  row: DealRow,
  { verb, to }: { readonly verb: DealVerb; readonly to: DealState },
  now: number,
  changed: Changed = {},
  { document, text }: Telling = {},
): DealRow {
  update(sql, row, { ...changed, state: to, verb, endedAt: isUnderWay(to) ? null : now });
  return noted(sql, dealByKey(sql, row.deal), now, 'state', text ?? null, document);
}

/** Changes a row, and tells nobody. */
export function changeDeal(sql: Sql, row: Pick<DealRow, 'deal'>, changed: Omit<Changed, 'endsAs'>): void {
  update(sql, row, changed);
}

/** Tells who follows a deal what happened to it. Returns the row with the cursor of that. */
export function noteOf(
  sql: Sql,
  row: DealRow,
  now: number,
  kind: 'amend' | 'short' | 'whole' | 'bill' | 'charge',
  { document, text }: Telling = {},
): DealRow {
  return noted(sql, row, now, kind, text ?? null, document);
}

/** What was said under an Id before, and what answered it. */
export interface Said {
  readonly digest: string;
  readonly answer: readonly Written[];
}

export function saidBefore(sql: Sql, owner: string, id: string): Said | undefined {
  const row = sql.get<{ digest: string; answer: string }>(
    'SELECT digest, answer FROM deal_documents WHERE owner = @owner AND id = @id',
    { owner, id },
  );
  if (row === undefined) return undefined;
  const answer = (JSON.parse(row.answer) as Header[][]).map((headers) => ({ headers }));
  return { digest: row.digest, answer };
}

/** How many documents of an owner are kept. */
export function documentsOf(sql: Sql, owner: string): number {
  return (
    sql.get<{ n: number }>('SELECT documents AS n FROM deal_owners WHERE owner = @owner', { owner })?.n ?? 0
  );
}

export function keepSaid(
  sql: Sql,
  of: { readonly owner: string; readonly id: string; readonly digest: string; readonly deal: number | null },
  answer: readonly Written[],
  now: number,
): void {
  sql.run(
    `INSERT INTO deal_documents (owner, id, digest, deal, at, answer)
     VALUES (@owner, @id, @digest, @deal, @now, @answer)`,
    { ...of, now, answer: JSON.stringify(answer.map(({ headers }) => headers)) },
  );
}

function noted(
  sql: Sql,
  row: DealRow,
  at: number,
  kind: Parameters<typeof noteDeal>[1]['kind'],
  text: string | null,
  document: Telling['document'],
): DealRow {
  const { deal, owner, offer, agreement, state } = row;
  const said = document?.(row);
  const cursor = noteDeal(sql, { at, deal, owner, offer, agreement, kind, state, text, document: said });
  sql.run('UPDATE deals SET cursor = @cursor WHERE deal = @deal', { cursor, deal });
  return { ...row, cursor };
}

/** Whether something is held, reserved or running. */
function isUnderWay(state: DealState): boolean {
  return state === 'open' || state === 'accepting' || state === 'active' || state === 'ending';
}

/** What an UPDATE may write. */
type Update = Changed & Partial<Pick<DealRow, 'state' | 'verb' | 'endedAt'>>;

function update(sql: Sql, { deal }: Pick<DealRow, 'deal'>, changed: Update): void {
  const names = (Object.keys(columnOf) as (keyof Update)[]).filter((name) => changed[name] !== undefined);
  if (names.length === 0) return;
  const set = names.map((name) => `${columnOf[name]} = @${name}`).join(', ');
  const values = Object.fromEntries(names.map((name) => [name, sqlOf(name, changed)]));
  sql.run(`UPDATE deals SET ${set} WHERE deal = @deal`, { deal, ...values });
}

const columnOf: Readonly<Record<keyof Update, string>> = {
  state: 'state',
  verb: 'verb',
  endedAt: 'ended_at',
  endsAs: 'ends_as',
  agreement: 'agreement',
  rounds: 'rounds',
  terms: 'terms',
  amounts: 'amounts',
  slots: 'slots',
  places: 'places',
  acceptedBy: 'accepted_by',
  price: 'price',
  currency: 'currency',
  estimate: 'estimate',
  expiresAt: 'expires_at',
  startsAt: 'starts_at',
  deadlineAt: 'deadline_at',
  untilAt: 'until_at',
  cpuHours: 'cpu_hours',
  reasonWord: 'reason_word',
  reasonText: 'reason_text',
  short: 'short',
  reservation: 'reservation',
};

function sqlOf(name: keyof Update, changed: Update): string | number | null {
  const { terms, amounts, places, short } = changed;
  if (name === 'terms') return JSON.stringify(terms);
  if (name === 'amounts' && amounts !== undefined) return amountsJson(amounts);
  if (name === 'places' && places !== undefined) return placesJson(places);
  if (name === 'short') return Number(short);
  return changed[name] as string | number | null;
}
