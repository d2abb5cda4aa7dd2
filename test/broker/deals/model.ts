import { type DealMove, type DealState, type DealVerb, dealMoves } from '../../../protocol/deals/states.ts';

/** Whose word a move is. */
export type Side = 'user' | 'broker';

/** One thing that happens: a document of one of two clients, work that begins or ends, what a batch system says, or time that passes. */
export type Move =
  | {
      readonly kind: 'Counter' | 'Accept' | 'Reject' | 'Cancel' | 'Complete';
      readonly by: Side;
      readonly row: number;
    }
  | { readonly kind: 'Amend'; readonly by: Side; readonly row: number; readonly minutes: number }
  | { readonly kind: 'Terminate'; readonly by: Side; readonly row: number }
  | { readonly kind: 'accept-amend' | 'reject-amend'; readonly by: Side; readonly row: number }
  | { readonly kind: 'work-begins' | 'work-ends' | 'kept' | 'not-kept'; readonly row: number }
  | { readonly kind: 'wait' };

/** What a document is answered with: its Action, the word of its Reason, its State. */
export interface Answer {
  readonly action: string;
  readonly word?: string | undefined;
  readonly state?: DealState | undefined;
}

/** One Offer and what became of it. Moments in minutes from the beginning. */
export interface ModelRow {
  readonly state: DealState;
  readonly isBusy: boolean;
  readonly startsAt: number;
  readonly expiresAt: number;
  readonly untilAt: number;
  /** When a batch system was asked to keep room for it. */
  readonly askedAt?: number;
  /** The Walltime that is agreed. */
  readonly minutes: number;
  readonly endsAs?: 'terminated' | 'completed';
  readonly amend?: { readonly by: Side; readonly minutes: number; readonly expiresAt: number };
}

/** All that one Ask has led to. */
export interface Model {
  readonly now: number;
  /** What the user has, in thousandths of a EUR. */
  readonly balance: number;
  /** Whether a batch system must keep room first for what is accepted. */
  readonly reserves: boolean;
  readonly rows: readonly ModelRow[];
}

/** How the broker is set, in minutes. */
export const rules = { offerLife: 2, amendLife: 4, margin: 5, rounds: 2, walltime: 10, answer: 2 } as const;

/** What so many minutes come to at most, in thousandths of a EUR: 2 cpus at 0.06 EUR/cpu-h. */
export const estimateOf = (minutes: number) => 2 * minutes;

/** After an Ask that was answered by an Offer. */
export function asked(balance: number, reserves: boolean): Model {
  return { now: 0, balance, reserves, rows: [offer(0)] };
}

function offer(now: number): ModelRow {
  const { offerLife, walltime, margin } = rules;
  return {
    ...{ state: 'open', isBusy: false, startsAt: now, expiresAt: now + offerLife },
    ...{ untilAt: now + walltime + margin, minutes: walltime },
  };
}

interface Step {
  readonly model: Model;
  /** Undefined where nobody said anything. */
  readonly answer: Answer | undefined;
}

/** The deal as the table of moves has it after a move. */
export function stepped(model: Model, move: Move): Step {
  if (move.kind === 'wait') return { model: waited(model), answer: undefined };
  const row = model.rows[move.row];
  if (row === undefined) throw new Error('there is no such Offer');
  switch (move.kind) {
    case 'work-begins':
      return { model: put(model, move.row, { ...row, isBusy: true }), answer: undefined };
    case 'work-ends':
      return { model: settled(put(model, move.row, { ...row, isBusy: false }), move.row), answer: undefined };
    case 'kept':
      return {
        model: put(model, move.row, { ...row, state: toOf(row.state, 'reserved') }),
        answer: undefined,
      };
    case 'not-kept':
      return { model: unkept(model, move.row, row), answer: undefined };
    case 'Amend':
      return amend(model, move, row);
    case 'accept-amend':
    case 'reject-amend':
      return answerAmend(model, move, row);
    default:
      return moved(model, move.row, row, move.kind, move.by);
  }
}

/** Whether the model can do a move at all: what nobody could say, or what does not happen by itself, is left out. */
export function isPossible({ rows }: Model, move: Move): boolean {
  if (move.kind === 'wait') return rows.some((row) => dueOf(row) !== undefined);
  const row = rows[move.row];
  if (row === undefined) return false;
  if (move.kind === 'work-begins') return row.state === 'active' && !row.isBusy;
  if (move.kind === 'work-ends') return row.isBusy;
  if (move.kind === 'kept' || move.kind === 'not-kept') return row.state === 'accepting';
  return true;
}

function moved(model: Model, index: number, row: ModelRow, verb: DealVerb, by: Side): Step {
  const next = inTable(row.state, verb, by, acceptedAs(model, verb));
  if (next === undefined) return declined(model, row, 'too-late');
  const turned = { ...row, state: next.to };
  switch (verb) {
    case 'Counter': {
      if (model.rows.length > rules.rounds) return declined(model, row, 'policy');
      const rows = [...put(model, index, turned).rows, offer(model.now)];
      return { model: { ...model, rows }, answer: { action: 'Offer' } };
    }
    case 'Accept': {
      const cost = estimateOf(row.minutes);
      if (model.balance < cost) return declined(model, row, 'funds');
      const paid = { ...model, balance: model.balance - cost };
      if (!model.reserves)
        return { model: put(paid, index, turned), answer: { action: 'Agreement', state: next.to } };
      const after = put(paid, index, { ...turned, askedAt: model.now });
      return { model: after, answer: { action: 'Ack', state: next.to } };
    }
    case 'Terminate':
    case 'Complete': {
      const after = ended(model, index, turned, verb === 'Terminate' ? 'terminated' : 'completed');
      return { model: after, answer: { action: 'Ack', state: after.rows[index]?.state } };
    }
    default:
      return { model: put(model, index, turned), answer: { action: 'Ack', state: next.to } };
  }
}

