import { expect } from 'chai';
import { givenInfogather, hourMs, registrationOf, teller } from './support.ts';

describe('the list of nodes', () => {
  it('comes in pages, in the order in which the nodes came first', async () => {
    await using given = await givenInfogather({ 'nodes-a-page': 3 });
    for (let host = 1; host <= 7; host += 1)
      await given.infogather.register(registrationOf(host % 2 ? 'gcc4.0.2' : 'octave', host), teller);
    await given.infogather.register(registrationOf('gcc4.0.2', 1, 'Region: eu'), teller);
    const first = await given.infogather.nodes({});
    expect(first.nodes).to.have.length(3);
    expect(first.next).to.be.a('string');
    expect((await given.list()).map(({ host }) => Number(host.split(':')[1]))).to.deep.equal([
      1, 2, 3, 4, 5, 6, 7,
    ]);
    expect((await given.list('octave')).map(({ host }) => Number(host.split(':')[1]))).to.deep.equal([
      2, 4, 6,
    ]);
    expect(await given.list('fortran')).to.deep.equal([]);
  });

  it('goes on where it was, though nodes came and went between its pages', async () => {
    await using given = await givenInfogather({ 'nodes-a-page': 2 });
    const { infogather, clock } = given;
    for (const host of [1, 2]) await infogather.register(registrationOf('gcc4.0.2', host), teller);
    await given.advance(hourMs / 2);
    for (const host of [3, 4]) await infogather.register(registrationOf('gcc4.0.2', host), teller);
    const first = await infogather.nodes({});
    await given.advance(hourMs / 2);
    await infogather.sweep(clock.now());
    await infogather.register(registrationOf('gcc4.0.2', 5), teller);
    const second = await infogather.nodes({ after: Number(first.next) });
    const third = await infogather.nodes({ after: Number(second.next) });
    const hosts = [...second.nodes, ...third.nodes].map(({ host }) => host.split(':')[1]);
    expect(hosts).to.deep.equal(['3', '4', '5']);
    expect(third.next).to.equal(null);
  });

  it('leaves nobody out who had lapsed and is told again in another order, swept or not', async () => {
    for (const swept of ['before', 'never', 'and restarted']) {
      await using given = await givenInfogather({ 'nodes-a-page': 2 });
      const hosts = [1, 2, 3, 4, 5];
      for (const host of hosts) await given.infogather.register(registrationOf('gcc4.0.2', host), teller);
      await given.advance(hourMs);
      if (swept === 'before') await given.infogather.sweep(given.clock.now());
      if (swept === 'and restarted') await given.restart();
      for (const host of hosts.toReversed())
        await given.infogather.register(registrationOf('gcc4.0.2', host), teller);
      const listed = (await given.list()).map(({ host }) => Number(host.split(':')[1]));
      expect(listed, swept).to.deep.equal(hosts.toReversed());
      await given.restart();
      expect((await given.list()).map(({ host }) => Number(host.split(':')[1]))).to.deep.equal(listed);
    }
  });

  it('says how long ago a node was told of and heard', async () => {
    await using given = await givenInfogather();
    await given.infogather.register(registrationOf('gcc4.0.2', 1, 'CPU-Load: 0.5\nDate: 7'), teller);
    await given.advance(1_234);
    expect(await given.list()).to.deep.equal([
      {
        application: 'gcc4.0.2',
        host: '193.10.66.20:1',
        poll: null,
        pollable: false,
        cpuLoad: 0.5,
        date: 7,
        id: null,
        says: null,
        transport: null,
        agent: null,
        agentKey: null,
        toldAgoMs: 1_234,
        heardAgoMs: null,
        fault: null,
      },
    ]);
  });

  it('names each application once, while a node that offers it lives', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    for (const host of [1, 2]) await infogather.register(registrationOf('gcc4.0.2', host), teller);
    await given.advance(hourMs / 2);
    for (const application of ['octave', 'gcc4.0.2'])
      await infogather.register(registrationOf(application, 3), teller);
    expect(await infogather.applications()).to.deep.equal(['gcc4.0.2', 'octave']);
    await given.advance(hourMs / 2);
    await infogather.register(registrationOf('fortran', 3), teller);
    expect(await infogather.applications()).to.have.members(['gcc4.0.2', 'octave', 'fortran']);
    await given.advance(hourMs / 2);
    expect(await infogather.applications()).to.deep.equal(['fortran']);
  });
});
