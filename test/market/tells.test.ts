import { expect } from 'chai';
import { printReply } from '../../language-door/reply.ts';
import {
  another,
  anyDocumentOf,
  ask1,
  givenMarket,
  hourMs,
  idsOf,
  minuteMs,
  said,
  somebody,
  tell1,
  untell1,
} from './support.ts';

const dayMs = 24 * hourMs;

/** The Id of those that match, best first. */
async function matching(given: Awaited<ReturnType<typeof givenMarket>>, ...headers: string[]) {
  return idsOf(await said(given.market, ask1('ask-1', ...headers)));
}

const ack = (id: string, expires: string) =>
  `SLA-version: 1.0\nAction: Ack\nIn-reply-to: ${id}\nExpires: ${expires}\n`;
const decline = (id: string, reason: string) =>
  `SLA-version: 1.0\nAction: Decline\nIn-reply-to: ${id}\nReason: ${reason}\n`;
const stale = (id: string, seq: number) =>
  decline(id, `stale another text of this Id is told with Seq ${seq}; say a higher one to replace it`);

describe('the market, told in version 1.0', () => {
  it('acknowledges a Tell with how long it lives: as it says, an hour unless said, a day at most', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    const moment = (ms: number) => new Date(clock.now() + ms).toISOString().replace('.000Z', 'Z');
    const told: [expires: string, acknowledged: string][] = [
      ['15 min', '15 min'],
      ['1 h 30 min', '1 h 30 min'],
      ['24 h', '24 h'],
      ['25 h', '1 d'],
      [moment(hourMs), moment(hourMs)],
      [moment(dayMs + 1000), '1 d'],
    ];
    for (const [expires, acknowledged] of told) {
      const text = tell1(`of ${expires}`.replaceAll(' ', '-'), `Expires: ${expires}`);
      expect(await said(market, text)).to.deep.equal([
        ack(`of ${expires}`.replaceAll(' ', '-'), acknowledged),
      ]);
    }
    expect(await said(market, tell1('t'))).to.deep.equal([ack('t', '1 h')]);
  });

  it('lets a Tell live so long, and no longer', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    await said(market, tell1('short', 'Expires: 15 min'));
    await said(market, tell1('unsaid'));
    await said(market, tell1('long', 'Expires: 3 d'));
    await clock.advance(15 * minuteMs - 1);
    expect(await matching(given)).to.deep.equal(['short', 'unsaid', 'long']);
    await clock.advance(1);
    expect(await matching(given)).to.deep.equal(['unsaid', 'long']);
    await clock.advance(dayMs - 15 * minuteMs - 1);
    expect(await matching(given)).to.deep.equal(['long']);
    await clock.advance(1);
    expect(await matching(given)).to.deep.equal([]);
  });

  it('declines a Tell that has expired when it comes', async () => {
    await using given = await givenMarket();
    for (const expires of ['0 s', '2001-09-09T01:46:40Z']) {
      expect(await said(given.market, tell1('t', `Expires: ${expires}`))).to.deep.equal([
        decline('t', 'too-late the Tell had expired when it came'),
      ]);
    }
  });

  it('renews a Tell that is told again in the same text, without reading it, and keeps its place', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    for (const id of ['a', 'b']) await said(market, tell1(id, 'Cpus: 8'));
    await clock.advance(hourMs - 1);
    const text = tell1('a', 'Cpus: 8');
    expect(market.repeat(text, another)).to.equal(undefined);
    expect(market.repeat(`${text}\n`, somebody)).to.equal(undefined);
    expect(await market.repeat(text, somebody)).to.have.length(1);
    expect(await matching(given)).to.deep.equal(['a', 'b']);
    await clock.advance(1);
    expect(await matching(given)).to.deep.equal(['a']);
    await given.restart();
    expect(await matching(given)).to.deep.equal(['a']);
    await clock.advance(hourMs - 1);
    expect(await matching(given)).to.deep.equal([]);
  });

  it('renews a Tell in canonical text without reading it after a restart too', async () => {
    await using given = await givenMarket();
    const [canonical, other] = [tell1('a', 'Cpus: 8'), tell1('b', 'cpus: 8')];
    for (const text of [canonical, other]) await said(given.market, text);
    await given.restart();
    expect(given.market.repeat(other, somebody)).to.equal(undefined);
    expect(given.market.repeat(canonical, another)).to.equal(undefined);
    expect(await given.market.repeat(canonical, somebody)).to.have.length(1);
    await given.clock.advance(hourMs - 1);
    expect(await said(given.market, other)).to.have.length(1);
    expect(await given.market.repeat(other, somebody)).to.have.length(1);
  });

  it('renews a Tell of JSON that is told again in the same bytes', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const text = tell1('a', 'Cpus: 8');
    for (const space of [0, 2]) {
      const json = JSON.stringify({ 'SLA-version': '1.0', Action: 'Tell', Id: 'a', Cpus: '8' }, null, space);
      await market.receive(anyDocumentOf(text), somebody, json);
      expect(market.repeat(json.replace('8', '9'), somebody)).to.equal(undefined);
      expect(await market.repeat(json, somebody)).to.have.length(1);
    }
  });

  it('lets a renewed Tell lapse in its turn, whether or not it was asked for when it would have lapsed before', async () => {
    for (const isAsked of [true, false]) {
      await using given = await givenMarket();
      const { market, clock } = given;
      await said(market, tell1('a', 'Cpus: 8'));
      await clock.advance(50 * minuteMs);
      await said(market, tell1('a', 'Cpus: 8'));
      await clock.advance(50 * minuteMs);
      if (isAsked) expect(await matching(given)).to.deep.equal(['a']);
      await clock.advance(10 * minuteMs);
      expect(await matching(given)).to.deep.equal([]);
    }
  });

  it('takes another writing of the same text for the same', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    for (const id of ['a', 'b']) await said(market, tell1(id, 'Cpus: 8', 'Memory: 16 GiB'));
    await clock.advance(minuteMs);
    expect(await said(market, tell1('a', 'CPUS:  8', '# more', 'memory: 16GiB'))).to.deep.equal([
      ack('a', '1 h'),
    ]);
    expect(await matching(given)).to.deep.equal(['a', 'b']);
    await clock.advance(hourMs - minuteMs);
    expect(await matching(given)).to.deep.equal(['a']);
  });

  it('takes a copy for the same that differs in In-reply-to, Cursor and Signature alone', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    for (const id of ['a', 'b']) await said(market, tell1(id, 'Cpus: 8', 'In-reply-to: x', 'Cursor: 4'));
    await clock.advance(minuteMs);
    for (const more of [['Cursor: 5'], [], ['In-reply-to: y', 'Signature: s']]) {
      expect(await said(market, tell1('a', 'Cpus: 8', ...more))).to.deep.equal([ack('a', '1 h')]);
    }
    expect(await said(market, tell1('a', 'Cpus: 8', 'Event: told'))).to.deep.equal([stale('a', 0)]);
    expect(await matching(given)).to.deep.equal(['a', 'b']);
  });

  it('renews the Tell that stands when a text comes again after another', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const [first, second] = [tell1('a', 'Cpus: 8'), tell1('a', 'Cpus: 4', 'Seq: 1')];
    await said(market, first);
    const told = said(market, second);
    // The first is still known when it comes again, and no longer there when that is done.
    const again = market.repeat(first, somebody);
    await told;
    expect(await again?.then((replies) => replies.map(printReply))).to.deep.equal([stale('a', 1)]);
    expect(market.repeat(first, somebody)).to.equal(undefined);
    expect(await market.repeat(second, somebody)).to.have.length(1);
  });

  it('replaces a Tell by one with a higher Seq, at a new place, and declines others as stale', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    await said(market, tell1('b', 'Cpus: 8'));
    expect(await said(market, tell1('a', 'Cpus: 4'))).to.deep.equal([stale('a', 0)]);
    expect(await said(market, tell1('a', 'Seq: 3', 'Cpus: 4'))).to.deep.equal([ack('a', '1 h')]);
    expect(await matching(given, 'Cpus: 1')).to.deep.equal(['b', 'a']);
    expect(await matching(given, 'Cpus: 8')).to.deep.equal(['b']);
    expect(await said(market, tell1('a', 'Cpus: 8'))).to.deep.equal([stale('a', 3)]);
    expect(await said(market, tell1('a', 'Seq: 3', 'Cpus: 16'))).to.deep.equal([stale('a', 3)]);
    await given.restart();
    expect(await said(given.market, tell1('a', 'Seq: 2', 'Cpus: 16'))).to.deep.equal([stale('a', 3)]);
    expect(await matching(given, 'Cpus: 1')).to.deep.equal(['b', 'a']);
  });

  it('tells anew, whatever its Seq, what has lapsed or was taken back', async () => {
    for (const end of ['lapse', 'sweep', 'untell'] as const) {
      await using given = await givenMarket();
      const { market, clock } = given;
      await said(market, tell1('a', 'Seq: 7', 'Expires: 1 min', 'Cpus: 8'));
      await said(market, tell1('b', 'Cpus: 8'));
      if (end === 'untell') await said(market, untell1('a'));
      else await clock.advance(minuteMs);
      if (end === 'sweep') await market.sweep(clock.now());
      expect(await said(market, tell1('a', 'Seq: 1', 'Cpus: 4'))).to.deep.equal([ack('a', '1 h')]);
      expect(await matching(given, 'Cpus: 1'), end).to.deep.equal(['b', 'a']);
      await given.restart();
      expect(await matching(given, 'Cpus: 1'), end).to.deep.equal(['b', 'a']);
    }
  });

  it('tells anew also what comes in the same text', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const text = tell1('a', 'Cpus: 8');
    await said(market, text);
    await said(market, tell1('b', 'Cpus: 8'));
    await Promise.all([said(market, untell1('a')), said(market, text)]);
    expect(await matching(given)).to.deep.equal(['b', 'a']);
  });

  it('keeps what is told after an Untell, also where that found nothing, or is one that came again', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('b'));
    await said(market, untell1('b'));
    const taken = 'SLA-version: 1.0\nAction: Ack\nIn-reply-to: b\n';
    const unknown = decline('c', 'not-found you have no live Tell of this Id here');
    const texts = [tell1('a'), untell1('b'), tell1('b'), untell1('c'), tell1('c')];
    const answers = await Promise.all(texts.map((text) => said(market, text)));
    expect(answers.flat()).to.deep.equal([ack('a', '1 h'), taken, ack('b', '1 h'), unknown, ack('c', '1 h')]);
    expect(await matching(given)).to.deep.equal(['a', 'b', 'c']);
    await given.restart();
    expect(await matching(given)).to.deep.equal(['a', 'b', 'c']);
  });

  it('keeps the order of telling where a text comes again after its Untell, between two new Tells that come with it', async () => {
    await using given = await givenMarket();
    const again = tell1('again', 'Cpus: 8');
    await said(given.market, again);
    const texts = [untell1('again'), tell1('first', 'Cpus: 8'), again, tell1('last', 'Cpus: 8')];
    await Promise.all(texts.map((text) => said(given.market, text)));
    expect(await matching(given, 'Limit: 3')).to.deep.equal(['first', 'again', 'last']);
  });

  it('takes a Tell back, answers that again as before for a day, and says of another that it is not there', async () => {
    await using given = await givenMarket();
    const { market, clock } = given;
    const taken = 'SLA-version: 1.0\nAction: Ack\nIn-reply-to: a\n';
    const unknown = decline('a', 'not-found you have no live Tell of this Id here');
    expect(await said(market, untell1('a'))).to.deep.equal([unknown]);
    await said(market, tell1('a'));
    expect(await said(market, untell1('a'), another)).to.deep.equal([unknown]);
    expect(await matching(given)).to.deep.equal(['a']);
    expect(await said(market, untell1('a'))).to.deep.equal([taken]);
    expect(await matching(given)).to.deep.equal([]);
    await given.restart();
    expect(await said(given.market, untell1('a'))).to.deep.equal([taken]);
    await clock.advance(dayMs);
    await given.market.sweep(clock.now());
    expect(await said(given.market, untell1('a'))).to.deep.equal([unknown]);
    const [left] = await given.files.store.read((sql) => sql.all('SELECT count(*) AS count FROM revoked'));
    expect(left).to.deep.equal({ count: 0 });
  });

  it('tells the Tells of two senders apart, also where they have one Id', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'), somebody);
    await said(market, tell1('a', 'Cpus: 4'), another);
    expect(await matching(given, 'Cpus: 1')).to.deep.equal(['a', 'a']);
    expect(await matching(given, 'Cpus: 8')).to.deep.equal(['a']);
    await said(market, untell1('a'), somebody);
    expect(await matching(given, 'Cpus: 8')).to.deep.equal([]);
    expect(await matching(given, 'Cpus: 1')).to.deep.equal(['a']);
  });

  it('declines a Tell over its bound, and takes renewals, replacements and what there is room for', async () => {
    await using given = await givenMarket({ 'most-tells': 2 });
    const { market } = given;
    const [, , third] = await Promise.all(['a', 'b', 'c'].map((id) => said(market, tell1(id, 'Cpus: 8'))));
    expect(third).to.deep.equal([decline('c', 'capacity the market holds 2 Tells, and takes no other')]);
    expect(await said(market, tell1('a', 'Cpus: 8'))).to.deep.equal([ack('a', '1 h')]);
    expect(await said(market, tell1('b', 'Seq: 1', 'Cpus: 4'))).to.deep.equal([ack('b', '1 h')]);
    await said(market, untell1('a'));
    expect(await said(market, tell1('c', 'Cpus: 8'))).to.deep.equal([ack('c', '1 h')]);
    expect(await matching(given, 'Cpus: 1')).to.deep.equal(['b', 'c']);
  });
});
