import { expect } from 'chai';
import { givenInfogather, intervalMs, registration, registrationOf, teller } from './support.ts';

const address = '193.10.66.20:8484';
const poll = `Poll: ${address}`;
const applications = ['gcc4.0.2', 'octave', 'fortran'];

describe('the first poll of an address', () => {
  it('waits until its node has registered one application after another, and is heard for all of them', async () => {
    await using given = await givenInfogather({ 'poll-settle': 250 });
    const answers = applications.map((application, index) =>
      registration(application, index + 1, 'CPU-Load: 0.5'),
    );
    given.nodes.answers.set(address, answers.join('\n'));
    for (const [index, application] of applications.entries()) {
      await given.infogather.register(registrationOf(application, index + 1, poll), teller);
      await given.advance(80);
    }
    await given.advance(250 - 3 * 80 - 1);
    expect(given.nodes.polled).to.deep.equal([]);
    await given.advance(1);
    expect(given.nodes.polled).to.deep.equal([address]);
    const heard = (await given.list()).map(({ application, cpuLoad, heardAgoMs, fault }) => [
      application,
      cpuLoad,
      heardAgoMs,
      fault,
    ]);
    expect(heard).to.deep.equal(applications.map((application) => [application, 0.5, 0, null]));
    await given.advance(intervalMs - 1);
    expect(given.nodes.polled, 'until it is due again').to.have.length(1);
    await given.advance(1);
    expect(given.nodes.polled).to.have.length(2);
  });

  it('is called off when infogather stops, and waits anew when it starts again', async () => {
    await using given = await givenInfogather({ 'poll-settle': 250 });
    await given.infogather.register(registrationOf('gcc4.0.2', 1, poll), teller);
    await given.advance(100);
    await given.infogather.stop();
    await given.advance(500);
    expect(given.nodes.polled).to.deep.equal([]);
    await given.infogather.start();
    await given.advance(249);
    expect(given.nodes.polled).to.deep.equal([]);
    await given.advance(1);
    expect(given.nodes.polled).to.deep.equal([address]);
  });
});
