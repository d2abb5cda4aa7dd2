import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { brokerDoors } from '../../broker/index.ts';
import { ServiceFailure } from '../../client/index.ts';
import { converseWith } from '../platform/doors/support.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { entryOf, givenBroker, oldEntry, said } from './support.ts';

const ask1 = (...headers: readonly string[]) =>
  ['SLA-version: 1.0', 'Action: Ask', 'Id: ask-1', ...headers].map((header) => `${header}\n`).join('');
const reasonOf = ([reply = '']: readonly string[]) =>
  /^SLA-version: 1\.0\nAction: Decline\nIn-reply-to: ask-1\nReason: (.*)\n$/.exec(reply)?.[1];
const hostOf = (reply: string | undefined) => /^Host: (.*)$/m.exec(reply ?? '')?.[1];

describe('an Ask of version 1.0 to a broker', () => {
  it('is answered by its Tell of a node that matches, with the Host of what was asked for', async () => {
    const { broker } = givenBroker([
      entryOf('n1/gcc'),
      entryOf('n1/octave', { application: 'octave', host: '193.10.66.20:9' }),
    ]);
    expect(await said(broker, ask1('Application: octave', 'Cpus: 8'))).to.deep.equal([
      'SLA-version: 1.0\nAction: Tell\nId: n1@193.10.66.141:7685\nIn-reply-to: ask-1\n' +
        'Accepts-version: 0.1\nBroker-IP: 193.10.66.141:7685\nHost: 193.10.66.20:9\nTransport: tar\n' +
        'Application: octave\nArch: x86_64\nCpus: 8\nMemory: 16 GiB\nDisk: 100 GiB\nLoad: 0.2\n',
    ]);
    const [gcc] = await said(broker, ask1('Application: gcc (>= 4)'));
    expect(hostOf(gcc)).to.equal('193.10.66.20:8483');
  });

  it('says how work is sent there, which may be as a job alone', async () => {
    const closed = { host: 'n1.invalid', transport: 'job', poll: null };
    const { broker } = givenBroker([entryOf('n1/gcc', closed)]);
    const [reply = ''] = await said(broker, ask1('Application: gcc (>= 4)'));
    expect(reply).to.contain('Host: n1.invalid\nTransport: job\n');
  });

  it('is answered by the best one: by its own Rank, else the least loaded, by what was polled last', async () => {
    const { broker, world, clock } = givenBroker([
      entryOf('n1', { host: '10.0.0.1:1', cpuLoad: 0.9 }),
      entryOf('n2', { host: '10.0.0.2:1', cpuLoad: 0.1 }),
      entryOf('n3', { host: '10.0.0.3:1', cpuLoad: 0, heardAgoMs: 30_001 }),
      entryOf('n4', { host: '10.0.0.4:1', cpuLoad: 0, heardAgoMs: null, pollable: false }),
    ]);
    const host = async (...headers: readonly string[]) => hostOf((await said(broker, ask1(...headers)))[0]);
    expect(await host()).to.equal('10.0.0.2:1');
    expect(await host('Rank: their.Load')).to.equal('10.0.0.1:1');
    expect(await host('Load: < 0.05')).to.equal('10.0.0.4:1');
    world.entries = [entryOf('n1', { host: '10.0.0.1:1', cpuLoad: 0.3 }), entryOf('n2', { cpuLoad: 0.8 })];
    await clock.advance(500);
    expect(await host()).to.equal('10.0.0.1:1');
  });

  it('with Count is answered by the nodes that together carry it, or declined', async () => {
    const { broker } = givenBroker([entryOf('n1', { host: '10.0.0.1:1' }), entryOf('n2')]);
    const answer = await said(broker, ask1('Count: 4', 'Cpus: 4'));
    expect(answer.map(hostOf)).to.deep.equal(['10.0.0.1:1', '193.10.66.20:8483']);
    expect(reasonOf(await said(broker, ask1('Count: 5', 'Cpus: 4')))).to.match(
      /^capacity .*slots than Count/,
    );
    const { broker: small } = givenBroker([entryOf('n1')], { 'most-answers': 3 });
    expect(reasonOf(await said(small, ask1('Count: 4')))).to.match(/^policy Count; .* at most 3 slots/);
  });

  it('for many nodes at once lets everything else have its turn while it is answered', async () => {
    const many = 500;
    const { broker } = givenBroker(
      Array.from({ length: many }, (_, index) => entryOf(`n${index}/gcc`)),
      { 'slice-time': 0 },
    );
    await said(broker, ask1());
    let turns = 0;
    let isAnswered = false;
    const answer = said(broker, ask1(`Count: ${many}`, 'Cpus: 8')).finally(() => {
      isAnswered = true;
    });
    for (; !isAnswered; turns += 1) await turn();
    expect(await answer).to.have.length(many);
    expect(turns).to.be.above(many);
  });

  it('is declined with the reason that stands most in the way', async () => {
    const { broker } = givenBroker([
      entryOf('n1'),
      entryOf('n2', { says: { Cpus: '4', Walltime: '<= 1 h' } }),
    ]);
    const reason = async (...headers: readonly string[]) => reasonOf(await said(broker, ask1(...headers)));
    expect(await reason('Cpus: 64')).to.equal(
      'capacity none of 2 nodes matches: Cpus: 64 -> 0 yes, 2 no, 0 unsaid; alone stops 1; nearest 8 at n1@193.10.66.141:7685',
    );
    expect(await reason('Cpus: 4', 'Memory: 17 GiB')).to.match(/^capacity .*Memory: 17 GiB -> 0 yes/);
    const { broker: other } = givenBroker([entryOf('n2', { says: { Walltime: '<= 1 h' } })]);
    expect(reasonOf(await said(other, ask1('Walltime: 2 h')))).to.match(
      /^policy the one node that is alive does not match: refused by Walltime -> 1 no/,
    );
    const { broker: nobody } = givenBroker([entryOf('n1', { heardAgoMs: 30_001 })]);
    expect(reasonOf(await said(nobody, ask1()))).to.equal(
      'capacity no node of this broker is alive just now',
    );
  });

  it('with a promise that a broker cannot keep is answered without it, or declined where it is critical', async () => {
    const { broker } = givenBroker([entryOf('n1')]);
    const [tell] = await said(broker, ask1('Deadline: 2027-01-01'));
    expect(tell).to.match(/^Ignored: Deadline$/m);
    const critical = ask1('Critical: Deadline', 'Deadline: 2027-01-01');
    expect(reasonOf(await said(broker, critical))).to.equal('not-understood Deadline');
  });

  it('for two applications at once is declined, for each has a Host of its own', async () => {
    const { broker } = givenBroker([
      entryOf('n1/gcc'),
      entryOf('n1/octave', { application: 'octave', host: '193.10.66.20:9' }),
    ]);
    expect(reasonOf(await said(broker, ask1('Application: gcc4.0.2, octave')))).to.match(
      /^policy each application .* Host of its own/,
    );
  });

  it('finds a node of version 0.1 too, which knows no more than its application', async () => {
    const { broker } = givenBroker([oldEntry('octave')]);
    expect(await said(broker, ask1('Application: octave'))).to.deep.equal([
      'SLA-version: 0.1\nAction: Tell\nApplication: octave\nBroker-IP: 193.10.66.141:7685\nHost: 193.10.66.20:8483\n',
    ]);
    expect(reasonOf(await said(broker, ask1('Application: octave', 'Cpus: 2')))).to.match(/^capacity .*Cpus/);
  });

  it('with a Limit of no Tells is declined, but for Count, of which Limit cuts nothing', async () => {
    const { broker } = givenBroker([entryOf('n1'), entryOf('n2')]);
    expect(reasonOf(await said(broker, ask1('Limit: 0')))).to.match(/^invalid Limit; /);
    expect(await said(broker, ask1('Limit: 1'))).to.have.length(1);
    expect(await said(broker, ask1('Limit: 0', 'Count: 2', 'Cpus: 8'))).to.have.length(2);
  });

  it('needs an Id; no other Action of version 1.0 is taken', async () => {
    const { broker } = givenBroker([entryOf('n1')]);
    const [noId] = await said(broker, 'SLA-version: 1.0\nAction: Ask\n');
    expect(noId).to.match(/^SLA-version: 1\.0\nAction: Decline\nReason: invalid Id/);
    for (const action of ['Why', 'Watch', 'Untell']) {
      const answer = await said(broker, ask1().replace('Ask', action));
      expect(reasonOf(answer)).to.match(new RegExp(`^not-understood Action ${action}`));
    }
    expect(reasonOf(await said(broker, ask1('Cursor: 7')))).to.match(/^not-understood Cursor/);
    const [resource] = await said(broker, ask1().replace('SLA', 'RESOURCE'));
    expect(resource).to.match(
      /^RESOURCE-version: 1\.0\nAction: Decline[\s\S]*not-understood RESOURCE-version/,
    );
  });

  it('looks nodes up once for a short while, and is refused where infogather cannot be asked', async () => {
    const { broker, lookUps, world, clock } = givenBroker([entryOf('n1')]);
    await Promise.all([said(broker, ask1()), said(broker, ask1('Cpus: 1')), said(broker, ask1())]);
    expect(lookUps).to.deep.equal([undefined]);
    await clock.advance(500);
    const detail = 'http://127.0.0.1:8480 cannot be reached (ECONNREFUSED)';
    world.entries = new ServiceFailure({ code: 'unavailable', status: 503, detail });
    await using doors = await openDoors(brokerDoors(broker, answerLimits));
    expect(await converseWith(doors.text, ask1())).to.match(/^# error: .*infogather.*ECONNREFUSED/);
    world.entries = [entryOf('n1')];
    expect(await converseWith(doors.text, ask1())).to.match(/^Host: 193\.10\.66\.20:8483$/m);
  });
});
