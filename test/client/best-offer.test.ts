import { setImmediate as whatIsUnderWay } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Bid,
  chooseOffer,
  type OfferBid,
  type OfferingBroker,
  OfferRound,
} from '../../client/best-offer.ts';
import type { AnyDocument } from '../../client/index.ts';
import { type Document1, readAnyDocuments } from '../../grammar/index.ts';

function document(...lines: readonly string[]): Document1 {
  const [reading] = readAnyDocuments(`SLA-version: 1.0\n${lines.join('\n')}\n`);
  if (reading !== undefined && 'document' in reading && 'envelope' in reading.document)
    return reading.document;
  throw new Error(`these lines are no document: ${lines.join(', ')}`);
}

const ask = document('Action: Ask', 'Id: ask-1', 'Cpus: 8', 'Rank: their.Reputation');

function offered(id: string, ...more: readonly string[]): Document1 {
  return document('Action: Offer', `Id: ${id}`, 'In-reply-to: ask-1', 'Cpus: 8', ...more);
}

const at = (cents: number) => [`Price: 0.${10 + cents} EUR/job`, `Estimate: 0.${10 + cents} EUR`];
const decline = (reason: string) => document('Action: Decline', 'In-reply-to: ask-1', `Reason: ${reason}`);
const ack = document('Action: Ack', 'In-reply-to: x');

/** A broker that answers when it is told to, and notes what it is sent. */
class FakeBroker implements OfferingBroker {
  readonly name: string;
  readonly sent: Document1[] = [];
  /** Resolves once it has been asked. */
  readonly asked: Promise<void>;
  /** How it takes a Reject. */
  toReject: () => readonly AnyDocument[] | Promise<readonly AnyDocument[]> = () => [ack];
  readonly #answer = Promise.withResolvers<readonly AnyDocument[]>();
  readonly #asked = Promise.withResolvers<void>();

  constructor(name: string, ...answers: readonly AnyDocument[]) {
    this.name = name;
    this.asked = this.#asked.promise;
    if (answers.length > 0) this.answers(...answers);
  }

  answers(...documents: readonly AnyDocument[]): void {
    this.#answer.resolve(documents);
  }

  fails(message: string): void {
    this.#answer.promise.catch(() => {});
    this.#answer.reject(new Error(message));
  }

  async send(said: Document1): Promise<readonly AnyDocument[]> {
    this.sent.push(said);
    if (said.action === 'Reject') return this.toReject();
    this.#asked.resolve();
    return this.#answer.promise;
  }

  /** The Ids of Offers that it was told to forget. */
  get rejected(): readonly string[] {
    return this.sent.flatMap(({ action, deal }) => (action === 'Reject' ? [deal?.offer ?? ''] : []));
  }
}

/** A round with patience and grace that end when the test says. */
function roundOf(brokers: readonly FakeBroker[], atOnce = 8) {
  const [patience, grace] = [new AbortController(), new AbortController()];
  const ids = [1, 2, 3, 4, 5, 6, 7, 8].values();
  const limits = { atOnce, patience: () => patience.signal, grace: () => grace.signal };
  const round = new OfferRound(ask, brokers, limits, () => `mine-${ids.next().value}`);
  return { round, patience, grace };
}

const never = new AbortController().signal;
const offersOf = (bids: readonly Bid<FakeBroker>[]) =>
  bids.filter((bid): bid is OfferBid<FakeBroker> => bid.outcome === 'offer');
const outcomes = (bids: readonly Bid[]) =>
  bids.map((bid) => [bid.broker.name, bid.outcome, 'why' in bid ? bid.why : bid.id]);

