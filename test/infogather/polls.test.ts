import { expect } from 'chai';
import { resourceAskOf, textsOf } from '../support/documents.ts';
import { givenInfogather, hourMs, intervalMs, registration, registrationOf, teller } from './support.ts';

const poll = (port: number) => `Poll: 193.10.66.20:${port}`;
const load = (cpuLoad: number, date: number) => `CPU-Load: ${cpuLoad}\nDate: ${date}`;
const addressOf = (port: number) => `193.10.66.20:${port}`;

describe('polls by infogather', () => {
  it('come at once, and then every interval', async () => {
    await using given = await givenInfogather();
    given.nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.5, 10)));
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    await given.advance(3 * intervalMs);
    expect(given.nodes.polled).to.have.length(4);
  });

  it('replace load and date of the registrations that name the address, and nothing else', async () => {
    await using given = await givenInfogather();
    const { infogather, nodes } = given;
    const others = 'Region: eu\nNote: as told';
    await infogather.register(
      registrationOf('gcc4.0.2', 1, `${poll(8484)}\n${load(0.1, 10)}\n${others}`),
      teller,
    );
    await infogather.register(registrationOf('octave', 2, `${poll(8484)}\n${load(0.1, 10)}`), teller);
    await infogather.register(registrationOf('gcc4.0.2', 3, `${poll(9494)}\n${load(0.1, 10)}`), teller);
    nodes.answers.set(
      addressOf(8484),
      [
        registration('gcc4.0.2', 1, `${poll(1)}\nRegion: us\nFeatures: all\n${load(0.7, 20)}`),
        registration('octave', 2, load(0.8, 30)),
      ].join('\n'),
    );
    await given.advance(intervalMs);
    const [gcc, octave, other] = await given.list();
    expect(gcc).to.include({ cpuLoad: 0.7, date: 20, poll: addressOf(8484), heardAgoMs: 0, fault: null });
    expect(octave).to.include({ cpuLoad: 0.8, date: 30 });
    expect(other).to.include({ cpuLoad: 0.1, date: 10, heardAgoMs: null });
    const [answer] = await infogather.ask(resourceAskOf('Application: gcc4.0.2\nDate: 10'));
    expect(textsOf([answer!])).to.deep.equal([
      registration('gcc4.0.2', 1, `${poll(8484)}\n${load(0.7, 20)}\n${others}`),
    ]);
    await given.restart();
    expect(
      textsOf(await given.infogather.ask(resourceAskOf('Application: gcc4.0.2\nDate: 10'))),
    ).to.deep.equal(textsOf([answer!]));
  });

  it('leave as it was what their answer does not say', async () => {
    await using given = await givenInfogather();
    await given.infogather.register(registrationOf('gcc4.0.2', 1, `${poll(8484)}\n${load(0.1, 10)}`), teller);
    given.nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, 'CPU-Load: 0.9'));
    await given.advance(intervalMs);
    expect((await given.list())[0]).to.include({ cpuLoad: 0.9, date: 10, heardAgoMs: 0 });
  });

  it('take another Application or Host for a fault of that node alone, and what is in order for true', async () => {
    const foreign = {
      'another application': registration('fortran', 1, load(0, 99)),
      'another host': registration('gcc4.0.2', 3, load(0, 99)),
      'an Ask': 'RESOURCE-version: 0.1\nAction: Ask\nApplication: gcc4.0.2\n',
      'an SLA document': 'SLA-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nBroker-IP: 1.2.3.4:5\n',
      'the same twice': registration('gcc4.0.2', 1, load(0, 99)),
    };
    for (const [name, answer] of Object.entries(foreign)) {
      await using given = await givenInfogather();
      const { infogather, nodes } = given;
      await infogather.register(registrationOf('gcc4.0.2', 1, `${poll(8484)}\n${load(0.1, 10)}`), teller);
      await infogather.register(registrationOf('gcc4.0.2', 2, `${poll(8485)}\n${load(0.1, 10)}`), teller);
      await infogather.register(registrationOf('gcc4.0.2', 3, load(0.1, 10)), teller);
      nodes.answers.set(addressOf(8484), `${registration('gcc4.0.2', 1, load(0.7, 20))}\n${answer}`);
      nodes.answers.set(addressOf(8485), registration('gcc4.0.2', 2, load(0.8, 20)));
      await given.advance(intervalMs);
      const [liar, honest, victim] = await given.list();
      expect(liar, name).to.include({ cpuLoad: 0.7, date: 20, heardAgoMs: 0 });
      expect(liar?.fault, name).to.be.a('string');
      expect(honest, name).to.include({ cpuLoad: 0.8, fault: null });
      expect(victim, name).to.include({ cpuLoad: 0.1, date: 10, heardAgoMs: null, fault: null });
      nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.6, 30)));
      await given.advance(intervalMs);
      expect((await given.list())[0], 'once it is honest').to.include({ cpuLoad: 0.6, fault: null });
      expect(await given.list('fortran')).to.deep.equal([]);
    }
  });

  it('keep a fault short, whatever the node answers', async () => {
    await using given = await givenInfogather();
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    given.nodes.answers.set(addressOf(8484), registration('x'.repeat(8_000), 1));
    await given.settle();
    expect((await given.list())[0]?.fault).to.have.length.within(20, 500);
  });

  it('say what is wrong with a node that answers with nothing, and with one that does not answer', async () => {
    await using given = await givenInfogather();
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    given.nodes.answers.set(addressOf(8484), '');
    await given.infogather.register(registrationOf('gcc4.0.2', 2, poll(8485)), teller);
    await given.advance(intervalMs);
    expect((await given.list()).map(({ fault }) => fault)).to.deep.equal([
      'answered a poll with no document',
      'nothing listens there',
    ]);
  });

  it('let a silent node keep its date until its hour ends, counted from its last answer', async () => {
    await using given = await givenInfogather();
    const { infogather, nodes } = given;
    nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.5, 20)));
    await infogather.register(registrationOf('gcc4.0.2', 1, `${poll(8484)}\n${load(0.1, 10)}`), teller);
    await given.advance(intervalMs);
    nodes.answers.delete(addressOf(8484));
    await given.advance(hourMs - 1);
    const [silent] = await given.list();
    expect(silent).to.include({ cpuLoad: 0.5, date: 20, heardAgoMs: hourMs - 1 });
    expect(silent?.fault).to.equal('nothing listens there');
    expect(await infogather.ask(resourceAskOf('Application: gcc4.0.2\nDate: 19'))).to.have.length(1);
    await given.advance(1);
    expect(await given.list()).to.deep.equal([]);
  });

  it('renew what they are answered for', async () => {
    await using given = await givenInfogather({ 'poll-interval': 10 * 60_000 });
    given.nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.5, 20)));
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    await given.infogather.register(registrationOf('octave', 2, poll(8484)), teller);
    await given.advance(3 * hourMs);
    await given.infogather.sweep(given.clock.now());
    expect((await given.list()).map(({ application }) => application)).to.deep.equal(['gcc4.0.2']);
    await given.restart();
    expect(await given.list()).to.have.length(1);
  });

  it('bring nothing back that had lapsed before they were answered', async () => {
    await using given = await givenInfogather({ 'poll-interval': hourMs + 1 });
    await given.infogather.register(registrationOf('gcc4.0.2', 1, `${poll(8484)}\n${load(0.1, 10)}`), teller);
    await given.settle();
    given.nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.5, 20)));
    await given.advance(hourMs + 1);
    expect(given.nodes.polled).to.have.length(2);
    expect(await given.list()).to.deep.equal([]);
    await given.restart();
    expect(await given.list()).to.deep.equal([]);
  });

  it('never go where they may not: such a registration is kept for its hour, and said not to be polled', async () => {
    await using given = await givenInfogather();
    const { infogather, nodes } = given;
    nodes.permitted = (address) => !address.startsWith('10.');
    await infogather.register(registrationOf('gcc4.0.2', 1, `Poll: 10.1.1.1:8484\n${load(0.1, 10)}`), teller);
    await infogather.register(registrationOf('gcc4.0.2', 2), teller);
    await given.advance(hourMs - 1);
    expect(nodes.polled).to.deep.equal([]);
    const [elsewhere, without] = await given.list();
    expect(elsewhere).to.include({ pollable: false, poll: '10.1.1.1:8484', cpuLoad: 0.1, fault: null });
    expect(without).to.include({ pollable: false, poll: null });
    expect(await infogather.ask(resourceAskOf('Application: gcc4.0.2\nCPU-Load: 0.5'))).to.have.length(1);
    await given.restart();
    await given.settle();
    expect(nodes.polled).to.deep.equal([]);
    await given.advance(1);
    expect(await given.list()).to.deep.equal([]);
  });

  it('go to an address from when one may tell of it who now does, until no such one is left', async () => {
    await using given = await givenInfogather();
    const { infogather, nodes } = given;
    nodes.permitted = (_address, tellers) => tellers.includes(teller.address);
    const stranger = { ...teller, address: '10.0.0.9' };
    await infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), stranger);
    await given.advance(intervalMs);
    expect(nodes.polled).to.deep.equal([]);
    await infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    await given.advance(intervalMs);
    expect(nodes.polled).to.have.length(2);
    await infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), stranger);
    await given.advance(intervalMs);
    expect(nodes.polled).to.have.length(2);
    expect((await given.list())[0]).to.include({ pollable: false, fault: null });
  });

  it('end where no registration names the address any more', async () => {
    await using given = await givenInfogather();
    const { infogather, nodes } = given;
    await infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    await infogather.register(registrationOf('octave', 2, poll(8485)), teller);
    await given.settle();
    await infogather.register(registrationOf('gcc4.0.2', 1, poll(8486)), teller);
    await given.advance(hourMs);
    await infogather.sweep(given.clock.now());
    expect(nodes.polled.filter((address) => address === addressOf(8484))).to.have.length(1);
    nodes.polled.length = 0;
    await given.advance(10 * intervalMs);
    expect(nodes.polled).to.deep.equal([]);
  });

  it('forget what was heard of a node that now says another Poll address', async () => {
    await using given = await givenInfogather();
    given.nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.5, 20)));
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    await given.settle();
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    expect((await given.list())[0]).to.include({ heardAgoMs: 0 });
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll(8485)), teller);
    expect((await given.list())[0]).to.include({ heardAgoMs: null, cpuLoad: null });
  });

  it('take in nothing once infogather stops', async () => {
    await using given = await givenInfogather();
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    await given.settle();
    await given.infogather.stop();
    given.nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.5, 20)));
    await given.advance(10 * intervalMs);
    expect((await given.list())[0]).to.include({ heardAgoMs: null });
  });
});
