import { expect } from 'chai';
import { Broker, type brokerDoors } from '../../broker/index.ts';
import { brokerSettings } from '../../broker/settings.ts';
import { documentRoute } from '../../language-door/http.ts';
import { languageDoor } from '../../language-door/receiver.ts';
import { textConversation } from '../../language-door/text.ts';
import { documentSocket } from '../../language-door/websocket.ts';
import { marketDoors } from '../../market/index.ts';
import { silentLog } from '../../platform/log.ts';
import { giveUsers, openTrade, userNamed } from '../broker/deals/trade.ts';
import { type Example, examples } from '../grammar/page.ts';
import { givenMarket } from '../market/support.ts';
import { ManualClock } from '../support/clock.ts';
import { answerLimits, type OpenDoors, openDoors } from '../support/doors.ts';
import { openServiceStore } from '../support/service-store.ts';
import {
  inOneFrame,
  ofJson,
  overHttp,
  overJson,
  overText,
  overWebSocket,
  type Way,
} from '../support/ways.ts';

/** What of docs/sla.md is said: its documents, and those that it shows to be refused. */
const inText = examples.filter(({ info }) => info.startsWith('sla'));
const inJson = examples.filter(({ info }) => info.startsWith('json'));

/** The documents of an example, Asks last, so that they find what the others tell. */
function documentsIn({ text }: Example): string[] {
  const all = text.split(/\n\n+/).filter((one) => /\S/.test(one));
  const isAsk = (one: string) => /^action:[ \t]*ask\b/im.test(one);
  return [...all.filter((one) => !isAsk(one)), ...all.filter(isAsk)];
}

/** The text that the page shows below an example. */
function shownAfter(example: Example): string {
  return examples[examples.indexOf(example) + 1]?.text ?? '';
}

/** One of another major version is nowhere read, and declined by who is asked. */
const isOfOtherVersion = ({ text }: Example) => /^SLA-version: [2-9]/m.test(text);
const notUnderstood = 'SLA-version: 1.0\nAction: Decline\nReason: not-understood SLA-version\n';

const isWatch = (document: string) => /^Action: Watch$/m.test(document);

/** What ends a Watch again, over the connection over which it came. */
function unwatch(document: string): string {
  return `SLA-version: 1.0\nAction: Unwatch\n${/^Id: .*$/m.exec(document)?.[0]}\n`;
}

/** What a service of its own answers to every document of the page, an entry each, in the order of the page. */
async function answersOf(way: Way, doors: OpenDoors, path: string): Promise<string[]> {
  const answers: string[] = [];
  for (const example of inText)
    for (const document of documentsIn(example)) {
      const said = isWatch(document) ? [document, unwatch(document)] : [document];
      answers.push(`line ${example.line}\n${await way(doors, path, said)}`);
    }
  return answers;
}

type House = <T>(ask: (doors: OpenDoors) => Promise<T>) => Promise<T>;

const withMarket: House = async (ask) => {
  await using given = await givenMarket();
  await using doors = await openDoors(marketDoors(given.market, answerLimits));
  return await ask(doors);
};

/** A broker that deals with ann, who says everything. */
const withBroker: House = async (ask) => {
  await using service = await openServiceStore('broker');
  const clock = new ManualClock(Date.UTC(2026, 10, 30, 9, 50));
  await giveUsers(service.store, ['ann']);
  const trade = await openTrade({ store: service.store, clock, nodes: { 'node-0': 8 } });
  const broker = new Broker({
    config: brokerSettings.parse({}),
    infogather: { async *nodes() {} },
    market: { async tell() {} },
    address: () => ({ host: '193.10.66.141', port: 7685 }),
    deals: trade.deals,
    ...{ clock, log: silentLog },
  });
  const door = languageDoor((document, _sender, _text, line) =>
    broker.receive(document, userNamed('ann'), line),
  );
  try {
    await using doors = await openDoors({
      text: textConversation(door),
      routes: [documentRoute('/broker', door)],
      sockets: [documentSocket('/broker/ws', answerLimits, door)],
    } satisfies ReturnType<typeof brokerDoors>);
    return await ask(doors);
  } finally {
    await trade.stop();
  }
};

const services: readonly [string, string, House, readonly string[]][] = [
  ['a market', '/market', withMarket, ['Tell', 'Because', 'Ack', 'Decline']],
  ['a broker', '/broker', withBroker, ['Offer', 'Decline']],
];

describe('the examples of docs/sla.md', () => {
  for (const [service, path, within, actions] of services) {
    it(`are answered by ${service} the same over text, HTTP in both encodings, and WebSocket`, async () => {
      const [text = [], http = [], json = [], socket = []] = await Promise.all(
        [overText, overHttp, overJson, overWebSocket].map((way) =>
          within(async (doors) => named(await answersOf(way, doors, path))),
        ),
      );
      expect(socket).to.deep.equal(text);
      for (const [at, document] of inText.flatMap(documentsIn).entries())
        for (const posted of [http[at], json[at]])
          if (isWatch(document)) expect(posted).to.match(/^Reason: (?:policy|not-understood) /m);
          else expect(posted).to.equal(text[at]);
      const said = new Set(
        text.flatMap((answer) => [...answer.matchAll(/^Action: (.*)$/gm)].map(([, one]) => one)),
      );
      expect([...said]).to.include.members([...actions]);
    });

    it(`are answered by ${service} in one frame as in as many`, async () => {
      const [together, apart] = await Promise.all(
        [inOneFrame, overWebSocket].map((way) =>
          within(async (doors) => {
            const answers: string[] = [];
            for (const example of inText) {
              const documents = documentsIn(example).filter((one) => !isWatch(one));
              if (documents.length > 0) answers.push(await way(doors, path, documents));
            }
            // By its line in the frame.
            return named(answers).map((answer) => answer.replaceAll(/\bline \d+/g, 'line'));
          }),
        ),
      );
      expect(together).to.deep.equal(apart);
    });

    it(`are refused by ${service} as the page says, in JSON too`, async () => {
      await within(async (doors) => {
        for (const example of inText.filter(({ info }) => info === 'sla refused')) {
          const answer = await overText(doors, path, [example.text]);
          expect(answer, `line ${example.line}`).to.equal(
            isOfOtherVersion(example) ? notUnderstood : shownAfter(example),
          );
        }
        for (const example of inJson) {
          const answer = await ofJson(doors, path, [example.text]);
          if (example.info === 'json refused') expect(answer).to.equal(shownAfter(example));
          expect(await overWebSocket(doors, path, [example.text]), `line ${example.line}`).to.equal(answer);
        }
      });
    });
  }
});

/** Ids that a service gave, by their order. */
function named(answers: readonly string[]): string[] {
  const names = new Map<string, string>();
  const nameOf = (id: string) => names.get(id) ?? names.set(id, `id-${names.size + 1}`).get(id)!;
  return answers.map((answer) => answer.replaceAll(/\b(?:off|agr|dec|acc)-[0-9a-z]{12}\b/g, nameOf));
}
