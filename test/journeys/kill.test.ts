import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { WatchClient, type Watched } from '../../client/index.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import {
  type House,
  node,
  openHouse,
  ownPorts,
  portOf,
  ready,
  type ServiceReport,
  temporaryFolder,
} from './support/house.ts';
import { childrenOf, lives } from './support/processes.ts';
import { ask, tell } from './support/seed.ts';
import { post, say, until } from './support/speak.ts';

const sla = { 'Content-Type': 'text/sla' };

/** How long services may take that are killed and started again several times, in milliseconds, on a busy machine. */
const killsMs = 600_000;

/** The agent of a house: the one process that it starts and keeps. */
async function agentOf(house: House): Promise<number> {
  const [agent, ...more] = await childrenOf(house.running.pid);
  expect(more).to.deep.equal([]);
  return agent!;
}

async function ended(pid: number): Promise<void> {
  await until(async () => !(await lives(pid)));
}

/** Flags by which another house takes the very ports of this one. */
function portsOf({ report, http }: House): string[] {
  const [first] = report.agent.applications;
  return [
    ['http', portOf(http)],
    ...Object.entries(report.text).map(([name, address]) => [name, portOf(address)]),
    ['host', portOf(first!.host)],
    ['poll', portOf(report.agent.poll)],
  ].flatMap(([door, port]) => [`--${door}-port`, String(port)]);
}

describe('ogm up that is killed by kill -9', function () {
  this.timeout(killsMs);

  it('has kept every Tell that was acknowledged over HTTP, eight times over', async () => {
    await using folder = await temporaryFolder();
    const acknowledged = new Set<string>();
    let begun = 0;
    const ports = await ownPorts();
    for (let round = 0; round < 8; round += 1) {
      await using house = await openHouse(folder.path, ports);
      const agent = await agentOf(house);
      const before = acknowledged.size;
      const first = Promise.withResolvers<void>();
      const speakers = Array.from({ length: 8 }, async () => {
        for (;;) {
          const application = `tool-${begun++}`;
          const answer = await post(`${house.http}/market`, tell(application), sla).catch(() => undefined);
          if (answer === undefined) return;
          expect(answer.status).to.equal(204);
          acknowledged.add(application);
          first.resolve();
        }
      });
      await first.promise;
      await sleep(randomInt(60));
      await house.running.kill('SIGKILL');
      await Promise.all([...speakers, ended(agent)]);
      expect(acknowledged.size).to.be.greaterThan(before);
    }
    await using house = await openHouse(folder.path, ports);
    const answer = await say(house.port('market'), [...acknowledged].map(ask).join('\n'));
    const found = new Set(Array.from(answer.matchAll(/^Application: (.*)$/gm), ([, name]) => name));
    expect([...acknowledged].filter((name) => !found.has(name))).to.deep.equal([]);
    expect(begun).to.be.greaterThan(acknowledged.size);
  });

  it('takes its agent and the program that runs with it, and leaves its ports to the next', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    const mark = join(folder.path, 'pid');
    const fast = ['--set', 'agent.drain=0 ms', '--set', 'agent.kill-grace=200 ms'];
    const ports = await ownPorts();
    {
      await using house = await openHouse(data, [...fast, ...ports]);
      const agent = await agentOf(house);
      await until(async () => (await say(house.port('broker'), ask(node))).includes('\nHost: '));
      await until(async () => (await say(house.port('market'), ask(node))) !== '');
      const program = `require('fs').writeFileSync(${JSON.stringify(mark)}, String(process.pid)); setInterval(() => {}, 1000)`;
      await using run = startOgm([
        'run',
        '--by',
        'host',
        node,
        ...house.urls,
        '-o',
        folder.path,
        '--',
        '-e',
        program,
      ]);
      const pid = await until(async () => Number(await readFile(mark, 'utf8').catch(() => '')) || undefined);
      expect(await lives(pid)).to.equal(true);

      await house.running.kill('SIGKILL');

      await Promise.all([ended(agent), ended(pid)]);
      const { code } = await run.ended;
      expect(code).to.be.oneOf([4, 6]);
    }
    await using next = await openHouse(data, [...fast, ...ports]);
    expect(portsOf(next)).to.deep.equal(ports);
    const nodes = await until(async () => {
      const { code, stdout } = await ogm(['nodes', ...next.urls]);
      return code === 0 && stdout;
    });
    expect(nodes).to.contain(node);
  });

  it('starts an agent again that was killed by itself', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path, ['--set', 'house.agent-restart=10 ms']);
    const agent = await agentOf(house);
    await house.running.waitFor(/registered at infogather/);

    process.kill(agent, 'SIGKILL');

    await house.running.waitFor(/the agent ended by itself/);
    const next = await until(async () => (await childrenOf(house.running.pid)).find((pid) => pid !== agent));
    expect(next).not.to.equal(agent);
    await until(
      () => house.running.lines.filter((line) => line.includes('registered at infogather')).length > 1,
    );
  });
});