function amend(model: Model, { by, row: index, minutes }: Move & { kind: 'Amend' }, row: ModelRow): Step {
  if (row.state !== 'active' || row.amend !== undefined) return declined(model, row, 'too-late');
  const untilAt = row.startsAt + minutes + rules.margin;
  if (untilAt <= model.now || minutes === row.minutes) return declined(model, row, 'invalid');
  if (by === 'user' && minutes < row.minutes)
    return { model: agreed(model, index, row, minutes), answer: { action: 'Accept', state: 'active' } };
  const expiresAt = Math.min(model.now + rules.amendLife, row.untilAt, untilAt);
  const after = put(model, index, { ...row, amend: { by, minutes, expiresAt } });
  return { model: after, answer: { action: 'Ack', state: 'active' } };
}

function answerAmend(
  model: Model,
  { kind, by, row: index }: Move & { kind: 'accept-amend' | 'reject-amend' },
  row: ModelRow,
): Step {
  const { amend: open } = row;
  if (row.state !== 'active' || open === undefined || open.by === by) return declined(model, row, 'too-late');
  if (kind === 'reject-amend')
    return { model: put(model, index, without(row)), answer: { action: 'Ack', state: 'active' } };
  if (estimateOf(open.minutes) - estimateOf(row.minutes) > model.balance)
    return declined(model, row, 'funds');
  const after = agreed(model, index, without(row), open.minutes);
  return { model: after, answer: { action: 'Agreement', state: 'active' } };
}

function agreed(model: Model, index: number, row: ModelRow, minutes: number): Model {
  const balance = model.balance - estimateOf(minutes) + estimateOf(row.minutes);
  const untilAt = row.startsAt + minutes + rules.margin;
  return put({ ...model, balance }, index, { ...row, minutes, untilAt });
}

function ended(model: Model, index: number, row: ModelRow, endsAs: 'terminated' | 'completed'): Model {
  return settled(put(model, index, { ...without(row), endsAs }), index);
}

/** What ends and has nothing running is over: what was not charged is back. */
function settled(model: Model, index: number): Model {
  const row = model.rows[index];
  if (row?.state !== 'ending' || row.isBusy || row.endsAs === undefined) return model;
  const next = inTable('ending', 'settled', 'itself', row.endsAs);
  if (next === undefined) return model;
  const balance = model.balance + estimateOf(row.minutes);
  return put({ ...model, balance }, index, { ...row, state: next.to });
}

/** Time passes until something is due, and with it all that is due then. */
function waited(model: Model): Model {
  const now = Math.min(...model.rows.map((row) => dueOf(row) ?? Number.POSITIVE_INFINITY));
  let after: Model = { ...model, now };
  for (const [index, row] of model.rows.entries()) {
    if (row.amend !== undefined && row.amend.expiresAt <= now) after = put(after, index, without(row));
    const current = after.rows[index] ?? row;
    if (current.state === 'open' && current.expiresAt <= now)
      after = put(after, index, { ...current, state: toOf('open', 'lapse') });
    if (current.state === 'accepting' && (dueOf(current) ?? now) <= now)
      after = unkept(after, index, current);
    if (current.state === 'active' && current.untilAt <= now)
      after = ended(after, index, { ...current, state: toOf('active', 'until') }, 'completed');
  }
  return after;
}

/** No batch system keeps it: what was held and in escrow is back. */
function unkept(model: Model, index: number, row: ModelRow): Model {
  const balance = model.balance + estimateOf(row.minutes);
  return put({ ...model, balance }, index, { ...row, state: toOf(row.state, 'refused') });
}

function dueOf({ state, expiresAt, untilAt, askedAt = 0, amend: open }: ModelRow): number | undefined {
  if (state === 'open') return expiresAt;
  if (state === 'accepting') return askedAt + rules.answer;
  if (state === 'active') return Math.min(untilAt, open?.expiresAt ?? untilAt);
  return undefined;
}

function declined(model: Model, { state }: ModelRow, word: string): Step {
  return { model, answer: { action: 'Decline', word, state } };
}

function inTable(
  state: DealState,
  verb: DealVerb,
  by: Side | 'itself',
  to?: DealState,
): DealMove | undefined {
  return dealMoves.find(
    (move) =>
      move.from === state &&
      move.verb === verb &&
      (move.by === by || (move.by === 'either' && by !== 'itself')) &&
      (to === undefined || move.to === to),
  );
}

/** Of the two ways in which an Offer may be accepted, the one that there is. */
function acceptedAs({ reserves }: Model, verb: DealVerb): DealState | undefined {
  if (verb !== 'Accept') return undefined;
  return reserves ? 'accepting' : 'active';
}

function toOf(state: DealState, verb: DealVerb): DealState {
  const next = inTable(state, verb, 'itself');
  if (next === undefined) throw new Error(`the table has no ${verb} of what is ${state}`);
  return next.to;
}

/** Whether an Agreement has its Id: from Accept on. */
export function hasAgreement({ state }: ModelRow): boolean {
  return !['open', 'declined', 'countered', 'rejected', 'withdrawn', 'lapsed'].includes(state);
}

function put(model: Model, index: number, row: ModelRow): Model {
  return { ...model, rows: model.rows.with(index, row) };
}

function without({ amend: _, ...row }: ModelRow): ModelRow {
  return row;
}
