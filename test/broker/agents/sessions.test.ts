import { expect } from 'chai';
import fc from 'fast-check';
import { readJwt } from '../../../platform/identity/jwt.ts';
import { agentScope, agentSubject } from '../../../protocol/agent/gathering.ts';
import type { BrokerMessage } from '../../../protocol/agent/messages.ts';
import { type GivenAgents, givenAgents, silenceMs } from './given.ts';

/** A message of the broker, by which a test knows it from others. */
const answer = (attempt: number): BrokerMessage => ({ type: 'answer', task: 'job.1', attempt, text: 'yes' });

describe('the sessions of agents', () => {
  let given: GivenAgents;

  beforeEach(async () => {
    given = await givenAgents();
  });

  afterEach(() => given[Symbol.asyncDispose]());

  it('hand on what an agent says, a frame at a time, and say that they have it when it is kept', async () => {
    const { listener } = given;
    const kept = Promise.withResolvers<void>();
    const agent = await given.agent('node');
    await agent.connect();
    listener.keep = () => kept.promise;
    await agent.sayLoads(1, 2);
    await agent.sayLoads(3);
    await listener.until(() => listener.said('node').length === 3);
    expect(listener.heard.filter(({ kind }) => kind === 'messages')).to.have.length(2);
    await agent.say(); // a heartbeat is answered at once
    await agent.next();
    expect(agent.acknowledged).to.equal(0);
    kept.resolve();
    await agent.until(() => agent.acknowledged === 3);
    expect(listener.said('node')).to.deep.equal([1, 2, 3]);
  });

  it('read an agent that says more than it may no faster, and the others as ever', async () => {
    await using slow = await givenAgents({ 'agent-pace': 16 * 1024 });
    const [loud, quiet] = [await slow.agent('loud'), await slow.agent('quiet')];
    for (const agent of [loud, quiet]) await agent.connect();
    const many = Array.from({ length: 200 }, (_, index) => index);
    await loud.sayLoads(...many); // and is over its pace by that
    await loud.until(() => loud.acknowledged === many.length);
    await loud.sayLoads(1000);
    for (const number of [1, 2, 3]) {
      await quiet.sayLoads(number);
      await quiet.until(() => quiet.acknowledged === number);
    }
    expect(slow.listener.said('loud')).to.deep.equal(many);
    await slow.clock.advance(10_000);
    await loud.until(() => loud.acknowledged === many.length + 1);
    expect(slow.listener.said('loud').at(-1)).to.equal(1000);
  });

  it('vouch for the agent by a JWT about its key, to the one service that it names, and tell nobody of that', async () => {
    const { listener, brokerKeys, clock } = given;
    const agent = await given.agent('node');
    await agent.connect();
    const audience = 'https://infogather.example/infogather';
    await agent.say({ type: 'vouch', ask: 7, audience });
    await agent.until(() => agent.heard.length > 0);
    const [voucher] = agent.heard;
    if (voucher?.type !== 'voucher') return expect.fail('it is no voucher');
    expect(voucher).to.include({ ask: 7, proofKey: null });
    const trust = {
      issuers: [{ name: 'lab', key: brokerKeys.publicKey }],
      skewMs: 0,
      longestLifeMs: 3_600_000,
    };
    const read = readJwt(voucher.token, audience, trust, clock.now());
    if (typeof read === 'string') return expect.fail(read);
    const { publicKey } = await given.keys('node');
    expect(read).to.deep.include({ issuer: 'lab', sub: agentSubject(publicKey), scopes: [agentScope] });
    expect(read.holdsUntil - clock.now()).to.equal(voucher.holdsMs);
    expect(listener.kinds()).to.deep.equal(['attach node']);
    expect(given.log.lines.join('\n')).to.not.include(voucher.token);
  });

  it('answer a heartbeat with a frame without messages', async () => {
    const agent = await given.agent('node');
    await agent.connect();
    await agent.say();
    expect(await agent.next()).to.deep.equal([]);
  });

  it('send all that is said in one turn in one frame', async () => {
    const agent = await given.agent('node');
    await agent.connect();
    given.listener.link.send([answer(1), answer(2)]);
    given.listener.link.send([answer(3)]);
    expect(await agent.next()).to.deep.equal([answer(1), answer(2), answer(3)]);
  });

  it('pass over what came before, and close on a frame that leaves something out', async () => {
    const { listener } = given;
    const agent = await given.agent('node');
    await agent.connect();
    await agent.sayLoads(1, 2);
    const load = (cpuLoad: number) => ({ type: 'load', cpuLoad, freeDiskBytes: null });
    await agent.raw.say({ from: 2, ack: 0, messages: [load(2), load(3)] });
    await agent.raw.say({ from: 1, ack: 0, messages: [load(1)] });
    await agent.until(() => agent.acknowledged === 3);
    expect(listener.said('node')).to.deep.equal([1, 2, 3]);
    await agent.raw.say({ from: 5, ack: 0, messages: [load(5)] });
    const { code, reason } = await agent.raw.closed;
    expect(code).to.equal(1008);
    expect(reason).to.contain('message 4 is missing');
  });

  it('close on garbage with a sentence, and harm no other', async () => {
    const neighbour = await given.agent('neighbour');
    await neighbour.connect();
    const wrong = [
      'not JSON',
      { from: 0, ack: 0, messages: [] },
      { from: 1, ack: -1, messages: [] },
      { from: 1, ack: 7, messages: [] },
      { from: 1, ack: 0, messages: [{ type: 'load' }] },
      { from: 1, ack: 0, messages: [{ type: 'assign' }] },
      { from: 1, ack: 0, messages: [], more: 1 },
      {
        from: 1,
        ack: 0,
        messages: [{ type: 'inventory', tasks: [{ task: '../x', attempt: 1, stage: 'held' }] }],
      },
    ];
    const agent = await given.agent('node');
    for (const frame of wrong) {
      await agent.connect();
      await agent.raw.say(frame);
      const { code, reason } = await agent.raw.closed;
      expect(code, JSON.stringify(frame)).to.equal(1008);
      expect(reason).to.match(/^what the agent sent is no frame: /);
    }
    await neighbour.sayLoads(1);
    await neighbour.until(() => neighbour.acknowledged === 1);
    expect(given.listener.said('node')).to.deep.equal([]);
  });

  it('go on over another connection where the last one was cut: nothing is lost, nothing comes twice', async () => {
    const { listener } = given;
    const agent = await given.agent('node');
    const first = await agent.connect();
    listener.link.send([answer(1), answer(2)]);
    await agent.until(() => agent.heard.length === 2);
    await agent.sayLoads(1, 2);
    await listener.until(() => listener.said('node').length === 2);
    agent.cut();
    await agent.raw.closed;
    listener.link.send([answer(3)]);
    const second = await agent.connect();
    expect(second).to.include({ session: first.session, token: first.token, resumed: true, received: 2 });
    await agent.sayLoads(3);
    await agent.until(() => agent.heard.length === 3 && agent.acknowledged === 3);
    expect(agent.heard).to.deep.equal([1, 2, 3].map(answer));
    expect(listener.said('node')).to.deep.equal([1, 2, 3]);
    expect(listener.kinds().filter((kind) => kind === 'attach node')).to.have.length(1);
  });

  it('bring everything through once and in order, wherever connections are cut', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('say' as const), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('tell' as const), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('read' as const) }),
      fc.record({ kind: fc.constant('cut' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        await using here = await givenAgents();
        const agent = await here.agent('node');
        const { resource } = await agent.connect();
        let [said, told] = [0, 0];
        for (const one of steps) {
          if (one.kind === 'say') {
            await agent.sayLoads(...Array.from({ length: one.count }, (_, n) => said + n + 1));
            said += one.count;
          } else if (one.kind === 'tell') {
            here.listener.link.send(Array.from({ length: one.count }, (_, n) => answer(told + n + 1)));
            told += one.count;
          } else if (one.kind === 'read') {
            if (agent.heard.length < told) await agent.next();
          } else {
            agent.cut();
            expect((await agent.connect()).resumed).to.equal(true);
          }
        }
        agent.cut();
        await agent.connect();
        await agent.say();
        await agent.until(() => agent.heard.length >= told && agent.acknowledged >= said);
        expect(agent.heard).to.deep.equal(Array.from({ length: told }, (_, n) => answer(n + 1)));
        expect(here.listener.said(resource)).to.deep.equal(Array.from({ length: said }, (_, n) => n + 1));
      }),
      { numRuns: 20 },
    );
  });

  it('begin anew where the agent names another session, or claims what was never said', async () => {
    const agent = await given.agent('node');
    const first = await agent.connect();
    agent.claim({ id: 'of-another-broker', received: 0 });
    const second = await agent.connect();
    agent.claim({ id: second.session, received: 9 });
    const third = await agent.connect();
    for (const welcome of [second, third]) expect(welcome).to.include({ resumed: false, received: 0 });
    expect(new Set([first, second, third].map(({ session }) => session))).to.have.property('size', 3);
    expect(given.sessions.resourceOf(first.token), 'the token of the first').to.equal(undefined);
    expect(given.listener.kinds()).to.deep.equal(['attach node', 'attach node', 'attach node']);
  });

  it('leave an older connection for a newer one of the same agent', async () => {
    const agent = await given.agent('node');
    await agent.connect();
    const older = agent.raw;
    agent.claim(null);
    const welcome = await agent.connect();
    expect((await older.closed).reason).to.equal('the agent began a new session');
    given.listener.link.send([answer(1)]);
    await agent.until(() => agent.heard.length === 1);
    expect(given.sessions.resourceOf(welcome.token)).to.equal('node');
  });

  it('are over when nothing was heard for too long, with what the agent might show', async () => {
    const { listener, clock } = given;
    const agent = await given.agent('node');
    const { token, session } = await agent.connect();
    await clock.advance(silenceMs - 1);
    await agent.say();
    await agent.next();
    await clock.advance(silenceMs - 1);
    expect(listener.kinds()).to.deep.equal(['attach node']);
    expect(given.sessions.heardAgo('node')).to.equal(silenceMs - 1);
    await clock.advance(1);
    expect(listener.kinds()).to.deep.equal(['attach node', 'detach node']);
    expect((await agent.raw.closed).reason).to.equal('the agent was silent for too long');
    expect(given.sessions.resourceOf(token)).to.equal(undefined);
    expect(given.sessions.heardAgo('node')).to.equal(undefined);
    const again = await agent.connect();
    expect(again.resumed).to.equal(false);
    expect(again.session).not.to.equal(session);
  });

  it('take an agent for gone that does not come back after its session could not go on', async () => {
    const { listener, clock } = given;
    const agent = await given.agent('node');
    await agent.connect();
    const { link } = listener;
    listener.keep = () => Promise.reject(new Error('the disk is full'));
    await agent.sayLoads(1);
    expect((await agent.raw.closed).code).to.be.oneOf([1008, 1011]);
    expect(listener.kinds()).to.deep.equal(['attach node', 'messages node']);
    await clock.advance(silenceMs);
    const last = listener.heard.at(-1);
    expect(last).to.deep.equal({ kind: 'detach', resource: 'node', link });
  });

  it('end where the agent reads nothing and too much waits for it', async () => {
    const agent = await given.agent('node');
    const { session } = await agent.connect();
    agent.raw.socket.pause();
    for (let n = 1; n <= 1_001; n += 1) given.listener.link.send([answer(n)]);
    agent.raw.socket.resume();
    expect((await agent.raw.closed).reason).to.contain('does not read');
    expect(await agent.connect())
      .to.include({ resumed: false })
      .and.not.include({ session });
  });

  it('tell who sends an agent work whether it is to take more, in each session again', async () => {
    const { listener, resources } = given;
    const agent = await given.agent('node');
    await agent.connect();
    await resources.drain('local', 'node', true);
    agent.claim(null);
    await agent.connect();
    await resources.drain('local', 'node', false);
    const heard = listener.heard.map((one) => (one.kind === 'drain' ? one.draining : one.kind));
    expect(heard).to.deep.equal(['attach', true, 'attach', true, false]);
  });

  it('end when their resource is removed', async () => {
    const agent = await given.agent('node');
    const { token } = await agent.connect();
    await given.resources.remove('local', 'node');
    expect((await agent.raw.closed).reason).to.equal('this resource was removed');
    expect(given.listener.kinds()).to.deep.equal(['attach node', 'remove node']);
    expect(given.sessions.resourceOf(token)).to.equal(undefined);
    await given.clock.advance(silenceMs);
    expect(given.listener.kinds(), 'not silent too').to.have.length(2);
  });
});
