import { expect } from 'chai';
import { DealLog, noteDeal } from '../../../broker/deals/events.ts';
import { beginDeal } from '../../../broker/deals/store.ts';
import { DealWatches } from '../../../broker/deals/watch.ts';
import { brokerSettings } from '../../../broker/settings.ts';
import type { Line } from '../../../language-door/receiver.ts';
import { printReply, type Reply, written } from '../../../language-door/reply.ts';
import { silentLog } from '../../../platform/log.ts';
import type { DealEvent } from '../../../protocol/deals/deal.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { documentOf, said } from './trade.ts';

/** A connection whose documents are kept, and that goes when it is told to. */
class GivenLine implements Line {
  readonly pushed: Reply[] = [];
  readonly #gone = new AbortController();
  #wake = () => {};

  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  async push(documents: readonly Reply[]): Promise<void> {
    this.pushed.push(...documents);
    this.#wake();
  }

  checkAnswer(): void {}

  hold(): () => void {
    return () => {};
  }

  leave(): void {
    this.#gone.abort();
  }

  /** Resolves once so many documents were pushed: their texts. */
  async texts(count: number): Promise<string[]> {
    while (this.pushed.length < count)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.pushed.map(printReply);
  }
}

const never = { wait: 0, signal: new AbortController().signal };

async function given(settings: object = {}) {
  const service = await openServiceStore('broker');
  const { store } = service;
  const clock = new ManualClock();
  const config = { ...brokerSettings.parse({}), ...settings };
  const log = new DealLog({ store, config, clock });
  const watches = new DealWatches({ config, deals: log, clock, log: silentLog });
  let deals = 0;
  return {
    ...{ store, clock, log, watches },
    /** A deal of somebody, of which nobody has said anything but that it is open. */
    deal: (owner: string) =>
      store.write((sql) => {
        deals += 1;
        const offer = `off-${deals}`;
        const nothing = { application: null, tell: null, price: null, currency: null, estimate: null };
        const noTime = { startsAt: null, deadlineAt: null, untilAt: null, expiresAt: 5, cpuHours: null };
        return beginDeal(
          sql,
          {
            ...{ offer, owner, askId: 'ask-1', ask: [], negotiation: null, rounds: 0, ...nothing, ...noTime },
            ...{ terms: [], amounts: new Map(), slots: 1, places: new Map(), createdAt: 0, state: 'open' },
            ...{ reasonWord: null, reasonText: null },
          },
          () => written('Offer', { language: 'SLA', id: 'ask-1' }, [{ name: 'Id', value: offer }]),
        );
      }),
    /** Something more happens to a deal. */
    async note(owner: string, deal: number, offer: string, text: string | null = null): Promise<number> {
      const about = { deal, owner, offer, agreement: null, at: clock.now() } as const;
      const cursor = await store.write((sql) =>
        noteDeal(sql, { ...about, kind: 'state', state: 'rejected', text }),
      );
      log.told([owner]);
      return cursor;
    },
    async [Symbol.asyncDispose]() {
      watches.stop();
      log.stop();
      await service[Symbol.asyncDispose]();
    },
  };
}

const cursors = (events: readonly Pick<DealEvent, 'cursor'>[]) => events.map(({ cursor }) => cursor);
const watch = (id: string, ...more: string[]) =>
  documentOf(['SLA-version: 1.0', 'Action: Watch', `Id: ${id}`, ...more].join('\n'));

describe('the log of deals', () => {
  it('tells each owner of their deals alone, in order, from a cursor on, and waits for what is not there yet', async () => {
    await using market = await given();
    const ann = await market.deal('ann');
    const bob = await market.deal('bob');
    const first = await market.log.page('ann', { after: 0 }, never);
    expect(first.events.map(({ offer }) => offer)).to.deep.equal([ann.offer]);
    expect(first.cursor, 'what is others’ is looked at too').to.equal(2);
    const waiting = market.log.page('ann', { after: first.cursor }, { ...never, wait: 20 });
    await market.note('bob', bob.deal, bob.offer);
    const cursor = await market.note('ann', ann.deal, ann.offer, 'no more');
    expect((await waiting).events).to.deep.equal([
      {
        ...{ cursor, at: market.clock.now(), offer: ann.offer, agreement: null, kind: 'state' },
        ...{ state: 'rejected', text: 'no more', document: undefined },
      },
    ]);
  });

  it('tells of one deal where that is named, and of another’s as if it were not there', async () => {
    await using market = await given();
    const [one, other] = [await market.deal('ann'), await market.deal('ann')];
    await market.note('ann', one.deal, one.offer);
    const page = await market.log.page('ann', { id: one.offer, after: 0 }, never);
    expect(cursors(page.events)).to.deep.equal([1, 3]);
    expect(other.offer).to.equal('off-2');
    const refused = await market.log.page('bob', { id: one.offer, after: 0 }, never).catch((error) => error);
    expect(refused).to.include({ code: 'not-found' });
  });

  it('forgets what is old, and refuses a cursor from before that, or of a time that is yet to come', async () => {
    await using market = await given({ 'most-deal-events': 2 });
    const { deal, offer } = await market.deal('ann');
    for (let more = 0; more < 4; more += 1) await market.note('ann', deal, offer);
    await market.log.sweep(market.clock.now());
    expect(cursors((await market.log.page('ann', { after: 3 }, never)).events)).to.deep.equal([4, 5]);
    for (const after of [2, 6]) {
      const refused = await market.log.page('ann', { after }, never).catch((error) => error);
      expect(refused, `after ${after}`).to.include({ code: 'cursor-expired' });
    }
  });
});

