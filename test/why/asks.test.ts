import { expect } from 'chai';
import type { Header } from '../../grammar/index.ts';
import { becauseOf, becauseOfWatch } from '../../protocol/why/because.ts';
import { becauseReason } from '../../protocol/why/declines.ts';
import { anyDocumentOf, type GivenMarket, givenMarket, said, tell1, why1 } from '../market/support.ts';
import { Reader, sent, watch1 } from '../market/watching.ts';
import { seen } from './seen.ts';

function headersOf(reply: string | undefined): readonly Header[] {
  const document = anyDocumentOf(reply ?? '');
  return 'headers' in document ? document.headers : [];
}

/** Why an Ask with these headers has the matches that it has. */
async function why({ market }: GivenMarket, ...headers: readonly string[]) {
  const [because] = await said(market, why1('w', ...headers));
  return becauseOf(headersOf(because));
}

describe('why an Ask has no match', () => {
  it('is that nobody tells of anything', async () => {
    await using given = await givenMarket();
    seen('no-tell', await why(given, 'Cpus: 4'));
  });

  it('is one clause, several, an application, an allow-list, a promise, or Count', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('t1', 'Application: gcc12.2.0', 'Cpus: 64', 'Memory: 12 TiB'));
    const gcc = 'Application: gcc (>= 12)';
    const one = 'the one Tell does not match: Memory: 16 TiB, nearest 12 TiB at t1, and that alone stops it';
    const clause = await why(given, gcc, 'Memory: 16 TiB');
    seen('one-clause', clause, one);
    expect(clause.next).to.match(/^ask for less in that clause, such as Memory: 12 TiB, which has 1 match/);
    seen('several-clauses', await why(given, gcc, 'Memory: 16 TiB', 'Cpus: 128'));
    const application = 'the one Tell does not match: it does not offer blender';
    seen('application-not-offered', await why(given, 'Application: blender'), application);
    seen('promise-unknown', await why(given, gcc, 'Deadline: 2030-01-01T00:00:00Z', 'Critical: Deadline'));
    seen('ask-matches', await why(given, gcc), '1 of 1 Tell matches: nothing stands in the way');
    await said(market, tell1('t1', 'Application: gcc12.2.0', 'Seq: 1', 'Their.Owner: ann', 'Slots: 1'));
    seen('allow-list', await why(given, gcc, 'Owner: eve'));
    seen('count-too-large', await why(given, gcc, 'Owner: ann', 'Count: 5'));
  });

  it('is for a Watch the same, or that its connection is not there', async () => {
    await using given = await givenMarket();
    const reader = new Reader();
    await sent(given.market, reader, watch1('watch-1', 'Application: blender'));
    const [because] = await said(given.market, 'SLA-version: 1.0\nAction: Why\nIn-reply-to: watch-1\n');
    const waits = becauseOfWatch('watch-1', headersOf(because));
    seen('watch-waits', waits);
    expect(waits.cause).to.match(/^the Watch watch-1 waits: nobody tells the market of anything/);
    await given.restart();
    const [away] = await said(given.market, 'SLA-version: 1.0\nAction: Why\nIn-reply-to: watch-1\n');
    seen('watch-away', becauseOfWatch('watch-1', headersOf(away)));
    const [none] = await said(given.market, 'SLA-version: 1.0\nAction: Why\nIn-reply-to: watch-9\n');
    expect(none).to.match(/^Reason: not-found you have no Watch of this Id here$/m);
  });
});

describe('why a document was declined', () => {
  it('is that it is stale, or an Action that the service does not take', async () => {
    await using given = await givenMarket();
    await said(given.market, tell1('t1', 'Cpus: 4'));
    const reason = async (text: string) => {
      const [reply] = await said(given.market, text);
      return becauseReason(headersOf(reply).find(({ name }) => name === 'Reason')?.value ?? '');
    };
    seen('declined-stale', await reason(tell1('t1', 'Cpus: 8')));
    const report = 'SLA-version: 1.0\nAction: Report\nId: r-1\nOffer: off-1\n';
    seen('declined-not-understood', await reason(report));
  });
});
