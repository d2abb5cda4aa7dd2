import { expect } from 'chai';
import { type House, openHouse, temporaryFolder } from './support/house.ts';
import { brokerAddress, conversation, inJson, type Line } from './support/seed.ts';
import { bytesOf, frames, post, say } from './support/speak.ts';

/** What a text connection gets back, all of it: the document and the empty line that ends it, or nothing. */
function onText({ answer }: Line): string {
  return answer === undefined ? '' : `${answer}\n`;
}

/** The five lines of the seed conversation, byte for byte. What is told again changes no answer. */
describe('the seed conversation', () => {
  const held = new AsyncDisposableStack();
  let house: House;
  before(async () => {
    const folder = held.use(await temporaryFolder());
    house = held.use(await openHouse(folder.path, ['--broker-address', brokerAddress]));
  });
  after(() => held.disposeAsync());

  const spoken: Record<string, (document: string) => (string | Uint8Array)[]> = {
    whole: (document) => [document],
    'split at every byte': (document) => bytesOf(document),
    'with CRLF': (document) => [document.replaceAll('\n', '\r\n')],
    'with an empty line at its end': (document) => [`${document}\n`],
  };
  for (const [how, pieces] of Object.entries(spoken)) {
    it(`is answered over TCP, ${how}`, async () => {
      for (const line of conversation) {
        expect(await say(house.port(line.to), ...pieces(line.says)), line.says).to.equal(onText(line));
      }
    });
  }

  it('is answered over TCP, two documents in one packet', async () => {
    const [told, registered, asked, askedBroker, looked] = conversation as [Line, Line, Line, Line, Line];
    expect(await say(house.port('market'), `${told.says}\n${asked.says}`)).to.equal(onText(asked));
    expect(await say(house.port('infogather'), `${registered.says}\r\n${looked.says}`)).to.equal(
      onText(looked),
    );
    expect(await say(house.port('broker'), `${askedBroker.says}\n\n${askedBroker.says}`)).to.equal(
      onText(askedBroker).repeat(2),
    );
  });

  it('is answered over HTTP, as text/sla', async () => {
    const { http } = house;
    for (const line of conversation) {
      const answer = await post(`${http}/${line.to}`, line.says, { 'Content-Type': 'text/sla' });
      if (line.answer === undefined) expect(answer).to.deep.equal({ status: 204, type: null, body: '' });
      else
        expect(answer).to.deep.equal({
          status: 200,
          type: 'text/sla; charset=utf-8',
          body: `${line.answer}\n`,
        });
    }
  });

  it('is answered over HTTP, as application/json', async () => {
    const { http } = house;
    for (const line of conversation) {
      const sent = JSON.stringify(inJson(line.says));
      const answer = await post(`${http}/${line.to}`, sent, { 'Content-Type': 'application/json' });
      if (line.answer === undefined) expect(answer.status).to.equal(204);
      else expect(answer.body).to.equal(JSON.stringify([inJson(line.answer)]));
    }
  });

  it('is answered over WebSocket, as text and as JSON', async () => {
    const { http } = house;
    for (const line of conversation) {
      const answers = await frames(`${http}/${line.to}/ws`, line.says, JSON.stringify(inJson(line.says)));
      if (line.answer === undefined) {
        expect(answers).to.deep.equal([
          { frame: 1, ack: true },
          { frame: 2, ack: true },
        ]);
      } else {
        expect(answers).to.deep.equal([
          { frame: 1, documents: [line.answer] },
          { frame: 2, documents: [inJson(line.answer)] },
        ]);
      }
    }
  });

  it('goes on where several speak at once, on one connection each', async () => {
    const [told, , asked] = conversation as [Line, Line, Line];
    await say(house.port('market'), told.says);
    const question = `${asked.says}\n`.repeat(50);
    const answers = await Promise.all(Array.from({ length: 20 }, () => say(house.port('market'), question)));
    for (const answer of answers) expect(answer).to.equal(onText(asked).repeat(50));
  });
});
