import { expect } from 'chai';
import { printDocument } from '../../grammar/index.ts';
import { refusalOf, resourceAskOf, slaAskOf, textsOf } from '../support/documents.ts';
import { givenInfogather, hourMs, registration, registrationOf, said, teller } from './support.ts';

const load = (cpuLoad: number | string, date: number | string) => `CPU-Load: ${cpuLoad}\nDate: ${date}`;

describe('registrations at infogather', () => {
  it('are told and asked for as in the seed conversation', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    const told = `Poll: 193.10.66.20:8484\n${load('0.2', 34857934)}`;
    expect(await infogather.receive(registrationOf('gcc4.0.2', 8483, told), teller)).to.deep.equal([]);
    const ask = resourceAskOf('Application: gcc4.0.2\nCPU-Load: 0.5\nDate: 34857924');
    expect(await said(infogather, printDocument(ask))).to.deep.equal([registration('gcc4.0.2', 8483, told)]);
  });

  it('match where the application is exactly that, the load less, and the date later', async () => {
    await using given = await givenInfogather();
    await given.infogather.register(registrationOf('gcc4.0.2', 1, load(0.5, 100)), teller);
    const found = async (lines: string) =>
      (await given.infogather.ask(resourceAskOf(`Application: ${lines}`))).length;
    expect(await found('gcc4.0.2')).to.equal(1);
    expect(await found('gcc4.0')).to.equal(0);
    expect(await found('GCC4.0.2')).to.equal(0);
    expect(await found('gcc4.0.2\nCPU-Load: 0.51')).to.equal(1);
    expect(await found('gcc4.0.2\nCPU-Load: 0.5')).to.equal(0);
    expect(await found('gcc4.0.2\nDate: 99')).to.equal(1);
    expect(await found('gcc4.0.2\nDate: 100')).to.equal(0);
    await given.infogather.register(registrationOf('gcc4.0.2', 1), teller);
    expect(await found('gcc4.0.2')).to.equal(1);
    expect(await found('gcc4.0.2\nCPU-Load: 0.5'), 'a load that nobody said').to.equal(0);
    expect(await found('gcc4.0.2\nDate: 0'), 'a date that nobody said').to.equal(0);
  });

  it('answer with the least loaded one, and of those with the newest', async () => {
    await using given = await givenInfogather();
    const told = [load(0.3, 300), load(0.1, 100), load(0.1, 200), load(0.1, 150), ''];
    for (const [index, lines] of told.entries())
      await given.infogather.register(registrationOf('gcc4.0.2', index + 1, lines), teller);
    const best = async (lines = '') => {
      const [one, ...more] = await given.infogather.ask(resourceAskOf(`Application: gcc4.0.2${lines}`));
      expect(more).to.deep.equal([]);
      return one?.host.port;
    };
    expect(await best()).to.equal(3);
    expect(await best('\nDate: 200')).to.equal(1);
    expect(await best('\nDate: 300')).to.equal(undefined);
  });

  it('are known by Application and Host: told again they are replaced, every header of them', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    await infogather.register(registrationOf('gcc4.0.2', 1, `${load(0.2, 5)}\nRegion: eu`), teller);
    await infogather.register(registrationOf('octave', 1, load(0.2, 5)), teller);
    await infogather.register(registrationOf('gcc4.0.2', 1, 'Region: us'), teller);
    expect(await given.list()).to.have.length(2);
    const answer = await infogather.ask(resourceAskOf('Application: gcc4.0.2'));
    expect(textsOf(answer)).to.deep.equal([registration('gcc4.0.2', 1, 'Region: us')]);
  });

  it('live for an hour after they were told last, by arrival', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    const ask = resourceAskOf('Application: gcc4.0.2');
    await infogather.register(registrationOf('gcc4.0.2', 1, load(0.2, 5)), teller);
    await given.advance(hourMs / 2);
    await infogather.register(registrationOf('gcc4.0.2', 1, load(0.2, 5)), teller);
    await given.advance(hourMs - 1);
    expect(await infogather.ask(ask)).to.have.length(1);
    expect(await infogather.applications()).to.deep.equal(['gcc4.0.2']);
    await given.advance(1);
    for (const swept of [false, true]) {
      if (swept) await infogather.sweep(given.clock.now());
      expect(await infogather.ask(ask)).to.deep.equal([]);
      expect(await infogather.applications()).to.deep.equal([]);
      expect(await given.list()).to.deep.equal([]);
    }
    await given.restart();
    expect(await given.list()).to.deep.equal([]);
  });

  it('are seen by every question that is asked after they were begun to be told', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    const told = infogather.register(registrationOf('gcc4.0.2', 1), teller);
    const answers = await Promise.all([
      infogather.ask(resourceAskOf('Application: gcc4.0.2')),
      infogather.applications(),
      given.list(),
    ]);
    expect(answers.map((answer) => answer.length)).to.deep.equal([1, 1, 1]);
    await told;
  });

  it('are refused over the bound, of which what is told again takes no more', async () => {
    await using given = await givenInfogather({ 'most-registrations': 2 });
    const { infogather } = given;
    await infogather.register(registrationOf('gcc4.0.2', 1), teller);
    const again = [1, 2, 2, 1].map((host) => infogather.register(registrationOf('gcc4.0.2', host), teller));
    const refused = refusalOf(infogather.register(registrationOf('gcc4.0.2', 3), teller));
    await Promise.all(again);
    expect(await refused).to.include({ code: 'infogather-full', status: 503 });
    expect((await refused).next).to.match(/infogather\.most-registrations/);
    expect(await given.list()).to.have.length(2);
  });

  it('are refused over the bound of their bytes, of which what is told again takes what it is longer', async () => {
    const bytes = printDocument(registrationOf('gcc4.0.2', 1)).length;
    const note = (length: number) => `Note: ${'x'.repeat(length)}`;
    await using given = await givenInfogather({ 'most-bytes': 2 * bytes + 20 });
    const tell = (host: number, lines = '') =>
      given.infogather.register(registrationOf('gcc4.0.2', host, lines), teller);
    await Promise.all([tell(1), tell(2)]);
    const refused = await refusalOf(tell(3));
    expect(refused).to.include({ code: 'infogather-full', status: 503 });
    expect(refused.detail).to.match(/infogather\.most-bytes/);
    expect(refused.next).to.match(/infogather\.most-bytes/);
    await tell(1, note(13));
    await tell(1, note(13));
    expect(await refusalOf(tell(2, note(1)))).to.include({ code: 'infogather-full' });
    await given.restart();
    expect(await refusalOf(tell(2, note(1))), 'after a restart').to.include({ code: 'infogather-full' });
    await tell(1);
    await tell(2, note(13));
    await given.advance(hourMs);
    await given.infogather.sweep(given.clock.now());
    await Promise.all([tell(3), tell(4)]);
    expect(await refusalOf(tell(5))).to.include({ code: 'infogather-full' });
  });

  it('cost alike however many name one Poll address', async () => {
    const poll = 'Poll: 193.10.66.20:8484';
    const count = 5_000;
    await using given = await givenInfogather({ 'poll-settle': 250, 'nodes-a-page': count });
    let decisions = 0;
    let tellersRead = 0;
    given.nodes.permitted = (_address, tellers) => {
      decisions += 1;
      tellersRead += tellers.length;
      return true;
    };
    const told = Array.from({ length: count }, (_, index) =>
      given.infogather.register(registrationOf('gcc4.0.2', index + 1, poll), {
        ...teller,
        address: `10.0.${index % 10}.1`,
      }),
    );
    await Promise.all(told);
    expect(await given.list()).to.have.length(count);
    expect([decisions, tellersRead], 'once for each teller').to.deep.equal([10, 10]);
  });

  it('are not what an SLA document says: it is refused, with where to send it', async () => {
    await using given = await givenInfogather();
    const refused = await refusalOf(given.infogather.receive(slaAskOf('Application: gcc4.0.2'), teller));
    expect(refused).to.include({ code: 'wrong-service', status: 422 });
    expect(refused.next).to.match(/market or a broker/);
  });

  it('are all there after a restart: what was told, what was polled, and who told it', async () => {
    await using given = await givenInfogather();
    const { infogather, nodes } = given;
    nodes.permitted = (_address, tellers) => tellers.includes(teller.address);
    nodes.answers.set('193.10.66.20:8484', registration('gcc4.0.2', 1, load(0.7, 50)));
    await infogather.register(
      registrationOf('gcc4.0.2', 1, `Poll: 193.10.66.20:8484\n${load(0.2, 5)}`),
      teller,
    );
    await infogather.register(registrationOf('octave', 2, 'Region: eu'), { ...teller, address: '10.0.0.1' });
    await given.settle();
    const before = await given.list();
    expect(before[0]).to.include({ cpuLoad: 0.7, date: 50, heardAgoMs: 0, pollable: true });
    await given.clock.advance(1_000);
    await given.restart();
    const after = await given.list();
    expect(after).to.deep.equal(
      before.map((node) => ({
        ...node,
        toldAgoMs: 1_000,
        heardAgoMs: node.heardAgoMs === null ? null : 1_000,
      })),
    );
    await given.settle();
    expect(nodes.polled, 'it polls at once again').to.have.length(2);
  });
});
