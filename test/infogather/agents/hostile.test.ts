import { expect } from 'chai';
import { infogatherSettings } from '../../../infogather/settings.ts';
import { document1 } from '../support.ts';
import { type GivenGathering, givenGathering, type Talk } from './given.ts';

const never = new AbortController().signal;
const tell = (node: string) =>
  document1('Tell', `${node}/gcc`, `Host: ${node}.invalid`, 'Transport: job', 'Application: gcc', 'Cpus: 4');
const huge = 1e300;

/** What an agent says of its node. */
const state = (running: number, more: object = {}) => ({
  type: 'state',
  state: running % 2 === 0 ? 'ready' : 'busy',
  ...{ running, held: 0, load: 0.5 },
  free: { tasks: 1, cpus: 1, memoryBytes: 1, diskBytes: null },
  ...more,
});

describe('an agent that means no good', () => {
  let test: GivenGathering;

  beforeEach(async () => {
    test = await givenGathering();
  });

  afterEach(() => test[Symbol.asyncDispose]());

  const eventsOf = async () =>
    (await test.given.infogather.standings.statesAfter({ after: 0 }, { wait: 0, signal: never })).events;

  it('fills neither the log nor the messages of its node, however often it says another thing', async () => {
    const talk = await test.agent();
    await talk.tell(tell('n1'));
    await test.given.advance(1000);
    for (let times = 0; times < 500; times += 1) {
      talk.say(state(times));
      talk.say({ type: 'message', level: 'error', text: `message ${times}` });
    }
    await talk.tell(tell('n1')); // all before it was taken
    await test.given.advance(2000);
    talk.say({ type: 'message', level: 'error', text: 'the last' });
    await talk.tell(tell('n1'));
    await test.given.advance(1000);
    expect((await eventsOf()).length).to.be.at.most(5);
    const [node] = (await test.given.infogather.standings.states({})).nodes;
    const { messages } = await test.given.infogather.standings.messagesOf(node!.node, 'error');
    expect(messages.map(({ text }) => text)).to.include('the last');
    expect(messages.length).to.be.within(2, 40);
  });

  it('has no more registrations than one agent may, and takes no room of others', async () => {
    const { 'agent-registrations': most } = infogatherSettings.parse({});
    const [flood, honest] = [await test.agent(), await test.agent(test.keys.other)];
    const answerTo = async (talk: Talk, document: string) => (await talk.tell(document))?.documents ?? '';
    const told: string[] = [];
    for (let node = 0; node < most + 50; node += 1) told.push(await answerTo(flood, tell(`n${node}`)));
    expect(told.filter((answer) => answer.includes('Action: Ack'))).to.have.length(most);
    expect(told.at(-1)).to.match(/Action: Decline[\s\S]*of one agent/);
    expect(await answerTo(flood, tell('n0')), 'what it has it may tell again').to.include('Action: Ack');
    expect(await answerTo(flood, document1('Untell', 'n0/gcc'))).to.include('Action: Ack');
    expect(await answerTo(flood, tell('another'))).to.include('Action: Ack');
    expect(await answerTo(honest, tell('n1'))).to.include('Action: Ack');
  });

  it('says of its own node alone that it is busy, whatever it names', async () => {
    const victim = await test.agent();
    await victim.tell(tell('n1'));
    victim.say(state(0));
    const talk = await test.agent(test.keys.other);
    await talk.tell(tell('n1'));
    talk.say(state(1));
    await talk.tell(tell('n1'));
    await test.given.advance(1000);
    const { nodes } = await test.given.infogather.standings.states({ name: 'n1' });
    expect(nodes.map((node) => node.state)).to.deep.equal(['alive', 'busy']);
  });

  it('may say what no machine has: it stands in no series, and harms no answer', async () => {
    const talk = await test.agent();
    await talk.tell(tell('n1'));
    const free = { tasks: 1, cpus: huge, memoryBytes: huge, diskBytes: huge };
    talk.say(state(0, { free, load: huge }));
    const poll = await talk.next('poll');
    talk.say({ type: 'polled', ask: poll!.ask, documents: tell('n1').replace('Cpus: 4', 'Load: 0.5') });
    await talk.tell(tell('n1'));
    await test.given.advance(2000);
    const [node] = (await test.given.infogather.standings.states({})).nodes;
    const { points } = await test.given.infogather.standings.historyOf(node!.node, 3600);
    expect(points.map(({ freeCpus }) => freeCpus)).to.deep.equal([null]);
    expect(points[0]?.load).to.equal(0.5);
  });

  it('pays for each node that it says it is', async () => {
    const many = await test.agent();
    const nodes = Array.from({ length: 200 }, (_, index) => tell(`n${index}`));
    for (const one of nodes) await many.tell(one);
    for (let times = 0; times < 50; times += 1) many.say(state(times));
    const other = await test.agent(test.keys.other);
    await other.tell(tell('other')); // what could be taken before it was
    const saidLast = async () => {
      const [node] = await test.given.list();
      return node?.agent?.running ?? 0;
    };
    expect(await saidLast()).to.be.below(49);
    while ((await saidLast()) < 49) await test.given.advance(1000);
  });

  it('is refused where it says more at once than a message may hold', async () => {
    const talk = await test.agent();
    talk.say({ type: 'message', level: 'error', text: 'x'.repeat(1001) });
    expect(await talk.next('refused')).to.deep.include({ code: 'wrong-protocol' });
  });
});
