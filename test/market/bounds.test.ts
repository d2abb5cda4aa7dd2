import { expect } from 'chai';
import { printDocument } from '../../grammar/index.ts';
import { marketDoors } from '../../market/index.ts';
import { slaAskOf } from '../support/documents.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { givenMarket, tellOf } from './support.ts';

const long = `Note: ${'x'.repeat(8_000)}`;
const ask = printDocument(slaAskOf('Application: a1'));

describe('the bounds of the market', () => {
  it('hold the text of all Tells together, renewals and smaller replacements taken all the same', async () => {
    await using given = await givenMarket({ 'most-bytes': 20_000 });
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const tell = async (port: number, also = '') =>
      (await doors.post('/market', printDocument(tellOf('a1', port, also)))).status;
    expect(await tell(1, long)).to.equal(204);
    expect(await tell(2, long)).to.equal(204);
    const refused = await doors.post('/market', printDocument(tellOf('a1', 3, long)));
    expect(await refused.json()).to.include({ status: 503, code: 'market-full' });
    expect(await tell(2, long), 'a renewal').to.equal(204);
    expect(await tell(2), 'a smaller one').to.equal(204);
    expect(await tell(3, long), 'where there is room again').to.equal(204);
  });

  it('hold an answering frame, while HTTP answers the same piece by piece', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const ports = Array.from({ length: 20 }, (_, at) => at + 1);
    for (const port of ports) await doors.post('/market', printDocument(tellOf('a1', port, long)));
    const [frame] = await doors.frames('/market/ws', [ask]);
    expect(frame).to.have.nested.property('problem.code', 'answer-too-large');
    const whole = await doors.post('/market', ask, { Accept: 'application/json' });
    expect(await whole.json()).to.have.length(ports.length);
  });
});
