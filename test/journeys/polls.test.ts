import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { openHouse, temporaryFolder } from './support/house.ts';
import { ask } from './support/seed.ts';
import { get, post, say, until } from './support/speak.ts';

/** A node that is nothing but its Poll door. */
interface FakeNode extends AsyncDisposable {
  readonly name: string;
  readonly poll: string;
  /** When it was polled. */
  readonly polls: number[];
}

async function fakeNode(name: string, answer: (socket: Socket) => void): Promise<FakeNode> {
  const polls: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    polls.push(performance.now());
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    answer(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the node has no port');
  return {
    name,
    poll: `127.0.0.1:${address.port}`,
    polls,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What infogather lists of a node. */
interface Entry {
  readonly host: string;
  readonly cpuLoad: number;
  readonly heardAgoMs: number | null;
  readonly fault: string | null;
}

const application = 'simulate1.0';
const honestHost = '10.0.0.1:8483';
const pollTimeoutMs = 1_000;

function registration(host: string, poll: string, load: number): string {
  return `RESOURCE-version: 0.1\nAction: Tell\nApplication: ${application}\nHost: ${host}\nPoll: ${poll}\nCPU-Load: ${load}\nDate: 1\n`;
}

const forever = (socket: Socket, chunk: string) => {
  const more = () => {
    while (socket.writable && socket.write(chunk));
    if (socket.writable) socket.once('drain', more);
  };
  more();
};

/** What nodes do that mean no good, or are ill. */
const ill: Record<string, (socket: Socket, host: string) => void> = {
  hangs: (socket) => void socket.resume(),
  'drips a comment for ever': (socket) => {
    const timer = setInterval(() => socket.write('#'), 50);
    socket.on('close', () => clearInterval(timer));
  },
  'floods with comments': (socket) => forever(socket, `# ${'x'.repeat(60)}\n`.repeat(1_000)),
  'floods with documents': (socket, host) =>
    forever(socket, `${registration(host, '127.0.0.1:9', 0)}\n`.repeat(300)),
  'floods with a line that does not end': (socket) => forever(socket, 'x'.repeat(65_536)),
  'resets the connection': (socket) => void socket.resetAndDestroy(),
  'says nothing and closes': (socket) => void socket.end(),
  'speaks another protocol': (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nhello'),
  'sends no text': (socket) =>
    void socket.end(Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256))),
  'speaks for its neighbour': (socket) => void socket.end(registration(honestHost, '127.0.0.1:9', 99)),
  'speaks of another application': (socket, host) =>
    void socket.end(registration(host, '127.0.0.1:9', 0).replace(application, 'other1.0')),
  'asks where it should tell': (socket) => void socket.end(ask(application)),
};

describe('a node that hangs, lies or floods on its Poll door', () => {
  it('harms no other: an honest node stays fresh, and its Host is the answer', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path, [
      ...['--set', 'infogather.poll-interval=200 ms', '--set', `infogather.poll-timeout=${pollTimeoutMs} ms`],
      ...['--set', 'infogather.suspect-polls-at-once=4', '--set', 'broker.fresh-within=30 s'],
    ]);
    await using nodes = new AsyncDisposableStack();
    const tellOf = async (host: string, { poll }: FakeNode, load: number) => {
      const sla = { 'Content-Type': 'text/sla' };
      expect((await post(`${house.http}/infogather`, registration(host, poll, load), sla)).status).to.equal(
        204,
      );
    };

    let load = 5;
    const honest = nodes.use(
      await fakeNode('honest', (socket) => {
        load += 1;
        socket.end(registration(honestHost, '127.0.0.1:9', load));
      }),
    );
    await tellOf(honestHost, honest, 5);
    const others: (FakeNode & { readonly host: string })[] = [];
    for (const [kind, [name, answer]] of Object.entries(ill).entries()) {
      for (let copy = 0; copy < 3; copy += 1) {
        const host = `10.0.${kind + 1}.${copy + 1}:8483`;
        const other = nodes.use(await fakeNode(name, (socket) => answer(socket, host)));
        others.push({ ...other, host });
        await tellOf(host, other, 0);
      }
    }
    await until(() => others.every(({ polls }) => polls.length > 0));
    const memoryBefore = await residentBytes(house.running.pid);
    const marks = new Map([honest, ...others].map((one) => [one, one.polls.length]));
    const pollsSince = (one: FakeNode) => one.polls.length - marks.get(one)!;
    const began = performance.now();
    await until(() => pollsSince(honest) >= 15);
    // However busy this machine is: each that holds its polls up has one at a time, until that is given up.
    const most = 2 + (performance.now() - began) / pollTimeoutMs;
    for (const other of others.filter(({ name }) => /hangs|drips/.test(name)))
      expect(pollsSince(other), other.name).to.be.at.most(most);
    expect(await say(house.port('broker'), ask(application))).to.contain(`\nHost: ${honestHost}\n`);

    const listed = async () => {
      const { body } = await get(`${house.http}/infogather/v1/nodes?application=${application}`);
      const { nodes: entries } = JSON.parse(body) as { nodes: readonly Entry[] };
      return new Map(entries.map((entry) => [entry.host, entry]));
    };
    await until(async () => {
      const entry = (await listed()).get(honestHost);
      return entry?.fault === null && entry.heardAgoMs !== null && entry.cpuLoad > 15;
    });
    const entries = await listed();
    expect(entries.get(honestHost)?.cpuLoad).to.be.at.most(load);
    for (const { name, host } of others) {
      const found = entries.get(host);
      expect(found, name).to.include({ heardAgoMs: null, cpuLoad: 0 });
    }
    await until(async () =>
      (await listed()).values().every(({ host, fault }) => host === honestHost || typeof fault === 'string'),
    );
    expect(
      JSON.parse((await get(`${house.http}/infogather/v1/applications`)).body).applications,
    ).not.to.include('other1.0');
    const grown = (await residentBytes(house.running.pid)) - memoryBefore;
    expect(grown).to.be.lessThan(150 * 2 ** 20);
  });
});

/** Memory that a process holds, in bytes (VmRSS of proc(5)). */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
