import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { agentProtocol, signedText, toAgentFirst } from '../../../protocol/agent/handshake.ts';
import { type GivenAgents, givenAgents } from './given.ts';
import { RawAgent, ScriptedAgent } from './scripted-agent.ts';

describe('the handshake of agents', () => {
  let given: GivenAgents;

  beforeEach(async () => {
    given = await givenAgents();
  });

  afterEach(() => given[Symbol.asyncDispose]());

  const helloOf = (key: string) => ({
    type: 'hello',
    protocol: agentProtocol,
    key,
    nonce: randomBytes(32).toString('base64url'),
    session: null,
  });

  it('lets both sides prove who they are, and begins a session', async () => {
    const agent = await given.agent('node');
    const welcome = await agent.connect();
    expect(welcome).to.include({ resumed: false, received: 0, resource: 'node', heartbeatMs: 10_000 });
    expect(given.sessions.resourceOf(welcome.token)).to.equal('node');
    expect(given.listener.kinds()).to.deep.equal(['attach node']);
  });

  it('refuses an agent that was not enrolled, and one that was removed', async () => {
    const stranger = new ScriptedAgent(given.url, await given.keys('stranger'), given.brokerKeys.publicKey);
    expect(await messageOf(stranger.connect())).to.contain('"not-enrolled"');
    expect(await stranger.raw.closed).to.deep.include({ code: 1008 });
    const agent = await given.agent('node');
    await given.resources.remove('local', 'node');
    expect(await messageOf(agent.connect())).to.contain('"not-enrolled"');
    expect(given.listener.kinds()).to.deep.equal(['remove node']);
  });

  it('refuses one that has not the key that it shows, and a proof that was given before', async () => {
    const agent = await given.agent('node');
    const other = await given.keys('other');
    const first = new RawAgent(given.url);
    const hello = helloOf(agent.keys.publicKey);
    await first.say(hello);
    const challenge = toAgentFirst.parse(await first.next());
    if (challenge.type !== 'challenge') throw new Error('no challenge came');
    const side = `agent to broker ${challenge.key}` as const;
    const text = signedText(side, hello.nonce, challenge.nonce);
    await first.say({ type: 'proof', signature: other.sign(text) });
    expect(await first.next()).to.include({ type: 'refused', code: 'not-enrolled' });

    const again = new RawAgent(given.url);
    await again.say(hello);
    await again.next();
    await again.say({ type: 'proof', signature: agent.keys.sign(text) });
    expect(await again.next()).to.include({ type: 'refused', code: 'not-enrolled' });

    // Nor does what an agent signed for another broker, which passes on what it is told.
    const passedOn = new RawAgent(given.url);
    await passedOn.say(hello);
    const there = toAgentFirst.parse(await passedOn.next());
    if (there.type !== 'challenge') throw new Error('no challenge came');
    const elsewhere = signedText(`agent to broker ${other.publicKey}`, hello.nonce, there.nonce);
    await passedOn.say({ type: 'proof', signature: agent.keys.sign(elsewhere) });
    expect(await passedOn.next()).to.include({ type: 'refused', code: 'not-enrolled' });

    // Nor does what the broker signed serve as the agent's.
    const mirror = new RawAgent(given.url);
    await mirror.say(helloOf(given.brokerKeys.publicKey));
    const own = toAgentFirst.parse(await mirror.next());
    await mirror.say({ type: 'proof', signature: own.type === 'challenge' ? own.signature : '' });
    expect(await mirror.next()).to.include({ type: 'refused', code: 'not-enrolled' });
    expect(given.listener.heard).to.deep.equal([]);
  });

  it('refuses what is no handshake with a sentence, and harms nobody else', async () => {
    const neighbour = await given.agent('neighbour');
    await neighbour.connect();
    const hello = helloOf((await given.agent('node')).keys.publicKey);
    const wrong = [
      'no JSON',
      '[]',
      { type: 'proof', signature: 'x' },
      { type: 'proof', signature: 'A'.repeat(86) },
      { ...hello, protocol: 99 },
      { ...hello, nonce: 'short' },
      { ...hello, more: true },
      { from: 1, ack: 0, messages: [] },
    ];
    for (const message of wrong) {
      const raw = new RawAgent(given.url);
      await raw.say(message);
      expect(await raw.next(), JSON.stringify(message)).to.include({
        type: 'refused',
        code: 'wrong-protocol',
      });
      expect((await raw.closed).code).to.equal(1008);
    }
    const twice = new RawAgent(given.url);
    await twice.say(hello);
    await twice.next();
    await twice.say(hello);
    expect(await twice.next()).to.include({ type: 'refused', detail: 'the agent begins twice' });
    await neighbour.sayLoads(1);
    await neighbour.until(() => neighbour.acknowledged === 1);
  });

  it('closes on one that does not say who it is in time', async () => {
    const raw = new RawAgent(given.url);
    await raw.say(helloOf('A'.repeat(43)));
    await raw.next();
    await given.clock.advance(5_000);
    expect(await raw.closed).to.deep.equal({ code: 1008, reason: 'the agent did not say who it is in time' });
  });
});

async function messageOf(done: Promise<unknown>): Promise<string> {
  return done.then(
    () => 'done',
    (error: Error) => error.message,
  );
}
