import { generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import { Connection } from '../../../fabric-agent/tasks/connection.ts';
import { dialledLines } from '../../../fabric-agent/tasks/lines.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { AgentWord, BrokerWord } from '../../../protocol/agent/messages.ts';
import { eventually, recordingLog } from '../support.ts';
import { FakeBroker, openLine } from './fake-broker.ts';

describe('the line to the broker', () => {
  let broker: FakeBroker;
  let connection: Connection;
  let heard: BrokerWord[];
  let greetings: number;
  let logged: { level: string; message: string; fields: unknown }[];
  const keys = generateKeyPairSync('ed25519');

  beforeEach(async () => {
    broker = await FakeBroker.start();
    heard = [];
    greetings = 0;
    logged = [];
  });

  afterEach(async () => {
    await connection.stop();
    await broker[Symbol.asyncDispose]();
  });

  async function connect(): Promise<void> {
    const key = {
      publicKey: keys.publicKey.export({ format: 'jwk' }).x!,
      sign: (text: string) => sign(null, Buffer.from(text), keys.privateKey).toString('base64url'),
    };
    connection = new Connection({
      enrolled: { key, enrolment: broker.enrolment },
      lines: dialledLines({
        url: broker.url,
        dial: openLine.dial,
        limits: {
          connectMs: 60_000,
          pingMs: 60_000,
          frameBytes: 2 ** 20,
          waitingFrames: 4,
          refusalBytes: 1000,
        },
        patience: { firstMs: 5, mostMs: 50, random: () => 1 },
        clock: systemClock,
      }),
      limits: {
        handshakeMs: 60_000,
        channel: { frameMessages: 100, frameBytes: 10_000, unacknowledged: 50 },
        acknowledgeMs: 5,
        waiting: 100,
        waitingBytes: 10_000,
        unread: 500,
      },
      greeting: () => {
        greetings += 1;
        return [load(-greetings)];
      },
      receive: (messages) => void heard.push(...messages),
      clock: systemClock,
      log: recordingLog(logged),
    });
    await connection.start();
  }

  const load = (cpuLoad: number): AgentWord => ({ type: 'load', cpuLoad, freeDiskBytes: null });
  const loads = () => broker.heard.flatMap((message) => (message.type === 'load' ? [message.cpuLoad] : []));
  const word = (text: string): AgentWord => ({
    type: 'says',
    task: 'j.1',
    attempt: 1,
    kind: 'message',
    text,
  });
  const drop = (attempt: number): BrokerWord => ({ type: 'drop', task: 'j.1', attempt, reason: 'so' });
  const attempts = () => heard.map((message) => ('attempt' in message ? message.attempt : 0));

  it('begins with a greeting, and brings messages both ways in order', async () => {
    await connect();
    await broker.until(() => loads().length === 1);
    for (let number = 1; number <= 5; number += 1) connection.say(load(number));
    broker.say(drop(1));
    broker.say(drop(2), drop(3));
    await broker.until(() => loads().length === 6);
    expect(loads()).to.deep.equal([-1, 1, 2, 3, 4, 5]);
    await eventually(() => expect(attempts()).to.deep.equal([1, 2, 3]));
  });

  it('says all of one turn in one frame', async () => {
    await connect();
    await broker.until(() => loads().length === 1);
    const before = broker.frames;
    for (let number = 1; number <= 50; number += 1) connection.say(load(number));
    await broker.until(() => loads().length === 51);
    expect(broker.frames - before).to.be.at.most(2);
  });

  it('goes on with its session after a cut, and neither side loses or repeats anything', async () => {
    await connect();
    await broker.until(() => loads().length === 1);
    for (let number = 1; number <= 20; number += 1) {
      connection.say(load(number));
      broker.say(drop(number));
      if (number % 5 === 0) {
        const before = broker.sessions.length;
        broker.cut();
        await broker.until(() => broker.sessions.length > before);
      }
    }
    await broker.until(() => loads().length === 21);
    await eventually(() => expect(heard).to.have.length(20));
    expect(loads()).to.deep.equal([-1, ...Array.from({ length: 20 }, (_, index) => index + 1)]);
    expect(attempts()).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(broker.sessions.slice(1)).to.deep.equal(['resumed', 'resumed', 'resumed', 'resumed']);
    expect(greetings).to.equal(1);
  });

  it('begins anew where the broker knows the session no more, and then tells what programs said', async () => {
    await connect();
    await broker.until(() => loads().length === 1);
    broker.cut();
    connection.say(word('half way'));
    connection.say(load(5));
    broker.forgetSession();
    await broker.until(() => broker.heard.some(({ type }) => type === 'says'));
    expect(loads(), 'what the greeting says is not said twice').to.deep.equal([-1, -2]);
    expect(broker.sessions).to.deep.equal(['new', 'new']);
  });

  it('begins anew after the broker left something out, or said what cannot be understood', async () => {
    await connect();
    await broker.until(() => loads().length === 1);
    for (const nonsense of [
      '{"from":7,"ack":0,"messages":[]}',
      'garbage',
      '{"from":1,"ack":99,"messages":[]}',
    ]) {
      const before = broker.sessions.length;
      broker.sayText(nonsense);
      await broker.until(() => broker.sessions.length > before);
      expect(broker.sessions.at(-1)).to.equal('new');
    }
    expect(heard).to.deep.equal([]);
  });

  it('passes on nothing that is not as the protocol says', async () => {
    await connect();
    await broker.until(() => loads().length === 1);
    const bad = { ...drop(1), task: '../../etc' };
    broker.sayText(JSON.stringify({ from: 1, ack: 1, messages: [bad] }));
    await broker.until(() => broker.sessions.length === 2);
    expect(heard).to.deep.equal([]);
  });

  for (const impostor of ['key', 'signature'] as const)
    it(`says nothing to who cannot prove to be the broker: another ${impostor}`, async () => {
      broker.impostor = impostor;
      await connect();
      await eventually(() => expect(logged.some(({ level }) => level === 'warn')).to.equal(true));
      expect(
        broker.lines.filter(({ from }) => from === 'agent').every(({ line }) => typeOf(line) === 'hello'),
      ).to.equal(true);
      broker.impostor = undefined;
      await broker.until(() => loads().length === 1);
    });

  it('tells its owner once why it is refused, and tries again', async () => {
    broker.refuses = true;
    await connect();
    await broker.until(() => broker.lines.length > 6);
    const told = logged.filter(({ level }) => level === 'warn');
    expect(told).to.have.length(1);
    expect(told[0]!.fields).to.deep.include({ reason: 'nobody knows this agent' });
    broker.refuses = false;
    await broker.until(() => loads().length === 1);
  });

  it('is heard at least once a heartbeat, and acknowledges what comes though it has nothing to say', async () => {
    broker.heartbeatMs = 20;
    await connect();
    await broker.until(() => broker.frames > 5);
    broker.say(drop(1));
    await broker.until(() => broker.lines.some(({ line }) => (line as { ack?: number }).ack === 1));
  });

  it('gives what to show for files only while it has a session', async () => {
    const given = new AbortController();
    broker.refuses = true;
    await connect();
    const waiting = connection.token(given.signal).catch((error: Error) => error.message);
    given.abort(new Error('not any more'));
    expect(await waiting).to.equal('not any more');
    broker.refuses = false;
    expect(await connection.token(new AbortController().signal)).to.equal(broker.token);
  });

  it('begins anew where the broker takes nothing of what it is told', async () => {
    await connect();
    await broker.until(() => loads().length === 1);
    const stage = (attempt: number): AgentWord => ({
      type: 'stage',
      task: 'j.1',
      attempt,
      stage: 'staging-in',
    });
    for (let attempt = 1; attempt <= 501; attempt += 1) connection.say(stage(attempt));
    await broker.until(() => loads().includes(-2));
    expect(
      broker.heard.filter(({ type }) => type === 'stage'),
      'all of it before it could go out',
    ).to.have.length(0);
    connection.say(stage(502));
    await broker.until(() => broker.heard.some(({ type }) => type === 'stage'));
  });

  it('holds what programs say within its bound while there is no broker', async () => {
    await connect();
    await broker.until(() => loads().length === 1);
    broker.refuses = true;
    broker.cut();
    for (let number = 0; number < 500; number += 1) connection.say(word(String(number)));
    broker.refuses = false;
    const told = () => broker.heard.filter(({ type }) => type === 'says').length;
    // The greeting may have its place among them, if it was not acknowledged before the cut.
    await broker.until(() => told() >= 99);
    connection.say({ type: 'refuse', task: 'j.1', attempt: 1, code: 'x', reason: 'y', elsewhere: true });
    await broker.hears('refuse');
    expect(told()).to.be.within(99, 100);
  });
});

function typeOf(line: unknown): unknown {
  return (line as { type?: unknown }).type;
}
