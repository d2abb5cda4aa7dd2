import { expect } from 'chai';
import { readAnyDocuments } from '../../../grammar/index.ts';
import { documentRoute } from '../../../language-door/http.ts';
import { languageDoor } from '../../../language-door/receiver.ts';
import { textConversation } from '../../../language-door/text.ts';
import { documentSocket } from '../../../language-door/websocket.ts';
import { ManualClock } from '../../support/clock.ts';
import { answerLimits, openDoors } from '../../support/doors.ts';
import { openServiceStore } from '../../support/service-store.ts';
import {
  type Following,
  followText,
  followWebSocket,
  overHttp,
  overJson,
  overText,
  overWebSocket,
  type Way,
} from '../../support/ways.ts';
import { documentOf, giveUsers, openTrade, said, userNamed } from './trade.ts';

/** What a user says in turn, as docs/sla.md has it under Deals; `{Offer}` is the Id of the last one that came, and so on. */
const conversation = [
  `Action: Ask
Id: ask-19
Application: gcc4.0.2
Arch: x86_64
Features: has avx2
Region: eu-north
Cpus: 8
Memory: 16 GiB
Walltime: 2 h
Start: 2026-11-30T10:00Z
Deadline: 2026-12-01T18:00Z
Budget: 1 EUR`,
  'Action: Report\nId: rep-1\nOffer: {Offer}',
  'Action: Counter\nId: co-4\nOffer: {Offer}\nWalltime: 3 h\nPrice: 0.02 EUR/cpu-h',
  'Action: Counter\nId: co-5\nOffer: {Offer}\nCpus: >= 16',
  'Action: Counter\nId: co-6\nOffer: {Offer}\nWalltime: 2 h\nPrice: 0.03 EUR/cpu-h + 0.05 EUR/job',
  'Action: Reject\nId: rej-1\nOffer: {Decline}',
  'Action: Accept\nId: acc-5\nOffer: {Offer}',
  'Action: Accept\nId: acc-5\nOffer: {Offer}',
  'Action: Reject\nId: rej-2\nOffer: {Offer}',
  'Action: Report\nId: rep-2\nAgreement: {Agreement}',
  'Action: Why\nId: why-1\nAgreement: {Agreement}',
  'Action: Amend\nId: am-1\nAgreement: {Agreement}\nWalltime: 1 h',
  'Action: Amend\nId: am-2\nAgreement: {Agreement}\nWalltime: 1 h\nEstimate: 0.29 EUR',
  'Action: Amend\nId: am-3\nAgreement: {Agreement}\nWalltime: 2 h\nEstimate: 0.53 EUR',
  'Action: Accept\nId: acc-6\nAgreement: {Agreement}',
  'Action: Bill\nId: bill-q\nAgreement: {Agreement}',
  'Action: Complete\nId: com-1\nAgreement: {Agreement}',
  'Action: Terminate\nId: ter-1\nAgreement: {Agreement}\nReason: policy too late',
  'Action: Bill\nId: bill-r\nAgreement: {Agreement}',
  'Action: Ask\nId: ask-20\nCpus: 800\nWalltime: 2 h',
  'Action: Accept\nId: acc-7\nOffer: off-of-nobody',
];

/** What answers it: the Actions, and of Declines the words of their Reasons; an error where it is no document. */
const answers = [
  ...['Offer', 'Report', 'Decline price', 'error', 'Offer', 'Decline too-late', 'Agreement', 'Agreement'],
  ...['Decline too-late', 'Report', 'Because', 'Decline price', 'Accept', 'Ack', 'Decline too-late', 'Bill'],
  ...['Ack', 'Decline too-late', 'Bill', 'Decline capacity', 'Decline not-found'],
];

/** A Watch of all that happened to deals since the first. */
const watch = 'SLA-version: 1.0\nAction: Watch\nId: mine\nCursor: 0\n';

const never = new AbortController().signal;

/**
 * Says it all one way to a broker of its own, and returns what answered, with the broker's Ids by their order; then all that
 * is told to who follows it.
 */