describe('a Watch of deals', () => {
  const ann = { owner: 'ann' };

  it('is sent each document with its Cursor, and goes on over another connection without gap or repeat', async () => {
    await using market = await given();
    const [line, next] = [new GivenLine(), new GivenLine()];
    const [ack] = await market.watches.watch(watch('w-1'), ann, line);
    expect(said(documentOf(printReply(ack!)), 'Cursor')).to.equal('0');
    const { deal, offer } = await market.deal('ann');
    await market.deal('bob');
    market.log.told(['ann', 'bob']);
    const [text] = await line.texts(1);
    expect(text).to.equal('SLA-version: 1.0\nAction: Offer\nId: off-1\nIn-reply-to: ask-1\nCursor: 1\n');
    line.leave();
    await market.note('ann', deal, offer, 'too dear');
    await market.note('ann', deal, offer);
    await market.watches.watch(watch('w-1', 'Cursor: 1'), ann, next);
    const texts = await next.texts(2);
    expect(texts[0]).to.equal(
      'SLA-version: 1.0\nAction: Report\nId: event-3\nCursor: 3\nNote: too dear\nOffer: off-1\nState: rejected\n',
    );
    expect(texts.map((one) => said(documentOf(one), 'Cursor'))).to.deep.equal(['3', '4']);
    expect(line.pushed, 'nothing more over the first').to.have.length(1);
  });

  it('moves with its Id to the connection that it came by last, and ends with its time or an Unwatch', async () => {
    await using market = await given();
    const [line, next] = [new GivenLine(), new GivenLine()];
    await market.watches.watch(watch('w-1'), ann, line);
    await market.watches.watch(watch('w-1', 'Expires: 1 min'), ann, next);
    const reasons = (of: GivenLine) => of.pushed.map((one) => said(documentOf(printReply(one)), 'Reason'));
    expect(reasons(line)).to.deep.equal(['id-reused the Watch goes on over another connection']);
    expect(market.watches.unwatch('w-1', 'bob', undefined), 'it is not theirs').to.equal(false);
    await market.clock.advance(60_000);
    expect(reasons(next)).to.deep.equal(['too-late the Watch has expired']);
    expect(market.watches.unwatch('w-1', 'ann', next)).to.equal(false);
    await market.watches.watch(watch('w-2'), ann, next);
    expect(market.watches.unwatch('w-2', 'ann', line)).to.equal(true);
    expect(reasons(next).at(-1)).to.equal('not-found the Watch was ended over another connection');
  });

  it('ends at once with its user, and is not taken from one who is removed meanwhile', async () => {
    await using market = await given();
    const [line, removal] = [new GivenLine(), new AbortController()];
    const carl = { owner: 'carl', ended: removal.signal };
    await market.watches.watch(watch('w-1'), carl, line);
    const begun = market.watches.watch(watch('w-2'), carl, line);
    removal.abort();
    const isPolicy = 'policy you are no user of this broker any more';
    const [reply] = await begun;
    expect([reply!, ...line.pushed].map((one) => said(documentOf(printReply(one)), 'Reason'))).to.deep.equal([
      isPolicy,
      isPolicy,
    ]);
    expect(market.watches.unwatch('w-1', 'carl', line)).to.equal(false);
  });

  it('is declined where it could be sent nothing, and says why', async () => {
    await using market = await given({ 'deal-watches-each': 1 });
    const line = new GivenLine();
    const { offer } = await market.deal('ann');
    const reasonOf = async (
      document: ReturnType<typeof watch>,
      at: Line | undefined = line,
      owner = 'ann',
    ) => {
      const [reply] = await market.watches.watch(document, { owner }, at);
      return said(documentOf(printReply(reply!)), 'Reason')?.split(' ')[0];
    };
    const nowhere = await market.watches.watch(watch('w'), ann, undefined);
    expect(printReply(nowhere[0]!)).to.contain('Reason: policy');
    expect(await reasonOf(watch('w', `Offer: ${offer}`), line, 'bob'), 'another’s').to.equal('not-found');
    expect(await reasonOf(watch('w', 'Cpus: 8'))).to.equal('not-understood');
    expect(await reasonOf(watch('w', 'Broker-IP: 10.0.0.1'))).to.equal('not-understood');
    expect(await reasonOf(watch('w', 'Cursor: 99'))).to.equal('too-late');
    expect(await reasonOf(watch('w', `Offer: ${offer}`))).to.equal(undefined);
    expect(await reasonOf(watch('w-2'))).to.equal('capacity');
  });
});
