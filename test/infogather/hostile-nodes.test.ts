import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { createHouseEgress } from '../../cli/house/egress.ts';
import { createPollLine } from '../../cli/house/poll-line.ts';
import { settingsSchema } from '../../cli/settings.ts';
import { Infogather, type PollLine } from '../../infogather/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { silentLog } from '../../platform/log.ts';
import { resourceTellOf } from '../support/documents.ts';
import { openServiceStore } from '../support/service-store.ts';

const config = loadConfig(settingsSchema, {
  file: undefined,
  env: {},
  flags: {},
  set: [
    'infogather.poll-interval=100 ms',
    'infogather.poll-timeout=400 ms',
    'infogather.poll-bytes=4 KiB',
    'infogather.polls-at-once=4',
    'infogather.suspect-polls-at-once=2',
  ],
  ignored: [],
}).config;

const local = { address: '127.0.0.1', uid: 1000 };

/** Counts the polls of each address that ended, and wakes whoever waits for that. */
class Watched implements PollLine {
  readonly ended = new Map<string, number>();
  mostUnderWay = 0;
  #underWay = 0;
  readonly #line: PollLine;
  #next = Promise.withResolvers<void>();

  constructor(line: PollLine) {
    this.#line = line;
  }

  permits(address: string, tellers: readonly string[]): boolean {
    return this.#line.permits(address, tellers);
  }

  async poll(...call: Parameters<PollLine['poll']>) {
    this.#underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
    try {
      return await this.#line.poll(...call);
    } finally {
      this.#underWay -= 1;
      this.ended.set(call[0], (this.ended.get(call[0]) ?? 0) + 1);
      this.#next.resolve();
      this.#next = Promise.withResolvers();
    }
  }

  /** Waits until an address was polled so many times. */
  async polled(address: string, times: number): Promise<void> {
    while ((this.ended.get(address) ?? 0) < times) await this.#next.promise;
  }
}

/** A Poll door that does as it is told with each connection. */
interface Node extends AsyncDisposable {
  readonly address: string;
  /** Waits until whoever connected has gone. */
  left(): Promise<void>;
}

async function nodeThat(behaves: (socket: Socket) => void): Promise<Node> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('end', () => socket.destroy());
    socket.on('error', () => {});
    socket.resume();
    behaves(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    async left() {
      // `once` of events would take a reset, which is one way to go, for an error.
      for (const socket of sockets) await new Promise((resolve) => socket.once('close', resolve));
    },
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const tellOf = (application: string, host: number, load: number) =>
  `RESOURCE-version: 0.1\nAction: Tell\nApplication: ${application}\nHost: 127.0.0.1:${host}\nCPU-Load: ${load}\nDate: 7\n`;

/** What nodes do that hang, lie, flood, answer garbage, or close at once. */
const misbehaviours: Record<string, (socket: Socket) => void> = {
  'says nothing and stays': () => {},
  'says half a document and stays': (socket) => void socket.write('RESOURCE-version: 0.1\nAction: Te'),
  'says a byte now and then': (socket) => {
    const timer = setInterval(() => socket.write('#'), 20);
    socket.on('close', () => clearInterval(timer));
  },
  'closes at once': (socket) => void socket.end(),
  'breaks off at once': (socket) => void socket.resetAndDestroy(),
  'breaks off in the midst': (socket) => {
    socket.write(tellOf('app', 2, 0.9).slice(0, 40), () => socket.resetAndDestroy());
  },
  floods: (socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(`# ${'x'.repeat(1_000)}\n`));
    };
    socket.on('drain', more);
    more();
  },
  'answers with bytes that are no text': (socket) =>
    void socket.end(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a])),
  'speaks another protocol': (socket) => void socket.end('220 mail.example.org ESMTP secret\r\n'),
  'answers with a document that is refused': (socket) =>
    void socket.end('RESOURCE-version: 0.1\nAction: Tell\nApplication: app\nHost: nowhere\n'),
  'lies about another node': (socket) => void socket.end(tellOf('app', 1, 0)),
  'lies about another application': (socket) => void socket.end(tellOf('fortran', 2, 0)),
};

/** An infogather that polls over connections of its own, and who watches them. */
async function openPolling() {
  const files = await openServiceStore('infogather');
  const line = new Watched(createPollLine(createHouseEgress(config), config.infogather));
  const parts = { config: config.infogather, store: files.store, line, clock: systemClock, log: silentLog };
  const infogather = new Infogather(parts);
  await infogather.start();
  return {
    infogather,
    line,
    async [Symbol.asyncDispose]() {
      await infogather.stop();
      await files[Symbol.asyncDispose]();
    },
  };
}

describe('a node that misbehaves', () => {
  for (const [what, behaves] of Object.entries(misbehaviours)) {
    it(`harms no other, is bounded, and is told of: one that ${what}`, async () => {
      let load = 0;
      await using bad = await nodeThat(behaves);
      await using good = await nodeThat((socket) => {
        load += 1;
        socket.end(tellOf('app', 1, load));
      });
      await using opened = await openPolling();
      const { infogather, line } = opened;
      const told = (host: number, { address }: Node) =>
        resourceTellOf(`Application: app\nHost: 127.0.0.1:${host}\nPoll: ${address}\nCPU-Load: 0.5\nDate: 1`);
      await infogather.register(told(2, bad), local);
      await infogather.register(told(1, good), local);
      // By the time the bad one has failed twice, the good one was polled at its pace.
      await line.polled(bad.address, 2);
      await line.polled(good.address, 3);
      // A poll that this process itself was too busy for is made up for by the next.
      const faultOf = async (at: number) => (await infogather.nodes({})).nodes[at]?.fault;
      for (let polls = 4; (await faultOf(1)) !== null; polls += 1) await line.polled(good.address, polls);
      await infogather.stop();
      await bad.left();
      const { nodes } = await infogather.nodes({});
      const [known, other] = nodes;
      expect(known).to.include({ host: '127.0.0.1:2', cpuLoad: 0.5, date: 1, heardAgoMs: null });
      expect(known?.fault).to.be.a('string').and.not.be.empty;
      expect(other).to.include({ host: '127.0.0.1:1', date: 7, fault: null });
      expect(other?.cpuLoad).to.be.at.least(2);
      expect(await infogather.applications()).to.deep.equal(['app']);
    });
  }

  it('does not slow down the others, however many there are of them', async () => {
    await using opened = new AsyncDisposableStack();
    const hanging: string[] = [];
    for (let count = 0; count < 12; count += 1) hanging.push(opened.use(await nodeThat(() => {})).address);
    await using good = await nodeThat((socket) => void socket.end(tellOf('app', 1, 0.1)));
    const { infogather, line } = opened.use(await openPolling());
    for (const [index, poll] of hanging.entries()) {
      const lines = `Application: app\nHost: 127.0.0.1:${index + 100}\nPoll: ${poll}`;
      await infogather.register(resourceTellOf(lines), local);
    }
    for (const poll of hanging) await line.polled(poll, 1);
    await infogather.register(
      resourceTellOf(`Application: app\nHost: 127.0.0.1:1\nPoll: ${good.address}`),
      local,
    );
    await line.polled(good.address, 5);
    // All of them together, in a lane for two, take five times as long as five of its polls.
    expect(Math.min(...hanging.map((poll) => line.ended.get(poll) ?? 0))).to.equal(1);
    const { 'polls-at-once': others, 'suspect-polls-at-once': suspects } = config.infogather;
    expect(line.mostUnderWay).to.be.at.most(others + suspects);
  });
});