async function held(way: Way, following?: Following): Promise<string[]> {
  const service = await openServiceStore('broker');
  const clock = new ManualClock(Date.UTC(2026, 10, 30, 9, 50));
  await giveUsers(service.store, ['ann']);
  const settings = { 'deal-margin': 48 * 3_600_000, 'counter-margin': 0 };
  const trade = await openTrade({ store: service.store, clock, nodes: { 'node-0': 8 }, settings });
  const door = languageDoor((document, _sender, _text, line) => {
    if (!('envelope' in document)) throw new Error('this is of version 0.1');
    return trade.deals.receive(document, userNamed('ann'), { line });
  });
  const furnishing = {
    text: textConversation(door),
    routes: [documentRoute('/broker', door)],
    sockets: [documentSocket('/broker/ws', answerLimits, door)],
  };
  try {
    await using doors = await openDoors(furnishing);
    const ids: Record<string, string> = {};
    const heard: string[] = [];
    for (const lines of conversation) {
      const filled = lines.replace(/\{(\w+)\}/, (_, name: string) => ids[name] ?? name);
      const answer = await way(doors, '/broker', [`SLA-version: 1.0\n${filled}\n\n`]);
      heard.push(answer);
      for (const reading of readAnyDocuments(answer)) {
        if (!('document' in reading) || !('envelope' in reading.document)) continue;
        const id = said(reading.document, 'Id');
        if (id !== undefined) ids[reading.document.action] = id;
      }
    }
    if (following !== undefined) {
      const { events } = await trade.deals.log.page('ann', { after: 0 }, { wait: 0, signal: never });
      heard.push(...(await following(doors, '/broker', watch, 1 + events.length)));
    }
    const names = new Map<string, string>();
    const named = (id: string) => names.get(id) ?? names.set(id, `id-${names.size + 1}`).get(id)!;
    return heard.map((answer) =>
      answer.replaceAll(/\b(?:off|agr|dec|acc)-[0-9a-z]{12}\b/g, named).replaceAll(/[\r\n]+/g, '\n'),
    );
  } finally {
    await trade.stop();
    await service[Symbol.asyncDispose]();
  }
}

function shortOf(answer: string): string {
  if (answer.startsWith('#')) return 'error';
  const document = documentOf(answer);
  const word = said(document, 'Reason')?.split(' ')[0];
  return word === undefined ? document.action : `${document.action} ${word}`;
}

describe('a deal as docs/sla.md tells it', () => {
  it('is answered the same over text, HTTP in both encodings, and WebSocket', async () => {
    const first = await held(overText);
    expect(first.map(shortOf)).to.deep.equal(answers);
    expect(first[0]).to.equal(`SLA-version: 1.0
Action: Offer
Id: id-1
In-reply-to: ask-19
Expires: 2 min
Application: gcc4.0.2
Arch: x86_64
Features: avx2
Region: eu-north
Cpus: 8
Memory: 16 GiB
Walltime: 2 h
Price: 0.03 EUR/cpu-h + 0.05 EUR/job
Estimate: 0.53 EUR
Start: 2026-11-30T10:00Z
Deadline: 2026-12-01T18:00Z
`);
    expect(first[3]).to.contain(
      "line 5, column 7: Cpus is agreed: say what it is, such as '8'; found '>= 16', a test. (A text that looks like a test stands in quotes.)",
    );
    expect(first[7], 'once more').to.equal(first[6]);
    expect(await held(overHttp)).to.deep.equal(first);
    expect(await held(overJson)).to.deep.equal(first);
    expect(await held(overWebSocket)).to.deep.equal(first);
  });

  it('is told the same to who follows it over text and WebSocket', async () => {
    const all = await held(overText, followText);
    expect(await held(overWebSocket, followWebSocket)).to.deep.equal(all);
    const [ack, ...told] = all.slice(conversation.length);
    expect(ack).to.match(/^SLA-version: 1.0\nAction: Ack\nIn-reply-to: mine\n(?:.*\n)*Cursor: /);
    expect(told.map(shortOf)).to.deep.equal([
      ...['Offer', 'Report', 'Decline price', 'Report', 'Offer', 'Agreement', 'Accept', 'Report', 'Report'],
      ...['Report', 'Report', 'Bill', 'Decline capacity'],
    ]);
  });
});
