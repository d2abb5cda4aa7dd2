import { expect } from 'chai';
import {
  betterRegistration,
  matchesResource,
  matchesSla,
  resourceAsk,
  resourceTell,
  slaAsk,
  slaTell,
} from '../../grammar/index.ts';

const node = { host: '193.10.66.20', port: 8483 };
const registration = (cpuLoad?: number, date?: number, application = 'gcc') =>
  resourceTell({ application, host: node, cpuLoad, date });
const ask = (cpuLoad?: number, date?: number) => resourceAsk({ application: 'gcc', cpuLoad, date });

describe('matching', () => {
  it('of an SLA Ask wants the same application, letter for letter', () => {
    const tell = (application: string) => slaTell({ application, brokerIp: node });
    expect(matchesSla(slaAsk({ application: 'gcc4.0.2' }), tell('gcc4.0.2'))).to.equal(true);
    for (const other of ['GCC4.0.2', 'gcc4.0', 'gcc4.0.2 ,x', 'gcc']) {
      expect(matchesSla(slaAsk({ application: 'gcc4.0.2' }), tell(other)), other).to.equal(false);
    }
  });

  it('of a RESOURCE Ask wants less load and a later date than it says', () => {
    expect(matchesResource(ask(0.5, 100), registration(0.2, 110))).to.equal(true);
    expect(matchesResource(ask(0.5, 100), registration(0.5, 110))).to.equal(false);
    expect(matchesResource(ask(0.5, 100), registration(0.2, 100))).to.equal(false);
    expect(matchesResource(ask(0.5, 100), registration(0.2, 110, 'gcc4'))).to.equal(false);
  });

  it('of a RESOURCE Ask tests only what it says, and what is unsaid fails the test', () => {
    expect(matchesResource(ask(), registration())).to.equal(true);
    expect(matchesResource(ask(0.5), registration(0.2))).to.equal(true);
    expect(matchesResource(ask(0.5), registration(undefined, 110))).to.equal(false);
    expect(matchesResource(ask(undefined, 100), registration(0.2))).to.equal(false);
  });

  it('orders registrations by the least load, then the newest date, and what is unsaid last', () => {
    const best = [
      registration(0, 5),
      registration(0.1, 9),
      registration(0.1, 8),
      registration(0.1),
      registration(undefined, 9),
      registration(),
    ];
    expect(best.toReversed().sort(betterRegistration)).to.deep.equal(best);
    expect(betterRegistration(registration(), registration())).to.equal(0);
  });
});
