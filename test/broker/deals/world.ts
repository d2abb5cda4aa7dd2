import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { addResource } from '../../../broker/agents/store.ts';
import { localAdministrator } from '../../../broker/caller.ts';
import { nanoOf } from '../../../grammar/index.ts';
import { silentLog } from '../../../platform/log.ts';
import { openSqliteStore } from '../../../platform/store/sqlite/open.ts';
import type { CommitLog } from '../../../platform/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../platform/store/store.ts';
import { ManualClock } from '../../support/clock.ts';
import {
  type Answer,
  asked,
  estimateOf,
  hasAgreement,
  type Model,
  type ModelRow,
  type Move,
  rules,
  stepped,
} from './model.ts';
import { type Ids, textOf } from './spoken-moves.ts';
import { faultsOfMoney, giveUsers, openTrade, orphans, said, type Trade, userNamed } from './trade.ts';

const minuteMs = 60_000;
const beginsAt = 1_000_000_000_000;

const settings = {
  price: ['0.06 EUR/cpu-h'],
  'offer-lifetime': rules.offerLife * minuteMs,
  'amend-lifetime': rules.amendLife * minuteMs,
  'deal-margin': rules.margin * minuteMs,
  'counter-rounds': rules.rounds,
};

/** A place that can be gone back to: a store that is closed, and what the model says of it. */
export interface Place {
  readonly folder: string;
  readonly model: Model;
  readonly ids: readonly Ids[];
  /** The agreements under which something runs. */
  readonly busy: ReadonlySet<string>;
  /** How many moves have led here. */
  readonly depth: number;
}

const file = (folder: string) => join(folder, 'broker.db');
const atOnce: CommitLog = {
  sync: (done) => done(null),
  syncHome: (done) => done(null),
  close: async () => {},
};

function openStore(folder: string): Promise<Store> {
  return openSqliteStore({
    file: file(folder),
    migrations: new URL('../../../broker/migrations/', import.meta.url),
    log: silentLog,
    commits: atOnce,
    limits: {
      ...{ groupVerbs: 1_000, groupMs: 1_000, statements: 200, busyMs: 20 },
      ...{ cacheBytes: 4 * 1024 * 1024, journalBytes: 1024 * 1024 },
    },
  });
}

/** Folders of stores, which go when the scope of `await using` is left. */
export class Worlds implements AsyncDisposable {
  readonly #root: string;
  #made = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(): Promise<Worlds> {
    return new Worlds(await mkdtemp(join(tmpdir(), 'ogm-deals-')));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#root, { recursive: true });
  }

  /**
   * A user with so many thousandths of a EUR has asked, and got an Offer; of a node behind which a batch system is to keep
   * what is accepted, where that `reserves`.
   */
  async begin(balance: number, reserves = false): Promise<Place> {
    const folder = this.#folder();
    await mkdir(folder);
    const store = await openStore(folder);
    await giveUsers(store, ['ann'], String(balance / 1000));
    const made = { name: 'node-0', owner: 'local', now: 0, most: 1 };
    if (reserves) await store.write((sql) => addResource(sql, made, { secret: 'secret', until: 0 }));
    const trade = await opened(store, asked(balance, reserves), new Set());
    const ask = [
      'SLA-version: 1.0',
      'Action: Ask',
      'Id: ask',
      'Application: gcc4.0.2',
      'Cpus: 2',
      'Walltime: 10 min',
      ...(reserves ? [`Start: ${new Date(beginsAt).toISOString()}`] : []),
    ];
    const reply = await trade.say(userNamed('ann'), ask.join('\n'));
    expect(reply.action).to.equal('Offer');
    await trade.stop();
    await store.close();
    const ids = [{ offer: said(reply, 'Id') ?? '', agreement: undefined }];
    return { folder, model: asked(balance, reserves), ids, busy: new Set(), depth: 0 };
  }

  /** Does a move twice in a copy of a place, and says where that leads; what is not as the model says throws. */
  async after(place: Place, move: Move): Promise<Place> {
    const folder = this.#folder();
    await cp(place.folder, folder, { recursive: true });
    return doneIn({ ...place, folder }, move);
  }

  #folder(): string {
    this.#made += 1;
    return join(this.#root, String(this.#made));
  }
}

/** The same in the place itself, which is there no more then. */
export async function doneIn(place: Place, move: Move): Promise<Place> {
  const { model, answer } = stepped(place.model, move);
  const what = JSON.stringify({ from: place.model, move });
  const busy = new Set(place.busy);
  const id = place.ids[move.kind === 'wait' ? 0 : move.row]?.agreement ?? '';
  if (move.kind === 'work-begins') busy.add(id);
  if (move.kind === 'work-ends') busy.delete(id);
  const store = await openStore(place.folder);
  try {
    // What falls due while nobody looks lapses at the start.
    const trade = await opened(store, model, busy);
    if (move.kind === 'kept' || move.kind === 'not-kept')
      await heard(trade, store, place.ids[move.row]?.offer ?? '', move.kind === 'kept');
    if (move.kind === 'work-ends') await store.write((sql) => trade.deals.settleIn(sql, id, msOf(model.now)));
    const word = `m-${place.depth}`;
    const ids = answer === undefined ? place.ids : await spoken(trade, place.ids, move, answer, word, what);
    await expectSame(trade, store, model, ids, what);
    await trade.stop();
    return { folder: place.folder, model, ids, busy, depth: place.depth + 1 };
  } finally {
    await store.close();
  }
}

