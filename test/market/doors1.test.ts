import { expect } from 'chai';
import { marketDoors } from '../../market/index.ts';
import { converseWith } from '../platform/doors/support.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { ask1, givenMarket, tell1 } from './support.ts';

describe('the doors of the market, in version 1.0', () => {
  it('lead to the same commands by text, HTTP and WebSocket', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const ack = (id: string) => `SLA-version: 1.0\nAction: Ack\nIn-reply-to: ${id}\nExpires: 1 h\n`;
    expect(await converseWith(doors.text, tell1('a', 'Cpus: 8'))).to.equal(`${ack('a')}\n`);
    const posted = await doors.post('/market', tell1('b', 'Cpus: 8'));
    expect([posted.status, await posted.text()]).to.deep.equal([200, `${ack('b')}\n`]);
    const tell = {
      'SLA-version': '1.0',
      Action: 'Tell',
      Id: 'c',
      'Broker-IP': '193.10.66.141:7685',
      Cpus: '8',
    };
    expect(await doors.frames('/market/ws', [JSON.stringify(tell)])).to.deep.equal([
      { frame: 1, documents: [{ 'SLA-version': '1.0', Action: 'Ack', 'In-reply-to': 'c', Expires: '1 h' }] },
    ]);
    const ask = ask1('ask-1', 'Cpus: 8');
    const answered = ['a', 'b', 'c'].map((id) =>
      tell1(id, 'Cpus: 8').replace('Broker-IP', 'In-reply-to: ask-1\nBroker-IP'),
    );
    answered.push('SLA-version: 1.0\nAction: Because\nIn-reply-to: ask-1\nCursor: 3\nMatched: 3 of 3\n');
    const all = answered.map((text) => `${text}\n`).join('');
    expect(await converseWith(doors.text, ask)).to.equal(all);
    expect(await (await doors.post('/market', ask)).text()).to.equal(all);
    expect(await doors.frames('/market/ws', [ask])).to.deep.equal([{ frame: 1, documents: answered }]);
  });

  it('show an Ask what was told and taken back before it on its connection, though nobody waited', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const untell = 'SLA-version: 1.0\nAction: Untell\nId: a\n';
    const told = tell1('a', 'Cpus: 8');
    const ask = ask1('ask-1', 'Cpus: 8');
    const matched = async (...documents: string[]) =>
      /^Matched: (.*)$/m.exec(await converseWith(doors.text, documents.join('\n')))?.[1];
    expect(await matched(told, ask)).to.equal('1 of 1');
    expect(await matched(untell, ask)).to.equal('0 of 0');
    expect(await matched(told, untell, told, told, ask)).to.equal('1 of 1');
    expect(await matched(told, untell, ask)).to.equal('0 of 0');
  });
});