describe('an Ask put to several brokers', () => {
  it('has what each says of it, and rejects all Offers at once but the one that is kept', async () => {
    const dear = new FakeBroker('dear', offered('off-d', ...at(5)));
    const cheap = new FakeBroker('cheap', offered('off-c', ...at(1)));
    const unwilling = new FakeBroker('unwilling', decline('capacity start 14:20 at the earliest'));
    const hostOnly = new FakeBroker('host', document('Action: Tell', 'Id: t', 'Broker-IP: 127.0.0.1:7685'));
    const mute = new FakeBroker('mute');
    mute.answers();
    const gone = new FakeBroker('gone');
    gone.fails('http://gone cannot be reached (ECONNREFUSED)');
    const { round } = roundOf([dear, cheap, unwilling, hostOnly, mute, gone]);
    const bids = await round.collect(never);
    expect(outcomes(bids)).to.deep.equal([
      ['dear', 'offer', 'off-d'],
      ['cheap', 'offer', 'off-c'],
      ['unwilling', 'declined', 'capacity start 14:20 at the earliest'],
      ['host', 'declined', 'it makes no Offer, and names a Host: ogm run'],
      ['mute', 'declined', 'it answers with nothing'],
      ['gone', 'failed', 'http://gone cannot be reached (ECONNREFUSED)'],
    ]);
    const { best, others } = chooseOffer(ask, offersOf(bids));
    expect([best?.id, others.map(([{ id }, behind]) => [id, behind])]).to.deep.equal([
      'off-c',
      [['off-d', 'cost']],
    ]);
    expect(await round.settle(best)).to.deep.equal([]);
    expect([dear.rejected, cheap.rejected]).to.deep.equal([['off-d'], []]);
  });

  it('does not wait for a broker that is silent, and rejects what it offers later', async () => {
    const [quick, slow] = [new FakeBroker('quick', offered('off-q')), new FakeBroker('slow')];
    const { round, patience } = roundOf([quick, slow]);
    const collecting = round.collect(never);
    await slow.asked;
    await whatIsUnderWay();
    patience.abort();
    const bids = await collecting;
    expect(outcomes(bids)[1]).to.deep.equal(['slow', 'late', 'no answer in time']);
    const settling = round.settle(offersOf(bids)[0]);
    slow.answers(offered('off-s'));
    expect(await settling).to.deep.equal([]);
    expect([quick.rejected, slow.rejected]).to.deep.equal([[], ['off-s']]);
  });

  it('rejects each Offer once where it comes between the choice and its end', async () => {
    const slow = new FakeBroker('slow');
    const { round, patience } = roundOf([slow]);
    const collecting = round.collect(never);
    await slow.asked;
    patience.abort();
    await collecting;
    slow.answers(offered('off-s'));
    expect(await round.settle()).to.deep.equal([]);
    expect(await round.settle()).to.deep.equal([]);
    expect(slow.rejected).to.deep.equal(['off-s']);
  });

  it('says what may be open yet where a broker does not answer at all, or does not take the Reject', async () => {
    const silent = new FakeBroker('silent');
    const stubborn = new FakeBroker('stubborn', offered('off-1'));
    stubborn.toReject = () => [decline('policy not today')];
    const vanished = new FakeBroker('vanished', offered('off-2'));
    vanished.toReject = () => Promise.reject(new Error('it broke off'));
    const lapsed = new FakeBroker('lapsed', offered('off-3'));
    lapsed.toReject = () => [decline('too-late it has lapsed')];
    const hangs = new FakeBroker('hangs', offered('off-4'));
    const { round, patience, grace } = roundOf([silent, stubborn, vanished, lapsed, hangs]);
    const rejected = Promise.withResolvers<void>();
    hangs.toReject = () => {
      rejected.resolve();
      return Promise.withResolvers<readonly AnyDocument[]>().promise;
    };
    const collecting = round.collect(never);
    await silent.asked;
    await Promise.all([stubborn, vanished, lapsed, hangs].map(({ asked }) => asked));
    patience.abort();
    await collecting;
    const settling = round.settle();
    await rejected.promise;
    await whatIsUnderWay();
    grace.abort();
    expect(await settling).to.have.deep.members([
      { broker: 'silent', offer: undefined, why: 'it has not answered' },
      { broker: 'stubborn', offer: 'off-1', why: 'policy not today' },
      { broker: 'vanished', offer: 'off-2', why: 'it broke off' },
      { broker: 'hangs', offer: 'off-4', why: 'it has not answered' },
    ]);
  });

  it('leaves no Offer where it is called off, whether it came before or after', async () => {
    const [before, after] = [new FakeBroker('before', offered('off-b')), new FakeBroker('after')];
    const { round } = roundOf([before, after]);
    const stop = new AbortController();
    const collecting = round.collect(stop.signal).catch((error: unknown) => error);
    await Promise.all([before.asked, after.asked]);
    await whatIsUnderWay();
    stop.abort(new Error('Ctrl-C'));
    expect(await collecting).to.have.property('message', 'Ctrl-C');
    const settling = round.settle();
    after.answers(offered('off-a'));
    expect(await settling).to.deep.equal([]);
    expect([before.rejected, after.rejected]).to.deep.equal([['off-b'], ['off-a']]);
  });

  it('speaks to so many brokers at once, and does not ask those whose turn does not come in time', async () => {
    const brokers = [1, 2, 3, 4].map((number) => new FakeBroker(`b${number}`));
    const [one, two, three, four] = brokers as [FakeBroker, FakeBroker, FakeBroker, FakeBroker];
    const { round, patience, grace } = roundOf(brokers, 2);
    const collecting = round.collect(never);
    await Promise.all([one.asked, two.asked]);
    expect([three.sent, four.sent]).to.deep.equal([[], []]);
    one.answers(decline('price'));
    await three.asked;
    patience.abort();
    expect(outcomes(await collecting)).to.deep.equal([
      ['b1', 'declined', 'price'],
      ['b2', 'late', 'no answer in time'],
      ['b3', 'late', 'no answer in time'],
      ['b4', 'late', 'not asked, for the time was over'],
    ]);
    grace.abort();
    expect((await round.settle()).map(({ broker }) => broker)).to.deep.equal(['b2', 'b3']);
    expect(four.sent).to.deep.equal([]);
  });
});

