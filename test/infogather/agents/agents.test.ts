import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { agentSubject, type NodeState } from '../../../protocol/agent/gathering.ts';
import { document1, intervalMs, registration } from '../support.ts';
import { type GivenGathering, type Greeting, givenGathering, lifeMs, type Talk } from './given.ts';

const tell = (...headers: readonly string[]) =>
  document1('Tell', 'node-1/gcc', 'Host: node-1.invalid', 'Transport: job', 'Application: gcc', ...headers);

const state: NodeState = {
  state: 'ready',
  running: 1,
  held: 2,
  free: { tasks: 3, cpus: 3, memoryBytes: 2 ** 30, diskBytes: null },
  load: 0.25,
};

describe('the socket of an agent at infogather', () => {
  let test: GivenGathering;

  beforeEach(async () => {
    test = await givenGathering();
  });

  afterEach(() => test[Symbol.asyncDispose]());

  /** Answers the next poll of the agent. */
  async function answer(talk: Talk, documents: string): Promise<void> {
    const poll = await talk.next('poll');
    talk.say({ type: 'polled', ask: poll!.ask, documents });
    // What comes of it goes through the door, and then to the store.
    talk.say({ type: 'tell', ask: 9, documents: document1('Untell', 'nothing') });
    await talk.next('told');
    await test.given.settle();
  }

  it('registers a node that nobody can connect to, says how it stands, and has it polled', async () => {
    const talk = await test.agent();
    expect((await talk.tell(tell('Load: 0.5')))?.documents).to.include('Action: Ack');
    talk.say({ type: 'state', ...state });
    await answer(talk, tell('Load: 0.75'));
    const [node, ...others] = await test.given.list();
    expect(others).to.deep.equal([]);
    expect(node).to.deep.include({
      ...{ application: 'gcc', host: 'node-1.invalid', transport: 'job', id: 'node-1/gcc' },
      ...{ poll: null, pollable: true, cpuLoad: 0.75, heardAgoMs: 0, fault: null, agent: state },
    });
    expect(test.given.nodes.polled).to.deep.equal([]);
  });

  it('takes the place of the Poll address while it is open, and no longer', async () => {
    const address = '193.10.66.20:8484';
    test.given.nodes.answers.set(address, tell('Load: 0.3'));
    const talk = await test.agent();
    await talk.tell(tell(`Poll: ${address}`));
    await answer(talk, tell('Load: 0.75'));
    expect((await test.given.list())[0]).to.include({ poll: address, cpuLoad: 0.75 });
    expect(test.given.nodes.polled).to.deep.equal([]);
    talk.cut();
    await test.given.advance(2 * intervalMs);
    while (test.given.nodes.polled.length === 0) await test.given.advance(intervalMs);
    expect((await test.given.list())[0]).to.include({ cpuLoad: 0.3, agent: null, fault: null });
  });

  it('says of a node whose agent went that it is not connected, and hears it again once it comes', async () => {
    const talk = await test.agent();
    await talk.tell(tell());
    await answer(talk, tell());
    talk.cut();
    const faultOf = async () => (await test.given.list())[0]?.fault;
    while ((await faultOf()) === null) {
      await test.given.advance(intervalMs);
      await sleep(1); // the end of the connection comes by the network
    }
    expect(await faultOf()).to.match(/its agent (?:is not connected|went)/);
    const again = await test.agent();
    await again.tell(tell());
    await answer(again, tell('Load: 0.1'));
    expect(await test.given.list()).to.have.length(1);
    expect((await test.given.list())[0]).to.deep.include({ cpuLoad: 0.1, fault: null });
  });

  it('has what was told over it still after a restart, by the same agent', async () => {
    const talk = await test.agent();
    await talk.tell(tell());
    talk.cut();
    await test.given.restart();
    expect((await test.given.list())[0]).to.deep.include({ poll: null, pollable: true, id: 'node-1/gcc' });
  });

  it('takes what an agent tells for its own, whichever broker vouches for it, and nobody else may take it back', async () => {
    const talk = await test.agent();
    await talk.tell(tell());
    const other = await test.agent(test.keys.other);
    const untell = document1('Untell', 'node-1/gcc');
    expect((await other.tell(untell))?.documents).to.include('Action: Decline');
    expect((await talk.tell(untell))?.documents).to.include('Action: Ack');
    expect(await test.given.list()).to.deep.equal([]);
  });

  it('lasts as long as its JWT, and longer with another one', async () => {
    const talk = await test.agent();
    const { clock } = test.given;
    await clock.advance(lifeMs / 2);
    talk.say({ type: 'renew', ask: 1, token: test.jwt() });
    expect((await talk.next('renewed'))?.holdsMs).to.be.within(lifeMs - 1000, lifeMs + 1000);
    await clock.advance(lifeMs - 1000);
    expect((await talk.tell(tell()))?.documents).to.include('Action: Ack');
    await clock.advance(2000);
    expect(await talk.next('told')).to.equal(undefined);
    expect(talk.closed).to.equal('the JWT of the agent has expired');
  });

  it('is one for each agent: the last that came', async () => {
    const first = await test.agent();
    const second = await test.agent();
    expect(await first.next('poll')).to.equal(undefined);
    expect(first.closed).to.equal('the agent came by another connection');
    await second.tell(tell());
    await answer(second, tell());
    expect((await test.given.list())[0]).to.include({ heardAgoMs: 0 });
  });

  it('gives a poll no longer than any other, and takes no more than any other', async () => {
    const talk = await test.agent();
    await talk.tell(tell());
    await talk.next('poll');
    await test.given.clock.advance(5_000);
    await test.given.settle();
    expect((await test.given.list())[0]?.fault).to.equal('gave no answer within 5000 ms');
    await test.given.advance(6_000);
    await answer(talk, `${tell()}Note: ${'x'.repeat(1000)}\n`);
    while (((await test.given.list())[0]?.fault ?? '').startsWith('gave')) await test.given.settle();
    expect((await test.given.list())[0]?.fault).to.equal('answered with more than 1024 bytes');
  });

  describe('lets nobody in', () => {
    const later = 10_000;
    const table: [who: string, greeting: (test: GivenGathering) => Greeting, why: RegExp][] = [
      ['with what is no JWT', ({ keys }) => ({ key: keys.agent, token: 'x' }), /not as a broker makes it/],
      [
        'with the JWT of a broker that is not trusted',
        ({ keys, jwt }) => ({ key: keys.agent, token: jwt({}, keys.stranger) }),
        /does not trust; let its owner name the key/,
      ],
      [
        'with a JWT for another address',
        ({ keys, jwt }) => ({ key: keys.agent, token: jwt({ aud: 'http://elsewhere/infogather' }) }),
        /another service, or another address/,
      ],
      [
        'with a JWT that has expired',
        ({ keys, jwt, given }) => ({
          key: keys.agent,
          token: jwt({ iat: given.clock.now() / 1000 - 400, exp: given.clock.now() / 1000 - 100 }),
        }),
        /has expired; see that the clocks/,
      ],
      [
        'with a JWT of a broker whose clock is ahead',
        ({ keys, jwt, given }) => ({
          key: keys.agent,
          token: jwt({ iat: given.clock.now() / 1000 + 60, exp: given.clock.now() / 1000 + 90 }),
        }),
        /of a time to come; see that the clocks/,
      ],
      [
        'with the JWT of another agent',
        ({ keys, jwt }) => ({ key: keys.other, token: jwt() }),
        /not about the key of this agent/,
      ],
      [
        'with the JWT of a user',
        ({ keys, jwt }) => ({ key: keys.agent, token: jwt({ sub: 'ada', scopes: ['resources'] }) }),
        /not about the key of this agent/,
      ],
      [
        'with a JWT that is for something else',
        ({ keys, jwt }) => ({ key: keys.agent, token: jwt({ scopes: ['resources', 'read'] }) }),
        /not about the key of this agent/,
      ],
      [
        'who has seen the JWT of an agent, and has not its key',
        ({ keys, jwt }) => ({ key: keys.agent, token: jwt(), prover: keys.other }),
        /has not the key that its JWT is about/,
      ],
      [
        'who passes on what the agent has signed for a broker',
        ({ keys, jwt }) => ({ key: keys.agent, token: jwt(), side: 'agent' }),
        /has not the key that its JWT is about/,
      ],
    ];
    for (const [who, greeting, why] of table)
      it(who, async () => {
        await test.given.clock.advance(later);
        const talk = await test.connect();
        expect(await talk.greet(greeting(test))).to.equal(undefined);
        expect((await talk.next('refused'))?.detail, talk.closed).to.match(
          new RegExp(why.source.split(';')[0]!),
        );
        expect(talk.closed ?? '').to.match(/./);
        expect(test.log.lines.join('\n')).to.not.include(test.jwt());
      });

    const garbage: [what: string, frame: string][] = [
      ['nothing', ''],
      ['no JSON', '{'],
      ['a document', tell()],
      ['a tell before it is known', JSON.stringify({ type: 'tell', ask: 1, documents: tell() })],
      ['a proof before all', JSON.stringify({ type: 'proof', signature: 'A'.repeat(86) })],
      [
        'another version',
        JSON.stringify({
          type: 'hello',
          protocol: 99,
          key: 'A'.repeat(43),
          nonce: 'A'.repeat(43),
          token: 'x',
        }),
      ],
    ];
    for (const [what, frame] of garbage)
      it(`who begins with ${what}`, async () => {
        const talk = await test.connect();
        talk.say(frame);
        expect((await talk.next('refused'))?.code).to.equal('wrong-protocol');
        expect(await talk.next('welcome')).to.equal(undefined);
        expect(await test.given.list()).to.deep.equal([]);
      });

    it('who takes too long', async () => {
      const talk = await test.connect();
      await test.given.clock.advance(10_000);
      expect(await talk.next('challenge')).to.equal(undefined);
      expect(talk.closed).to.equal('the agent did not say who it is in time');
    });
  });

  it('ends where the agent says what cannot be understood', async () => {
    const talk = await test.agent();
    talk.say({ type: 'state', state: 'asleep' });
    expect((await talk.next('refused'))?.code).to.equal('wrong-protocol');
    expect(await talk.next('poll')).to.equal(undefined);
  });

  it('goes on with the JWT that it has where another does not hold, and no longer than that one', async () => {
    const talk = await test.agent();
    const { clock } = test.given;
    await clock.advance(lifeMs / 2);
    for (const [ask, token] of [
      test.jwt({ sub: agentSubject(test.keys.other.publicKey) }),
      test.jwt({}, test.keys.stranger),
      'x',
    ].entries()) {
      talk.say({ type: 'renew', ask: ask + 1, token });
      const renewed = await talk.next('renewed');
      expect(renewed?.ask).to.equal(ask + 1);
      expect(renewed?.why).to.be.a('string');
      expect(renewed?.holdsMs).to.be.within(lifeMs / 2 - 1000, lifeMs / 2 + 1000);
    }
    expect((await talk.tell(tell()))?.documents).to.include('Action: Ack');
    await clock.advance(lifeMs / 2 + 2000);
    expect(await talk.next('told')).to.equal(undefined);
  });

  it('says why a document is not taken, and goes on', async () => {
    const talk = await test.agent();
    expect((await talk.tell('Action: Tell\n'))?.problem?.code).to.equal('document-refused');
    expect((await talk.tell(`${tell()}\n${tell()}`))?.problem?.code).to.equal('one-document');
    const ask = document1('Ask', 'ask-1', 'Application: gcc');
    for (const other of [ask, registration('gcc', 1)])
      expect((await talk.tell(other))?.problem?.code).to.equal('wrong-service');
    expect((await talk.tell(tell()))?.documents).to.include('Action: Ack');
  });

  it('passes over answers to polls that nobody has asked for', async () => {
    const talk = await test.agent();
    talk.say({ type: 'polled', ask: 7, documents: tell('Load: 9') });
    await talk.tell(tell('Load: 0.5'));
    expect((await test.given.list())[0]).to.include({ cpuLoad: 0.5 });
  });
});
