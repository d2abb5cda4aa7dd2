import { expect } from 'chai';
import { nodeMoves } from '../../protocol/node-states.ts';
import {
  document1,
  type GivenInfogather,
  givenInfogather,
  hourMs,
  intervalMs,
  registration,
  registrationOf,
  said,
  tell1,
  teller,
} from './support.ts';

const never = new AbortController().signal;
const poll = '193.10.66.20:8484';
const node = (...headers: readonly string[]) =>
  tell1('n1/gcc', `Poll: ${poll}`, 'Application: gcc', ...headers);

async function eventsOf({ infogather }: GivenInfogather, after = 0) {
  return infogather.standings.statesAfter({ after }, { wait: 0, signal: never });
}

/** The number of the only node. */
async function numberOf(given: GivenInfogather): Promise<number> {
  const [node] = (await given.infogather.standings.states({})).nodes;
  if (node === undefined) throw new Error('there is no node');
  return node.node;
}

const pathOf = (events: Awaited<ReturnType<typeof eventsOf>>['events']) =>
  events.map(({ to }) => to).join(' ');

describe('how nodes stand at infogather', () => {
  it('goes only where the table says, which the store holds too', async () => {
    await using given = await givenInfogather();
    const rows = await given.files.store.read((sql) =>
      sql.all<{ before: string; after: string }>('SELECT before, after FROM node_moves'),
    );
    const pair = (from: string, to: string) => `${from} -> ${to}`;
    expect(rows.map(({ before, after }) => pair(before, after)).sort()).to.deep.equal(
      nodeMoves.map(({ from, to }) => pair(from, to)).sort(),
    );
    const write = (text: string) =>
      given.files.store
        .write((sql) => sql.run(text))
        .then(
          () => 'done',
          (error: unknown) => String(error),
        );
    const insert = (state: string) =>
      write(
        `INSERT INTO nodes (owner, name, state, since, reason, cursor) VALUES ('', 'n', '${state}', 0, '', 0)`,
      );
    expect(await insert('alive')).to.match(/begins as joining/);
    expect(await insert('joining')).to.equal('done');
    expect(await write(`UPDATE nodes SET state = 'gone'`)).to.equal('done');
    expect(await write(`UPDATE nodes SET state = 'alive'`)).to.match(/does not move so/);
  });

  it('is told of, however fast there is more to say of nodes than can be written', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, node());
    await given.advance(1000);
    const { listings } = given.infogather.standings;
    const known = listings.names().flatMap((name) => listings.at(name) ?? []);
    const { store } = given.files;
    const write = store.write.bind(store);
    let writes = 0;
    store.write = (verb) => {
      writes += 1;
      given.clock.set(1000);
      if (writes < 100) given.infogather.standings.failed(known, 'no answer');
      return write(verb);
    };
    given.infogather.standings.failed(known, 'no answer');
    await given.clock.advance(1000);
    for (let turns = 0; turns < 50; turns += 1) await given.settle();
    store.write = write;
    expect(writes, 'of what was said by then, and no more').to.equal(1);
    await given.advance(1000);
    const [one] = (await given.infogather.standings.states({})).nodes;
    const { messages } = await given.infogather.standings.messagesOf(one!.node, 'warn');
    const ours = messages.filter(({ text }) => text.endsWith('no answer'));
    expect(ours, 'the rest, the next time').to.have.length(2);
  });

  it('is told as it changes, each time with a reason: it joins, answers, falls silent, comes back, and is taken back', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, node());
    await given.advance(1000);
    const joined = await eventsOf(given);
    expect(pathOf(joined.events)).to.equal('joining');
    expect(joined.events[0]).to.include({ name: 'n1', from: null });
    given.nodes.answers.set(poll, node('Load: 0.25'));
    await given.advance(intervalMs);
    await given.advance(1000);
    given.nodes.answers.delete(poll);
    await given.advance(30_000 + intervalMs);
    given.nodes.answers.set(poll, node('Load: 0.5'));
    await given.advance(2 * intervalMs);
    await said(given.infogather, document1('Untell', 'n1/gcc'));
    await given.advance(1000);
    const { events, cursor } = await eventsOf(given, joined.cursor);
    expect(pathOf(events)).to.equal('alive silent alive gone');
    expect(events.map(({ reason }) => reason)).to.deep.equal([
      'it answers polls',
      'nothing listens there',
      'it answers polls',
      'nothing of it is registered any more',
    ]);
    expect((await eventsOf(given, cursor)).events).to.deep.equal([]);
    expect((await given.infogather.standings.states({})).nodes).to.deep.equal([]);
    expect(await given.infogather.standings.state(events[0]!.node)).to.include({ state: 'gone', name: 'n1' });
  });

  it('is kept over a restart: nothing is told twice, and what went meanwhile is told then', async () => {
    await using given = await givenInfogather({ 'registration-lifetime': hourMs });
    given.nodes.answers.set(poll, node('Load: 0.25'));
    await said(given.infogather, node());
    await said(
      given.infogather,
      tell1('n2/gcc', 'Application: gcc', 'Poll: 193.10.66.21:8484', 'Expires: 5 min'),
    );
    await given.advance(2 * intervalMs);
    const before = await eventsOf(given);
    expect(before.events.map(({ name, to }) => `${name} ${to}`)).to.include.members([
      'n1 alive',
      'n2 joining',
    ]);
    await given.infogather.stop();
    await given.clock.advance(10 * 60_000);
    await given.restart();
    await given.advance(2 * intervalMs);
    const after = await eventsOf(given, before.cursor);
    expect(after.events.map(({ name, to }) => `${name} ${to}`)).to.deep.equal(['n2 gone']);
  });

  it('has one number for as long as it is remembered, though it went and came again', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, node());
    await given.advance(1000);
    await said(given.infogather, document1('Untell', 'n1/gcc'));
    await given.advance(1000);
    await said(given.infogather, node());
    await given.advance(1000);
    const { events } = await eventsOf(given);
    expect(pathOf(events)).to.equal('joining gone joining');
    expect(new Set(events.map((event) => event.node)).size).to.equal(1);
  });

  it('is one node with many applications, and one in version 0.1 by its Poll address', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, node());
    await said(given.infogather, tell1('n1/octave', `Poll: ${poll}`, 'Application: octave'));
    await given.infogather.register(registrationOf('gcc', 9, 'Poll: 193.10.66.30:8484'), teller);
    await given.infogather.register(registrationOf('octave', 10, 'Poll: 193.10.66.30:8484'), teller);
    await given.advance(1000);
    const { nodes } = await given.infogather.standings.states({});
    expect(nodes.map(({ name, applications }) => [name, ...applications])).to.deep.equal([
      ['n1', 'gcc', 'octave'],
      ['193.10.66.30:8484', 'gcc', 'octave'],
    ]);
    expect((await given.infogather.standings.states({ name: 'n1' })).nodes).to.have.length(1);
  });

  it('stays as it was while its first answer at another Poll address is waited for', async () => {
    await using given = await givenInfogather();
    given.nodes.answers.set(poll, node());
    await said(given.infogather, node());
    await given.advance(intervalMs);
    const other = '193.10.66.21:8484';
    await said(given.infogather, tell1('n1/gcc', 'Seq: 2', `Poll: ${other}`, 'Application: gcc'));
    await given.advance(40_000);
    await said(given.infogather, tell1('n1/gcc', 'Seq: 3', `Poll: ${poll}`, 'Application: gcc'));
    await given.advance(intervalMs);
    expect(pathOf((await eventsOf(given)).events)).to.equal('joining alive silent alive');
  });

  it('moves at most once in an interval, however often what it says changes', async () => {
    await using given = await givenInfogather();
    for (let times = 0; times < 20; times += 1) {
      await said(given.infogather, node());
      await said(given.infogather, document1('Untell', 'n1/gcc'));
    }
    await said(given.infogather, node());
    await given.advance(1000);
    expect((await eventsOf(given)).events.length).to.be.within(1, 3);
  });

  it('is gone when what it told is taken back or has expired, also where it tells no Poll address', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, tell1('n1/gcc', 'Application: gcc'));
    await said(given.infogather, tell1('n2/gcc', 'Application: gcc', 'Expires: 1 min'));
    await given.advance(1000);
    await said(given.infogather, document1('Untell', 'n1/gcc'));
    await given.advance(62_000);
    const { events } = await eventsOf(given);
    const gone = events.filter(({ to }) => to === 'gone').map(({ name }) => name);
    expect(gone).to.deep.equal(['n1', 'n2']);
    expect((await given.infogather.standings.states({})).nodes).to.deep.equal([]);
  });

  it('is waited for, and a question of a cursor that the log has forgotten is refused', async () => {
    await using given = await givenInfogather({ 'most-events': 1 });
    const { standings } = given.infogather;
    const waiting = standings.statesAfter({ after: 0 }, { wait: 30, signal: never });
    await said(given.infogather, node());
    await given.advance(1000);
    expect(pathOf((await waiting).events)).to.equal('joining');
    await said(given.infogather, document1('Untell', 'n1/gcc'));
    await given.advance(1000);
    await given.infogather.sweep(given.clock.now());
    const error = await eventsOf(given, 0).catch((refusal: unknown) => refusal);
    expect(error).to.include({ code: 'cursor-expired' });
    expect((await eventsOf(given, (await standings.states({})).cursor)).events).to.deep.equal([]);
  });

  it('is forgotten with its history and messages when it has been gone for long', async () => {
    await using given = await givenInfogather({ 'events-kept': hourMs });
    given.nodes.answers.set(poll, node('Load: 0.25'));
    await said(given.infogather, node());
    await given.advance(2 * intervalMs);
    await said(given.infogather, document1('Untell', 'n1/gcc'));
    await given.advance(1000);
    await given.infogather.sweep(given.clock.now());
    const [event] = (await eventsOf(given)).events;
    expect(await given.infogather.standings.state(event!.node)).to.include({ state: 'gone' });
    await given.advance(hourMs + 1);
    await given.infogather.sweep(given.clock.now());
    for (const table of ['nodes', 'history', 'messages', 'events', 'listed'])
      expect(await given.files.store.read((sql) => sql.all(`SELECT * FROM ${table}`)), table).to.deep.equal(
        [],
      );
    const error = await given.infogather.standings.state(event!.node).catch((refusal: unknown) => refusal);
    expect(error).to.include({ code: 'not-found' });
  });

  it('says what was wrong in messages, of each node the latest so many', async () => {
    await using given = await givenInfogather({ 'messages-kept': 3 });
    await said(given.infogather, node());
    await given.advance(40_000);
    for (const fault of ['one', 'two', 'three']) {
      given.nodes.answers.set(poll, new Error(fault));
      await given.advance(intervalMs);
    }
    await given.advance(1000);
    const number = await numberOf(given);
    const texts = async (level: 'warn' | 'info') =>
      (await given.infogather.standings.messagesOf(number, level)).messages.map(({ text }) => text);
    expect(await texts('info')).to.deep.equal([
      'a poll failed: three',
      'a poll failed: two',
      'a poll failed: one',
    ]);
    given.nodes.answers.set(poll, registration('gcc', 1));
    given.nodes.answers.set(poll, node());
    await given.advance(2 * intervalMs);
    expect((await texts('info'))[0]).to.match(/^alive: /);
    expect(await texts('warn')).to.not.include('alive: it answers polls');
  });

  it('has a history, finer and then coarser, of which what is too old is forgotten', async () => {
    await using given = await givenInfogather({ 'history-kept': 20 * 60_000, 'history-day-kept': hourMs });
    await said(given.infogather, node());
    for (let minute = 0; minute < 40; minute += 1) {
      given.nodes.answers.set(poll, node(`Load: ${minute / 100}`));
      await given.advance(60_000);
    }
    const { standings } = given.infogather;
    const number = await numberOf(given);
    const fine = await standings.historyOf(number, 1200);
    expect(fine.stepMs).to.equal(10_000);
    expect(fine.points).to.have.length.within(118, 121);
    expect(fine.points.at(-1)?.load).to.be.closeTo(0.39, 0.011);
    const day = await standings.historyOf(number, 2400);
    expect(day.stepMs).to.equal(60_000);
    expect(day.points).to.have.length.within(39, 42);
    expect(day.points[20]?.load).to.be.closeTo(0.2, 0.03);
    expect((await standings.historyOf(number, 7200)).stepMs).to.equal(900_000);
    await given.infogather.sweep(given.clock.now() + hourMs / 2);
    const left = await given.files.store.read((sql) =>
      sql.all('SELECT DISTINCT step FROM history ORDER BY step'),
    );
    expect(left).to.deep.equal([{ step: 60_000 }, { step: 900_000 }]);
  });
});
