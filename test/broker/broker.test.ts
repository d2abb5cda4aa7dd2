import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { brokerDoors } from '../../broker/index.ts';
import { ServiceFailure } from '../../client/index.ts';
import { printDocument } from '../../grammar/index.ts';
import { converseWith } from '../platform/doors/support.ts';
import { refusalOf, resourceAskOf, slaAskOf, slaTellOf, textsOf } from '../support/documents.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { entryOf, givenBroker, oldEntry } from './support.ts';

const askGcc = slaAskOf('Application: gcc4.0.2');
const tellGcc = 'SLA-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nBroker-IP: 193.10.66.141:7685\n';

const fresh = oldEntry('gcc4.0.2');

describe('the broker', () => {
  it('answers an Ask with its Tell and the Host of a node that is alive', async () => {
    const { broker } = givenBroker([{ ...fresh, host: '10.0.0.1:1', cpuLoad: 0.9 }, fresh]);
    expect(textsOf(await broker.ask(askGcc))).to.deep.equal([`${tellGcc}Host: 193.10.66.20:8483\n`]);
  });

  it('names a node that may not be polled where no other is alive', async () => {
    const unpollable = { ...fresh, pollable: false, heardAgoMs: null, host: '[2001:db8::1]:8483' };
    const { broker } = givenBroker([{ ...fresh, heardAgoMs: 30_001 }, unpollable]);
    expect(textsOf(await broker.ask(askGcc))).to.deep.equal([`${tellGcc}Host: [2001:db8::1]:8483\n`]);
  });

  it('names a node of version 1.0 only where its Host has a port, which version 0.1 always says', async () => {
    const bare = (host: string) => entryOf('n1', { host, cpuLoad: 0 });
    const { broker } = givenBroker([bare('10.0.0.1'), bare('[2001:db8::1]'), fresh]);
    expect(textsOf(await broker.ask(askGcc))).to.deep.equal([`${tellGcc}Host: 193.10.66.20:8483\n`]);
  });

  it('answers its Tell without Host where all nodes are silent', async () => {
    const { broker } = givenBroker([{ ...fresh, heardAgoMs: 30_001 }]);
    expect(textsOf(await broker.ask(askGcc))).to.deep.equal([tellGcc]);
  });

  it('answers its Tell without Host where its configuration names the application and no node does', async () => {
    const { broker } = givenBroker([], { applications: ['gcc4.0.2'] });
    expect(textsOf(await broker.ask(askGcc))).to.deep.equal([tellGcc]);
  });

  it('answers nothing for an application that nobody offers', async () => {
    const { broker } = givenBroker([fresh], { applications: ['octave'] });
    expect(await broker.ask(slaAskOf('Application: gcc4.0'))).to.deep.equal([]);
  });

  it('looks nodes up once for the Asks of a short while', async () => {
    const { broker, clock, lookUps } = givenBroker([fresh], { 'nodes-kept': 500 });
    for (let asks = 0; asks < 5; asks += 1) expect(await broker.ask(askGcc)).to.have.length(1);
    expect(lookUps).to.have.length(1);
    await clock.advance(500);
    await broker.ask(askGcc);
    expect(lookUps).to.have.length(2);
  });

  it('says that it cannot ask infogather, by every door', async () => {
    const unreached = new ServiceFailure({
      code: 'unavailable',
      status: 503,
      detail: 'http://127.0.0.1:8480 cannot be reached (ECONNREFUSED)',
    });
    const { broker } = givenBroker(unreached, { applications: ['gcc4.0.2'] });
    const refused = await refusalOf(broker.receive(askGcc));
    expect(refused).to.include({ code: 'unavailable', status: 503 });
    expect(refused.detail).to.match(/infogather.*ECONNREFUSED/);
    await using doors = await openDoors(brokerDoors(broker, answerLimits));
    const ask = printDocument(askGcc);
    expect(await converseWith(doors.text, ask)).to.match(
      /^# error: [^\n]*infogather[^\n]*ECONNREFUSED[^\n]*\n$/,
    );
    expect((await doors.post('/broker', ask)).status).to.equal(503);
    const [frame] = await doors.frames('/broker/ws', [ask]);
    expect((frame as { problem: { code: string } }).problem.code).to.equal('unavailable');
  });

  it('tells the market what its nodes offer and what its configuration names', async () => {
    const { broker, told } = givenBroker([fresh], { applications: ['octave'] });
    await broker.start();
    while (told.length < 2) await turn();
    await broker.stop();
    expect(told.toSorted()).to.deep.equal([tellGcc, tellGcc.replace('gcc4.0.2', 'octave')]);
  });

  it('answers Asks by all its doors, and sends elsewhere what is none', async () => {
    const { broker } = givenBroker([fresh]);
    await using doors = await openDoors(brokerDoors(broker, answerLimits));
    const ask = printDocument(askGcc);
    const withHost = `${tellGcc}Host: 193.10.66.20:8483\n`;
    expect(await converseWith(doors.text, ask)).to.equal(`${withHost}\n`);
    expect(await (await doors.post('/broker', ask)).text()).to.equal(`${withHost}\n`);
    expect(await doors.frames('/broker/ws', [ask])).to.deep.equal([{ frame: 1, documents: [withHost] }]);
    const tell = await refusalOf(
      broker.receive(slaTellOf('Application: gcc4.0.2\nBroker-IP: 193.10.66.141:7685')),
    );
    expect(tell).to.include({ code: 'wrong-service', status: 422, next: 'send it to the market' });
    const query = await refusalOf(broker.receive(resourceAskOf('Application: gcc4.0.2')));
    expect(query).to.include({ code: 'wrong-service', next: 'send it to infogather' });
  });
});
