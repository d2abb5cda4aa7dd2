import { expect } from 'chai';
import { infogatherDoors } from '../../infogather/index.ts';
import { converseWith } from '../platform/doors/support.ts';
import { resourceAskOf, textsOf } from '../support/documents.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { document1, givenInfogather, hourMs, idsOf, registrationOf, said, tell1, teller } from './support.ts';

const another = { ...teller, uid: 1001 };
const ask1 = (...headers: readonly string[]) => document1('Ask', 'ask-1', ...headers);
const ack = (id: string, expires?: string) =>
  `RESOURCE-version: 1.0\nAction: Ack\nIn-reply-to: ${id}\n${expires === undefined ? '' : `Expires: ${expires}\n`}`;
const reasonOf = ([reply = '']: readonly string[]) =>
  /^RESOURCE-version: 1\.0\nAction: Decline\nIn-reply-to: .*\nReason: (.*)$/m.exec(reply)?.[1];

describe('registrations of version 1.0 at infogather', () => {
  it('are acknowledged with how long they live, and answer an Ask that they match, then a Because', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    const tell = tell1('n1', 'Application: gcc4.0.2', 'Cpus: 64', 'Memory: 256 GiB');
    expect(await said(infogather, tell)).to.deep.equal([ack('n1', '1 h')]);
    await said(infogather, tell1('n2', 'Application: gcc4.0.2', 'Cpus: 4'));
    const answer = await said(infogather, ask1('Application: gcc4.0.2', 'Cpus: 8'));
    expect(answer).to.deep.equal([
      tell
        .replace('Id: n1\n', 'Id: n1\nIn-reply-to: ask-1\n')
        .replace(/^Application/m, 'Transport: tar\nApplication'),
      'RESOURCE-version: 1.0\nAction: Because\nIn-reply-to: ask-1\nMatched: 1 of 2\n',
    ]);
  });

  it('come best first, at most as many as Limit says', async () => {
    await using given = await givenInfogather();
    for (const [id, load] of Object.entries({ n1: 3, n2: 1, n3: 2 })) {
      await said(given.infogather, tell1(id, `Load: ${load}`));
    }
    const answer = await said(given.infogather, ask1('Limit: 2', 'Rank: -their.Load'));
    expect(idsOf(answer)).to.deep.equal(['n2', 'n3']);
    expect(answer.at(-1)).to.match(/^Matched: 3 of 3$/m);
  });

  it('are explained where none matches, and to a Why, with what would help', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, tell1('n1', 'Application: gcc4.0.2', 'Cpus: 6'));
    const lines = ['Application: gcc4.0.2', 'Cpus: 8'];
    const [because] = await said(given.infogather, ask1(...lines));
    expect(because).to.contain('Clause: Cpus: 8 -> 0 yes, 1 no, 0 unsaid; alone stops 1; nearest 6 at n1\n');
    expect(because).to.contain('Suggest: Cpus: 6 -> 1 match\n');
    const [why] = await said(given.infogather, document1('Why', 'ask-1', ...lines));
    expect(why).to.equal(because);
  });

  it('are renewed by the same text, replaced by another with a higher Seq, and else declined as stale', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    await said(infogather, tell1('n1', 'Cpus: 1'));
    await given.advance(hourMs / 2);
    expect(await said(infogather, tell1('n1', 'Cpus: 1'))).to.deep.equal([ack('n1', '1 h')]);
    expect(reasonOf(await said(infogather, tell1('n1', 'Cpus: 2')))).to.match(/^stale .*Seq 0/);
    expect(await said(infogather, tell1('n1', 'Seq: 1', 'Cpus: 2'))).to.deep.equal([ack('n1', '1 h')]);
    expect(reasonOf(await said(infogather, tell1('n1', 'Cpus: 1')))).to.match(/^stale .*Seq 1/);
    expect(await said(infogather, ask1('Cpus: 2'))).to.have.length(2);
    await given.advance(hourMs - 1);
    expect(await said(infogather, ask1())).to.have.length(2);
    await given.advance(1);
    expect(await said(infogather, ask1())).to.have.length(1);
    expect(await said(infogather, tell1('n1', 'Cpus: 1'))).to.deep.equal([ack('n1', '1 h')]);
  });

  it('live as long as they say, a day at most, and not at all where that has passed', async () => {
    await using given = await givenInfogather();
    const { infogather, clock } = given;
    expect(await said(infogather, tell1('n1', 'Expires: 5 min'))).to.deep.equal([ack('n1', '5 min')]);
    expect(await said(infogather, tell1('n2', 'Expires: 3 d'))).to.deep.equal([ack('n2', '1 d')]);
    const past = new Date(clock.now() - 1_000).toISOString();
    expect(reasonOf(await said(infogather, tell1('n3', `Expires: ${past}`)))).to.match(/^too-late /);
    await given.advance(5 * 60_000);
    expect(idsOf(await said(infogather, ask1()))).to.deep.equal(['n2']);
  });

  it('are taken back by an Untell, which is answered the same again, and by nobody else', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    const untell = document1('Untell', 'n1');
    expect(reasonOf(await said(infogather, untell))).to.match(/^not-found /);
    await said(infogather, tell1('n1', 'Cpus: 1'));
    expect(reasonOf(await said(infogather, untell, another))).to.match(/^not-found /);
    expect(await said(infogather, untell)).to.deep.equal([ack('n1')]);
    expect(await said(infogather, untell)).to.deep.equal([ack('n1')]);
    expect(await said(infogather, ask1())).to.have.length(1);
    await given.restart();
    expect(await said(given.infogather, untell)).to.deep.equal([ack('n1')]);
    await given.advance(24 * hourMs);
    await given.infogather.sweep(given.clock.now());
    expect(reasonOf(await said(given.infogather, untell))).to.match(/^not-found /);
  });

  it('forget the oldest Untells beyond what is kept', async () => {
    await using given = await givenInfogather({ 'untold-kept': 1 });
    for (const id of ['n1', 'n2']) {
      await said(given.infogather, tell1(id));
      await said(given.infogather, document1('Untell', id));
      await given.advance(1);
    }
    await given.infogather.sweep(given.clock.now());
    expect(reasonOf(await said(given.infogather, document1('Untell', 'n1')))).to.match(/^not-found /);
    expect(await said(given.infogather, document1('Untell', 'n2'))).to.deep.equal([ack('n2')]);
  });

  it('are known by their owner and Id: what another tells under one Id stands beside it', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, tell1('n1', 'Cpus: 1'));
    await said(given.infogather, tell1('n1', 'Cpus: 2'), another);
    expect(idsOf(await said(given.infogather, ask1()))).to.deep.equal(['n1', 'n1']);
  });

  it('are seen by every question that is asked after they were begun to be told', async () => {
    await using given = await givenInfogather();
    const told = said(given.infogather, tell1('n1', 'Application: gcc4.0.2'));
    const answers = await Promise.all([
      said(given.infogather, ask1()).then(idsOf),
      given.infogather.applications(),
      given.list(),
    ]);
    expect(answers.map((answer) => answer.length)).to.deep.equal([1, 1, 1]);
    await told;
  });

  it('are declined over the bounds that hold for both versions together', async () => {
    await using given = await givenInfogather({ 'most-registrations': 2, 'most-answers': 5 });
    await given.infogather.register(registrationOf('gcc4.0.2', 1), teller);
    await said(given.infogather, tell1('n1'));
    expect(reasonOf(await said(given.infogather, tell1('n2')))).to.match(/^capacity infogather holds 2/);
    expect(await said(given.infogather, tell1('n1', 'Seq: 1', 'Cpus: 3'))).to.deep.equal([ack('n1', '1 h')]);
    expect(reasonOf(await said(given.infogather, ask1('Count: 6')))).to.match(/^policy Count/);
  });

  it('are all there after a restart, in their order', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, tell1('n1', 'Cpus: 1'));
    await given.infogather.register(registrationOf('gcc4.0.2', 1), teller);
    await said(given.infogather, tell1('n2', 'Application: octave', 'Cpus: 2'));
    await said(given.infogather, tell1('n1', 'Seq: 7', 'Application: gcc4.0.2', 'Cpus: 3'));
    const asked = async () => said(given.infogather, ask1('Limit: 9'));
    const before = { answer: await asked(), list: await given.list() };
    await given.restart();
    expect({ answer: await asked(), list: await given.list() }).to.deep.equal(before);
    expect(idsOf(before.answer)).to.deep.equal(['n2', 'n1']);
    expect(reasonOf(await said(given.infogather, tell1('n1', 'Seq: 7', 'Cpus: 9')))).to.match(/^stale /);
  });

  it('answer Asks of version 0.1 where they accept them: load and date are tested, the least loaded comes', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    const both = ['Poll: 193.10.66.20:8484', 'Application: octave, gcc4.0.2'];
    await said(infogather, tell1('n1', ...both, 'CPU-Load: 0.1', 'Date: 100'));
    const accepting = ['Accepts-version: 0.1', ...both, 'CPU-Load: 0.3', 'Date: 100'];
    await said(infogather, tell1('n2', ...accepting));
    await infogather.register(registrationOf('gcc4.0.2', 9, 'CPU-Load: 0.4\nDate: 100'), teller);
    const found = async (lines: string) =>
      textsOf(await infogather.ask(resourceAskOf(`Application: gcc4.0.2\n${lines}`)));
    expect(await found('CPU-Load: 0.5\nDate: 99')).to.deep.equal([
      'RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nHost: 193.10.66.20:8483\n' +
        'Poll: 193.10.66.20:8484\nCPU-Load: 0.3\nDate: 100\n',
    ]);
    expect(await found('CPU-Load: 0.3')).to.deep.equal([]);
    expect(await found('Date: 100')).to.deep.equal([]);
  });

  it('stand for what their node tells in version 0.1 beside them, as long as they are told', async () => {
    await using given = await givenInfogather();
    const { infogather } = given;
    const elsewhere = { ...teller, address: '10.0.0.1' };
    await infogather.register(registrationOf('gcc4.0.2', 8483), teller);
    await infogather.register(registrationOf('octave', 8483), elsewhere);
    const matched = async () => (await said(infogather, ask1('Limit: 9'))).at(-1);
    const listed = async () => (await given.list()).map(({ application, id }) => `${application} ${id}`);
    await said(infogather, tell1('n1', 'Application: gcc4.0.2, octave'));
    expect(await matched()).to.match(/^Matched: 2 of 2$/m);
    expect(await listed()).to.deep.equal(['octave null', 'gcc4.0.2 n1', 'octave n1']);
    await infogather.register(registrationOf('gcc4.0.2', 8483, 'CPU-Load: 1'), teller);
    expect(await matched()).to.match(/^Matched: 2 of 2$/m);
    expect(await infogather.ask(resourceAskOf('Application: gcc4.0.2'))).to.have.length(1);
    await said(infogather, document1('Untell', 'n1'));
    expect(await matched()).to.match(/^Matched: 2 of 2$/m);
    expect(await listed()).to.deep.equal(['gcc4.0.2 null', 'octave null']);
  });

  it('are listed with what they say of their node, once for each application', async () => {
    await using given = await givenInfogather({ 'nodes-a-page': 1 });
    const facts = ['Application: gcc4.0.2, octave', 'Cpus: 64', 'Requires: their.Cpus > 1', 'Requires: true'];
    await said(given.infogather, tell1('n1/a', ...facts, 'Load: 0.5', 'Date: 2026-12-01'));
    const [first, second] = await given.list();
    expect(first).to.deep.include({ application: 'gcc4.0.2', id: 'n1/a', cpuLoad: 0.5, date: 1_796_083_200 });
    expect(second).to.deep.include({ application: 'octave', host: '193.10.66.20:8483', poll: null });
    expect(first?.says).to.deep.equal({
      Application: 'gcc4.0.2, octave',
      Cpus: '64',
      Requires: ['their.Cpus > 1', 'true'],
      Load: '0.5',
      Date: '2026-12-01',
    });
    expect((await given.list('octave')).map(({ application }) => application)).to.deep.equal(['octave']);
    expect(await given.infogather.applications()).to.deep.equal(['gcc4.0.2', 'octave']);
  });

  it('are listed in pages of a size that is bounded, and declined where their applications alone would pass it', async () => {
    await using given = await givenInfogather({ 'page-bytes': 1_000 });
    const note = `X: ${'y'.repeat(300)}`;
    for (const id of ['n1', 'n2', 'n3', 'n4'])
      await said(given.infogather, tell1(id, 'Application: a', note));
    const first = await given.infogather.nodes({});
    expect(first.nodes).to.have.length(3);
    expect((await given.list()).map(({ id }) => id)).to.deep.equal(['n1', 'n2', 'n3', 'n4']);
    const many = `Application: ${Array.from({ length: 5 }, (_, index) => `a${index}`).join(', ')}`;
    expect(reasonOf(await said(given.infogather, tell1('n5', many, note)))).to.match(/^policy Application/);
    expect(await said(given.infogather, tell1('n5', many))).to.deep.equal([ack('n5', '1 h')]);
  });

  it('decline what is not spoken here, and pass through every door', async () => {
    await using given = await givenInfogather();
    const ack1 = document1('Ack', 'a1', 'In-reply-to: a0');
    expect(reasonOf(await said(given.infogather, ack1))).to.match(/^not-understood Action Ack/);
    expect(reasonOf(await said(given.infogather, ask1('Cursor: 7')))).to.match(/^not-understood Cursor/);
    const [sla] = await said(given.infogather, 'SLA-version: 1.0\nAction: Ask\nId: a1\n');
    expect(sla).to.match(/^SLA-version: 1\.0\nAction: Decline\nIn-reply-to: a1\nReason: not-understood SLA/);
    await using doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
    expect(await converseWith(doors.text, tell1('n1'))).to.equal(`${ack('n1', '1 h')}\n`);
    expect(await (await doors.post('/infogather', tell1('n2'))).text()).to.equal(`${ack('n2', '1 h')}\n`);
    expect(await doors.frames('/infogather/ws', [tell1('n3')])).to.deep.equal([
      { frame: 1, documents: [ack('n3', '1 h')] },
    ]);
    expect(await converseWith(doors.text, 'RESOURCE-version: 1.0\nAction: Tell\nId: n4\n')).to.match(
      /^# error: .*Host/,
    );
  });
});