/** A Tell of one who tells, as far as he knows: the Seq with which it was acknowledged, nothing where it is untold. */
interface Known {
  readonly id: string;
  /** The highest Seq that was sent. */
  seq: number;
  said: number | undefined;
  /** What was sent last, while there is no answer. */
  underWay: { readonly said: number | undefined } | undefined;
}

const head = (action: string, ...headers: string[]) =>
  `SLA-version: 1.0\nAction: ${action}\n${headers.map((header) => `${header}\n`).join('')}`;
const wanted = ['Cpus: 8', 'Limit: 1000'];
const everything = head('Ask', 'Id: all', ...wanted);

/** Tells and untells, one after another, until nobody answers any more. */
async function speak(http: string, tells: readonly Known[], answered: () => void): Promise<void> {
  for (let at = 0; ; at = (at + 1) % tells.length) {
    const one = tells[at]!;
    const isUntold = one.said !== undefined && randomInt(3) === 0;
    if (!isUntold) one.seq += 1;
    one.underWay = { said: isUntold ? undefined : one.seq };
    const text = isUntold
      ? head('Untell', `Id: ${one.id}`)
      : head('Tell', `Id: ${one.id}`, `Seq: ${one.seq}`, 'Broker-IP: 10.0.0.1:7685', 'Cpus: 16');
    const answer = await post(`${http}/market`, text, sla).catch(() => undefined);
    if (answer === undefined) return;
    expect(answer.body).to.match(/^Action: Ack$/m);
    one.said = one.underWay.said;
    one.underWay = undefined;
    answered();
  }
}

/** The Seq of each Tell of an answer, by its Id. */
function seqsOf(answer: string): Map<string, number> {
  const tells = answer.matchAll(/^Action: Tell\nId: (.*)\nSeq: (\d+)$/gm);
  return new Map(Array.from(tells, ([, id = '', seq]) => [id, Number(seq)]));
}

/** Of an event what every Watch is sent of it: all but the Id of the Watch. */
function eventOf({ document: { headers } }: Watched): string {
  return headers.map(({ name, value }) => (name === 'In-reply-to' ? '' : `${name}: ${value}\n`)).join('');
}

