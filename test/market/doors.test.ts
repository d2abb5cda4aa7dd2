import { expect } from 'chai';
import { printDocument } from '../../grammar/index.ts';
import { marketDoors } from '../../market/index.ts';
import { converseWith } from '../platform/doors/support.ts';
import { slaAskOf, textsOf } from '../support/documents.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { givenMarket, tellOf } from './support.ts';

describe('the doors of the market', () => {
  it('lead to the same commands by text, HTTP and WebSocket', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const tells = [1, 2, 3].map((port) => printDocument(tellOf('gcc4.0.2', port)));
    const ask = printDocument(slaAskOf('Application: gcc4.0.2'));
    expect(await converseWith(doors.text, tells[0]!)).to.equal('');
    expect((await doors.post('/market', tells[1]!)).status).to.equal(204);
    expect(await doors.frames('/market/ws', [tells[2]!])).to.deep.equal([{ frame: 1, ack: true }]);
    const all = tells.map((tell) => `${tell}\n`).join('');
    expect(await converseWith(doors.text, ask)).to.equal(all);
    expect(await (await doors.post('/market', ask)).text()).to.equal(all);
    expect(await doors.frames('/market/ws', [ask])).to.deep.equal([{ frame: 1, documents: tells }]);
  });

  it('answer a Tell over HTTP when it is on disk', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const tell = tellOf('gcc4.0.2', 1);
    expect((await doors.post('/market', printDocument(tell))).status).to.equal(204);
    await given.restart();
    expect(textsOf(await given.market.ask(slaAskOf('Application: gcc4.0.2')))).to.deep.equal(textsOf([tell]));
  });

  it('show an Ask what was told before it on its connection, though nobody waited for an answer', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const ask = printDocument(slaAskOf('Application: gcc4.0.2'));
    const tells = [1, 2].map((port) => printDocument(tellOf('gcc4.0.2', port)));
    const answer = await converseWith(doors.text, [ask, ...tells, ask].join('\n'));
    expect(answer).to.equal(`${tells[0]}\n${tells[1]}\n`);
  });
});