/**
 * Opens the same once more: nothing is otherwise for that. Then what changes nothing by the model is said there, one after
 * the other, and nothing is otherwise.
 */
export async function expectReopened(
  { folder, model, ids, busy }: Place,
  idle: readonly Move[] = [],
): Promise<void> {
  const store = await openStore(folder);
  try {
    const trade = await opened(store, model, busy);
    await expectSame(trade, store, model, ids, `reopened ${JSON.stringify(model)}`);
    for (const [index, move] of idle.entries()) {
      const { answer } = stepped(model, move);
      const what = JSON.stringify({ in: model, move });
      if (answer !== undefined) await spoken(trade, ids, move, answer, `idle-${index}`, what);
    }
    if (idle.length > 0)
      await expectSame(trade, store, model, ids, `after idle moves ${JSON.stringify(model)}`);
    await trade.stop();
  } finally {
    await store.close();
  }
}

function opened(
  store: Store,
  { now, reserves }: Pick<Model, 'now' | 'reserves'>,
  busy: ReadonlySet<string>,
): Promise<Trade> {
  const nodes = { 'node-0': 64 };
  return openTrade({ store, clock: new ManualClock(msOf(now)), nodes, settings, busy, reserves });
}

/** The agent of the node says what its batch system has answered. */
async function heard({ deals }: Trade, store: Store, offer: string, isKept: boolean): Promise<void> {
  const done = await store.write((sql) => {
    const said = isKept
      ? { state: 'kept', handle: 'there', reason: null }
      : { state: 'refused', handle: null, reason: 'it is full' };
    sql.run(
      `UPDATE reservations SET state = @state, handle = @handle, reason = @reason
       WHERE deal = (SELECT deal FROM deals WHERE offer = @offer)`,
      { ...said, offer },
    );
    return deals.reserving.heard(sql);
  });
  done();
}

/** Says a document twice: it is answered as the model says, and then as before. */
async function spoken(
  trade: Trade,
  ids: readonly Ids[],
  move: Move,
  answer: Answer,
  id: string,
  what: string,
): Promise<readonly Ids[]> {
  if (!('by' in move)) throw new Error('nobody says this');
  const speaker = move.by === 'user' ? userNamed('ann') : localAdministrator;
  const of = ids[move.row];
  if (of === undefined) throw new Error('there is no such Offer');
  const text = textOf(move, of, id);
  const reply = await trade.say(speaker, text);
  const found: Answer = {
    action: reply.action,
    ...(answer.word === undefined ? {} : { word: said(reply, 'Reason')?.split(' ')[0] }),
    ...(answer.state === undefined ? {} : { state: said(reply, 'State') as Answer['state'] }),
  };
  expect(found, what).to.deep.equal(JSON.parse(JSON.stringify(answer)));
  expect((await trade.say(speaker, text)).text, `again: ${what}`).to.equal(reply.text);
  if (reply.action === 'Offer') return [...ids, { offer: said(reply, 'Id') ?? '', agreement: undefined }];
  if (move.kind !== 'Accept' || reply.action === 'Decline') return ids;
  const agreement = said(reply, reply.action === 'Agreement' ? 'Id' : 'Agreement');
  return ids.with(move.row, { ...of, agreement });
}

/** All that the broker shows is what the model says, and nothing is held or in escrow for nothing. */
async function expectSame(
  { deals, ledger }: Trade,
  store: Store,
  model: Model,
  ids: readonly Ids[],
  what: string,
): Promise<void> {
  const user = userNamed('ann');
  const rows = await Promise.all(ids.map(async ({ offer }) => shown(await deals.get(user, offer))));
  expect(rows, what).to.deep.equal(model.rows.map(expected));
  const [account] = await ledger.accounts('ann');
  expect(nanoOf(account?.balance ?? ''), what).to.equal(BigInt(model.balance) * 1_000_000n);
  const faults = await store.read((sql) => [...faultsOfMoney(sql), ...orphans(sql)]);
  expect(faults, what).to.deep.equal([]);
}

function shown(view: Awaited<ReturnType<Trade['deals']['get']>>) {
  const { state, agreement, estimate, amendment, untilAt } = view;
  return {
    state,
    hasAgreement: agreement !== null,
    estimate: Number(estimate),
    untilAt,
    amend: amendment === null ? null : { by: amendment.by, expiresAt: amendment.expiresAt },
    isHeld: view.slots.length > 0,
  };
}

function expected(row: ModelRow): ReturnType<typeof shown> {
  const { state, minutes, untilAt, amend } = row;
  return {
    state,
    hasAgreement: hasAgreement(row),
    estimate: estimateOf(minutes) / 1000,
    untilAt: msOf(untilAt),
    amend: amend === undefined ? null : { by: amend.by, expiresAt: msOf(amend.expiresAt) },
    isHeld: ['open', 'accepting', 'active', 'ending'].includes(state),
  };
}

function msOf(minutes: number): number {
  return beginsAt + minutes * minuteMs;
}