/** Watches until the Tell that is told last, whatever breaks meanwhile. */
function watching(url: string, id: string, signal: AbortSignal, from?: number) {
  const dial = async (address: string) => {
    const socket = connect(Number(address.slice(address.lastIndexOf(':') + 1)), '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const client = new WatchClient({ url, dial }, '/market/ws', { firstMs: 20, mostMs: 100 });
  const headers = head('Watch', `Id: ${id}`, ...wanted)
    .trim()
    .split('\n');
  const watch = {
    headers: headers.map((line) => ({ name: line.split(': ')[0]!, value: line.split(': ')[1]! })),
  };
  const begun = Promise.withResolvers<number>();
  const all = (async () => {
    const events: { text: string; cursor: number }[] = [];
    for await (const came of client.watch(watch, { cursor: from, signal })) {
      if (came.event === undefined) begun.resolve(came.cursor ?? 0);
      else events.push({ text: eventOf(came), cursor: came.cursor ?? 0 });
      if (events.at(-1)?.text.includes('\nId: last\n')) break;
    }
    return events;
  })();
  return { begun: begun.promise, all };
}

describe('a market that is killed by kill -9', function () {
  this.timeout(killsMs);

  it('lacks nothing that was acknowledged, answers as it did, and is watched without a gap or a repeat', async () => {
    await using folder = await temporaryFolder();
    await using held = new AsyncDisposableStack();
    const leaving = new AbortController();
    held.defer(() => leaving.abort());
    const start = async (port: string) => {
      const command = ['market', '--json', '--data', folder.path, '--market-port', '0', '--http-port', port];
      const market = held.use(startOgm(command));
      return { market, http: (await ready<ServiceReport>(market)).http };
    };
    const speakers = Array.from({ length: 6 }, (_, speaker) =>
      Array.from({ length: 5 }, (_each, tell): Known => {
        return { id: `tell-${speaker}-${tell}`, seq: 0, said: undefined, underWay: undefined };
      }),
    );
    const recorded: { cursor: string; answer: string }[] = [];
    const record = async (http: string): Promise<void> => {
      const answer = await post(`${http}/market`, everything, sla).catch(() => undefined);
      const cursor = /^Cursor: (\d+)$/m.exec(answer?.body ?? '')?.[1];
      if (answer !== undefined && cursor !== undefined) recorded.push({ cursor, answer: answer.body });
    };
    /** Whether the market has what was said, and what it has of that which nobody knows. */
    const check = async (http: string): Promise<void> => {
      const live = seqsOf((await post(`${http}/market`, everything, sla)).body);
      for (const one of speakers.flat()) {
        const may = one.underWay === undefined ? [one.said] : [one.said, one.underWay.said];
        expect(live.get(one.id), `${one.id} after a kill`).to.be.oneOf(may);
        one.said = live.get(one.id);
        one.underWay = undefined;
      }
      for (const { cursor, answer } of recorded) {
        const again = await post(`${http}/market`, `${everything}Cursor: ${cursor}\n`, sla);
        expect(again.body).to.equal(answer);
      }
    };

    let { market, http } = await start(`${await ownPort()}`);
    const watched = watching(http, 'watched', leaving.signal);
    const begun = await watched.begun;
    for (let kill = 0; kill < 5; kill += 1) {
      let answers = 0;
      const some = Promise.withResolvers<void>();
      const spoken = speakers.map((tells) =>
        speak(http, tells, () => {
          answers += 1;
          if (answers === 50) some.resolve();
        }),
      );
      await some.promise;
      await record(http);
      await sleep(randomInt(100));
      const asked = record(http); // perhaps too late
      await market.kill('SIGKILL');
      await Promise.all([...spoken, asked]);
      ({ market, http } = await start(portOf(http).toString()));
      await check(http);
    }
    expect(recorded.length).to.be.at.least(5);
    const last = head('Tell', 'Id: last', 'Seq: 1', 'Broker-IP: 10.0.0.1:7685', 'Cpus: 8');
    await post(`${http}/market`, last, sla);
    const [events, logged] = await Promise.all([
      watched.all,
      watching(http, 'anew', leaving.signal, begun).all,
    ]);

    expect(events).to.deep.equal(logged);
    expect(events.every(({ cursor }, at) => cursor > (events[at - 1]?.cursor ?? begun))).to.equal(true);
    expect(events.length).to.be.greaterThan(300);
    const stands = new Map<string, number>();
    for (const { text } of events) {
      const [[id, seq] = ['', 0]] = seqsOf(text);
      if (text.includes('\nEvent: gone\n')) stands.delete(id);
      else stands.set(id, seq);
    }
    const live = seqsOf((await post(`${http}/market`, everything, sla)).body);
    expect(new Map([...stands].sort())).to.deep.equal(new Map([...live].sort()));
  });
});
