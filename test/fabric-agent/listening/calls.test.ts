import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { AgentLine } from '../../../client/index.ts';
import { Arrivals } from '../../../fabric-agent/listening/arrivals.ts';
import { callSocket, callsPath } from '../../../fabric-agent/listening/calls.ts';
import { Connection } from '../../../fabric-agent/tasks/connection.ts';
import { systemClock } from '../../../platform/clock.ts';
import { createHttpDoor, type HttpDoor } from '../../../platform/doors/http.ts';
import { isSignedBy, type KeyPair, keyPairIn } from '../../../platform/identity/key-pair.ts';
import { silentLog } from '../../../platform/log.ts';
import { agentProtocol, type Hello, signedText } from '../../../protocol/agent/handshake.ts';
import type { AgentWord, BrokerWord } from '../../../protocol/agent/messages.ts';
import { anyPort, httpLimits } from '../../platform/doors/support.ts';
import { ManualClock } from '../../support/clock.ts';
import { openAdmission } from '../support.ts';

const load = (cpuLoad: number): AgentWord => ({ type: 'load', cpuLoad, freeDiskBytes: null });

describe('the door at which clients call an agent', () => {
  let folder: string;
  let door: HttpDoor;
  let connection: Connection;
  let own: KeyPair;
  let ann: KeyPair;
  let heard: BrokerWord[];
  let clock: ManualClock;
  let ending: AbortController;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-calls-'));
    [own, ann] = [await keyPairIn(join(folder, 'agent')), await keyPairIn(join(folder, 'ann'))];
    heard = [];
    clock = new ManualClock();
    ending = new AbortController();
    const arrivals = new Arrivals();
    connection = new Connection({
      enrolled: {
        key: own,
        enrolment: { url: 'client:ann', name: 'ann', owner: 'ann', brokerKey: ann.publicKey },
        calls: true,
      },
      lines: arrivals.lines,
      limits: {
        handshakeMs: 60_000,
        channel: { frameMessages: 100, frameBytes: 10_000, unacknowledged: 50 },
        ...{ acknowledgeMs: 5, waiting: 100, waitingBytes: 10_000, unread: 500 },
      },
      greeting: () => [load(-1)],
      receive: (messages) => void heard.push(...messages),
      clock: systemClock,
      log: silentLog,
    });
    await connection.start();
    door = createHttpDoor({
      ...{ name: 'the door', listen: anyPort, limits: httpLimits, admission: openAdmission, routes: [] },
      sockets: [
        callSocket({
          find: (key, resource) => (key === ann.publicKey && resource !== 'another' ? arrivals : undefined),
          ...{ patienceMs: 1_000, clock, log: silentLog },
        }),
      ],
      log: silentLog,
    });
    await door.start();
  });

  afterEach(async () => {
    ending.abort();
    await connection.stop();
    await door.stop();
    await rm(folder, { recursive: true });
  });

  /** A client with a key, what it has heard, and the end of its line. */
  function call(said: Partial<ConstructorParameters<typeof AgentLine>[0]> = {}, port = door.listening.port) {
    const words: AgentWord[] = [];
    let wake = () => {};
    const line = new AgentLine({
      address: {
        url: `http://127.0.0.1:${port}`,
        async dial(address, signal) {
          const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
          await once(socket, 'connect', { signal });
          return socket;
        },
      },
      ...{ key: ann, agentKey: own.publicKey, isSignedBy },
      receive(messages) {
        words.push(...messages);
        wake();
      },
      ...said,
    });
    const run = () => {
      const opened = Promise.withResolvers<boolean>();
      const ended = line.run(ending.signal, opened.resolve).catch((error: unknown) => {
        opened.reject(error);
        return error;
      });
      opened.promise.catch(() => {});
      return { opened: opened.promise, ended };
    };
    const loads = async (count: number) => {
      for (;;) {
        const found = words.flatMap((word) => (word.type === 'load' ? [word.cpuLoad] : []));
        if (found.length >= count) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    return { line, run, loads };
  }

  it('has the agent greet a client as a broker, and brings words both ways', async () => {
    const { line, run, loads } = call();
    expect(await run().opened).to.equal(false);
    expect(await loads(1)).to.deep.equal([-1]);
    line.say({ type: 'drain', draining: true });
    connection.say(load(1));
    expect(await loads(2)).to.deep.equal([-1, 1]);
    while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(heard).to.deep.equal([{ type: 'drain', draining: true }]);
  });

  it('has a client not say what no agent takes, for it would cut each line anew', async () => {
    const { line, run, loads } = call();
    await run().opened;
    await loads(1);
    const text = 'x'.repeat(256 * 1024);
    expect(() => line.say({ type: 'answer', task: 'ann-1.1', attempt: 1, text })).to.throw('larger');
    connection.say(load(1));
    expect(await loads(2)).to.deep.equal([-1, 1]);
  });

  it('lets the later of two lines of a client count, and the session of another process ends', async () => {
    const first = call();
    const lines = first.run();
    await lines.opened;
    const second = call();
    expect(await second.run().opened, 'it knows no session').to.equal(false);
    expect(await lines.ended).to.include({ code: 'unavailable' });
    connection.say(load(2));
    expect(await second.loads(2)).to.deep.equal([-1, 2]);
  });

  it('goes on with a session over a line that comes while the one before is open', async () => {
    const { run, loads } = call();
    const first = run();
    await first.opened;
    await loads(1);
    const second = run();
    expect(await second.opened).to.equal(true);
    await first.ended;
    connection.say(load(2));
    expect(await loads(2), 'nothing twice').to.deep.equal([-1, 2]);
  });

  it('cuts no line for who names the key of a client and has it not', async () => {
    const { run, loads } = call();
    await run().opened;
    const eve = await keyPairIn(join(folder, 'eve'));
    const false1 = call({ key: { publicKey: ann.publicKey, sign: (text) => eve.sign(text) } });
    expect(await false1.run().ended).to.include({ code: 'unavailable' });
    connection.say(load(2));
    expect(await loads(2)).to.deep.equal([-1, 2]);
  });

  it('tells a client that is meant for another agent nothing', async () => {
    const { run } = call({ agentKey: ann.publicKey });
    expect(await run().ended)
      .to.have.property('message')
      .that.contains('another agent');
    expect(connection.isOpen).to.equal(false);
  });

  it('lets no other agent that a client calls pass for that client', async () => {
    const { socket, next } = await bare(
      JSON.stringify({ type: 'call', protocol: agentProtocol, key: ann.publicKey }),
    );
    const closed = once(socket, 'close');
    const hello = (await next()) as Hello;
    // The other agent, which has the key `eve`, says to the client what this one has said to it.
    const eve = await keyPairIn(join(folder, 'eve'));
    const asked = Promise.withResolvers<string>();
    const other = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    try {
      await once(other, 'listening');
      other.on('connection', (caller) =>
        caller.on('message', (data) => {
          const said = JSON.parse(String(data)) as { type: string };
          if (said.type === 'call') caller.send(JSON.stringify({ ...hello, key: eve.publicKey }));
          else asked.resolve(String(data));
        }),
      );
      const { port } = other.address() as AddressInfo;
      call({ agentKey: eve.publicKey }, port).run();
      socket.send(await asked.promise);
      await closed;
      expect(connection.isOpen).to.equal(false);
    } finally {
      for (const caller of other.clients) caller.terminate();
      other.close();
    }
  });

  for (const [why, said, code] of [
    ['no call', '{"type":"hello"}', 'wrong-protocol'],
    ['another version', '{"type":"call","protocol":99,"key":KEY}', 'wrong-protocol'],
    ['another resource', '{"type":"call","protocol":2,"key":KEY,"resource":"another"}', 'not-enrolled'],
  ] as const)
    it(`refuses ${why}`, async () => {
      const { next, closed } = await bare(said.replace('KEY', JSON.stringify(ann.publicKey)));
      expect(await next()).to.include({ type: 'refused', code });
      await closed;
    });

  it('keeps only some lines of a client that have not proved themselves, and lets the client in all the same', async () => {
    const text = JSON.stringify({ type: 'call', protocol: agentProtocol, key: ann.publicKey });
    const lines = [await bare(text), await bare(text), await bare(text), await bare(text)];
    for (const { next } of lines) expect(await next()).to.include({ type: 'hello' });
    const { run, loads } = call();
    await run().opened;
    await lines[0]!.closed;
    expect(await loads(1)).to.deep.equal([-1]);
  });

  it('closes on who does not say who calls', async () => {
    const { closed } = await bare();
    await clock.advance(1_000);
    await closed;
  });

  it('has the agent sign what counts for no broker', async () => {
    const { socket, next } = await bare(
      JSON.stringify({ type: 'call', protocol: agentProtocol, key: ann.publicKey }),
    );
    const hello = (await next()) as Hello;
    const nonce = 'A'.repeat(43);
    const signature = ann.sign(signedText(`client to agent ${own.publicKey}`, hello.nonce, nonce));
    socket.send(JSON.stringify({ type: 'challenge', key: ann.publicKey, nonce, signature }));
    const { signature: proof } = (await next()) as { signature: string };
    const toBroker = signedText(`agent to broker ${ann.publicKey}`, hello.nonce, nonce);
    expect(isSignedBy(own.publicKey, toBroker, proof)).to.equal(false);
    const text = signedText(`agent to client ${ann.publicKey}`, hello.nonce, nonce);
    expect(isSignedBy(own.publicKey, text, proof)).to.equal(true);
  });

  /** A WebSocket that says one thing. */
  async function bare(text?: string) {
    const socket = new WebSocket(`ws://127.0.0.1:${door.listening.port}${callsPath}`);
    ending.signal.addEventListener('abort', () => socket.terminate());
    const closed = once(socket, 'close');
    const frames: unknown[] = [];
    let wake = () => {};
    socket.on('message', (data) => {
      frames.push(JSON.parse(String(data)));
      wake();
    });
    await once(socket, 'open');
    if (text !== undefined) socket.send(text);
    const next = async () => {
      while (frames.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return frames.shift();
    };
    return { socket, next, closed };
  }
});