describe('the choice among Offers', () => {
  const bid = (name: string, offer: Document1): OfferBid => ({
    broker: new FakeBroker(name),
    outcome: 'offer',
    offer,
    id: offer.envelope.id ?? '',
  });

  it('takes none that does not answer the Ask, or that answers another, and says what is wrong', () => {
    const other = document('Action: Offer', 'Id: o', 'In-reply-to: ask-0', 'Cpus: 8');
    const small = document('Action: Offer', 'Id: s', 'In-reply-to: ask-1', 'Cpus: 2');
    const { best, others, unfit } = chooseOffer(ask, [bid('a', other), bid('b', small)]);
    expect([best, others]).to.deep.equal([undefined, []]);
    expect(unfit.map(([, fault]) => fault)).to.deep.equal([
      'answers another Ask',
      "does not answer 'Cpus: 8'",
    ]);
  });

  it('asks the Tell that an Offer is of what the Rank looks at and the Offer leaves unsaid', () => {
    const tell = document('Action: Tell', 'Id: tell-b', 'Broker-IP: 127.0.0.1:7685', 'Reputation: 2');
    const bids = [bid('a', offered('off-a', 'Reputation: 1')), bid('b', offered('off-b', 'Tell: tell-b'))];
    expect(chooseOffer(ask, bids, [tell]).best?.id).to.equal('off-b');
    expect(chooseOffer(ask, bids).best?.id).to.equal('off-a');
  });

  it('is by Rank, Estimate, name and Id, in whatever order the Offers came', () => {
    const some = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      rank: fc.integer({ min: 0, max: 2 }),
      cents: fc.integer({ min: 0, max: 2 }),
    });
    const by = (a: string | number, b: string | number) => (a === b ? 0 : a < b ? -1 : 1);
    fc.assert(
      fc.property(
        fc
          .array(some, { maxLength: 6 })
          .chain((all) =>
            fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })),
          ),
        ([all, order]) => {
          const bids = all.map(({ name, rank, cents }, place) =>
            bid(name, offered(`off-${place}`, `Reputation: ${rank}`, ...at(cents))),
          );
          const { best, others } = chooseOffer(
            ask,
            order.flatMap((place) => bids[place] ?? []),
          );
          const expected = all
            .map((said, place) => ({ ...said, id: `off-${place}` }))
            .toSorted(
              (a, b) => by(b.rank, a.rank) || by(a.cents, b.cents) || by(a.name, b.name) || by(a.id, b.id),
            );
          expect([best, ...others.map(([other]) => other)].flatMap((one) => one?.id ?? [])).to.deep.equal(
            expected.map(({ id }) => id),
          );
        },
      ),
    );
  });
});
