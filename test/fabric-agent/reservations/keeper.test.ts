import { expect } from 'chai';
import type {
  Reservation,
  ReservationAttendant,
  Reservations,
  ReserveOrder,
} from '../../../fabric-agent/back-ends/reservations.ts';
import { ReservationKeeper } from '../../../fabric-agent/reservations/keeper.ts';
import { silentLog } from '../../../platform/log.ts';
import { type Reserved, reserved } from '../../../protocol/agent/reservations.ts';
import { ManualClock } from '../../support/clock.ts';

/** A back end that keeps what it is told to, in memory. */
class Kept implements Reservations {
  there: Reservation[] = [];
  refuses: string | undefined;
  /** What it is asked goes well, and nobody hears of it. */
  losesAnswers = false;
  attendant: ReservationAttendant | undefined;
  #last = 0;

  attend(attendant: ReservationAttendant): void {
    this.attendant = attendant;
  }

  async list(): Promise<readonly Reservation[]> {
    return [...this.there];
  }

  async reserve({ id, startMs, endMs }: ReserveOrder): Promise<Reservation | { readonly refused: string }> {
    if (this.refuses !== undefined) return { refused: this.refuses };
    this.#last += 1;
    const made = { id, handle: String(this.#last), startMs, endMs };
    this.there.push(made);
    if (this.losesAnswers) throw new Error('nobody heard it');
    return made;
  }

  async release({ handle }: Reservation): Promise<void> {
    if (this.losesAnswers) throw new Error('it does not answer');
    this.there = this.there.filter((one) => one.handle !== handle);
  }
}

const always = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
const other = 'b0123456789abcdef-';

describe('the keeper of reservations', () => {
  let clock: ManualClock;
  let kept: Kept;
  let said: [string, Reserved][];
  let keeper: ReservationKeeper;
  let wake: () => void;

  beforeEach(() => {
    clock = new ManualClock();
    kept = new Kept();
    said = [];
    wake = () => {};
    open(['', other]);
  });

  afterEach(() => keeper.stop());

  function open(marks: readonly string[], reservations: Reservations | undefined = kept): void {
    keeper = new ReservationKeeper({
      ...{ backEnd: { reservations }, marks, mostSlots: 10, aheadMs: 1_000_000, clock, log: silentLog },
      send: (mark, message) => {
        said.push([mark, message]);
        wake();
      },
    });
  }

  const want = (mark: string, version: number, ids: readonly string[], slots = 2, lastsMs = 600_000) =>
    keeper.want(mark, {
      type: 'reservations',
      version,
      wanted: ids.map((id) => ({ id, startMs: clock.now(), endMs: clock.now() + lastsMs, slots })),
    });

  async function answer(count = said.length + 1): Promise<Reserved> {
    while (said.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return said[count - 1]![1];
  }

  const ids = () => kept.there.map(({ id }) => id).sort();

  it('keeps what brokers want, each by names of its own, and says how it is', async () => {
    want('', 1, ['a']);
    expect(await answer()).to.deep.include({
      version: 1,
      kept: [{ id: 'a', handle: '1' }],
      refused: [],
      left: [],
    });
    want(other, 1, ['a']);
    await answer(2);
    expect(ids()).to.deep.equal(['a', `${other}a`]);
    expect(said[1]).to.deep.equal([
      other,
      { type: 'reserved', version: 1, kept: [{ id: 'a', handle: '2' }], refused: [], left: [] },
    ]);
    want('', 2, []);
    expect((await answer(3)).kept).to.deep.equal([]);
    expect(ids()).to.deep.equal([`${other}a`]);
  });

  it('lets go at its start of what no broker owns, and waits for the word of those that may', async () => {
    kept.there = [
      { id: 'mine', handle: '7', ...always },
      { id: 'b9999999999999999-gone', handle: '8', ...always },
    ];
    await keeper.start();
    while (kept.there.length > 1) await clock.advance(1);
    expect(ids()).to.deep.equal(['mine']);
    want('', 1, []);
    await answer();
    expect(ids()).to.deep.equal([]);
  });

  it('finds what was kept though nobody heard it, and keeps it no second time', async () => {
    kept.losesAnswers = true;
    want('', 1, ['a']);
    expect((await answer()).kept).to.deep.equal([{ id: 'a', handle: '1' }]);
    want('', 2, []);
    expect((await answer(2)).left, 'not let go yet').to.deep.equal(['a']);
    kept.losesAnswers = false;
    await clock.advance(60_000);
    expect((await answer(3)).left).to.deep.equal([]);
    expect(ids()).to.deep.equal([]);
  });

  it('says what brokers take for a message, whatever else is there', async () => {
    kept.there = [{ id: 'TRIAL', handle: '5', ...always }];
    for (let number = 0; number < 1100; number += 1)
      kept.there.push({ id: `r${number}`, handle: 'h', ...always });
    kept.losesAnswers = true;
    want('', 1, []);
    const message = await answer();
    expect(reserved.safeParse(message).error).to.equal(undefined);
    expect(message.left).to.include('r0').and.not.to.include('TRIAL');
    kept.losesAnswers = false;
    await clock.advance(60_000);
    while (kept.there.length > 0) await clock.advance(1);
  });

  it('makes anew what is there no more, and has once what is there twice', async () => {
    want('', 1, ['a']);
    await answer();
    kept.there = [];
    await clock.advance(60_000);
    expect((await answer(2)).kept).to.deep.equal([{ id: 'a', handle: '2' }]);
    kept.there.push({ id: 'a', handle: '9', ...always });
    await clock.advance(60_000);
    while (kept.there.length > 1) await clock.advance(1);
    expect(kept.there.map(({ handle }) => handle)).to.deep.equal(['2']);
  });

  it('makes it anew at once where a task has missed it, unless that was refused', async () => {
    await keeper.start();
    expect(kept.attendant?.isWanted('a'), 'its broker has not said').to.equal(true);
    want('', 1, ['a']);
    await answer();
    kept.there = [];
    const looked = kept.attendant?.missed();
    expect(said).to.have.length(1);
    await looked;
    expect(said, 'its broker hears first what has become of it').to.have.length(2);
    expect((await answer(2)).kept).to.deep.equal([{ id: 'a', handle: '2' }]);
    expect(kept.attendant?.isWanted('a')).to.equal(true);
    kept.there = [];
    kept.refuses = 'Requested nodes are busy';
    await kept.attendant?.missed();
    expect((await answer(3)).refused).to.have.length(1);
    expect(kept.attendant?.isWanted('a')).to.equal(false);
  });

  it('wants none any more whose time is over, though its broker has not said so', async () => {
    await keeper.start();
    want('', 1, ['a'], 2, 50_000);
    await answer();
    expect(kept.attendant?.isWanted('a')).to.equal(true);
    await clock.advance(50_000);
    kept.there = [];
    expect(kept.attendant?.isWanted('a')).to.equal(false);
  });

  it('keeps no more than its owner allows, and nothing too far ahead', async () => {
    want('', 1, ['a', 'b', 'c', 'd', 'e', 'f']);
    const { kept: all, refused } = await answer();
    expect(all).to.have.length(5);
    expect(refused.map(({ id }) => id)).to.deep.equal(['f']);
    expect(refused[0]?.reason).to.include('no more than 10');
    want('', 2, ['far'], 1, 2_000_000);
    expect((await answer(2)).refused[0]?.reason).to.include('further from now');
  });

  it('lets go of nothing that is wanted, however its clock is set', async () => {
    const one = { id: 'a', startMs: clock.now(), endMs: clock.now() + 900_000, slots: 2 };
    const again = () => keeper.want('', { type: 'reservations', version: said.length + 1, wanted: [one] });
    again();
    await answer();
    for (const byMs of [-500_000, 5_000_000]) {
      clock.set(byMs);
      await clock.advance(60_000);
      again();
      expect((await answer()).kept, `by ${byMs} ms`).to.deep.equal([{ id: 'a', handle: '1' }]);
    }
  });

  it('says why something is refused, and does not ask for it again', async () => {
    kept.refuses = 'Requested nodes are busy';
    want('', 1, ['a']);
    expect((await answer()).refused).to.deep.equal([{ id: 'a', reason: 'Requested nodes are busy' }]);
    kept.refuses = undefined;
    await clock.advance(60_000);
    expect(ids()).to.deep.equal([]);
  });

  it('refuses all where the back end keeps nothing', async () => {
    await keeper.stop();
    keeper = new ReservationKeeper({
      ...{ backEnd: {}, marks: [''], mostSlots: 10, aheadMs: 1_000_000, clock, log: silentLog },
      send: (mark, message) => void said.push([mark, message]),
    });
    want('', 1, ['a']);
    while (said.length === 0) await clock.advance(1);
    expect(said[0]?.[1].refused).to.have.length(1);
  });
});
