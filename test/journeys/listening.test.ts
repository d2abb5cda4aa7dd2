import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { AgentLine, BlobsClient } from '../../client/index.ts';
import { statusView } from '../../fabric-agent/page/view.ts';
import { isSignedBy, keyPairIn } from '../../platform/identity/key-pair.ts';
import type { AgentWord, BrokerMessage } from '../../protocol/agent/messages.ts';
import { keptOf } from '../fabric-agent/tasks/attempts.ts';
import { ogm, type RunningOgm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import { node, nodeAlone, ready, type TemporaryFolder, temporaryFolder } from './support/house.ts';

/** Reads its input, says a word, waits for a file, and leaves another. */
const program = (gate: string) => `
  const fs = require('node:fs');
  fs.appendFileSync(${JSON.stringify(`${gate}.starts`)}, 'started\\n');
  console.log(fs.readFileSync('in', 'utf8').toUpperCase());
  const timer = setInterval(() => {
    if (!fs.existsSync(${JSON.stringify(gate)})) return;
    clearInterval(timer);
    fs.writeFileSync('out', 'x'.repeat(5000));
    console.log('done');
  }, 20);`;

/** A client that says yes to each start, and keeps what it hears. */
class Driver {
  readonly heard: AgentWord[] = [];
  readonly opened: boolean[] = [];
  readonly line: AgentLine;
  #stop = new AbortController();
  #waiting = new Set<() => void>();

  constructor(options: Omit<ConstructorParameters<typeof AgentLine>[0], 'receive' | 'isSignedBy'>) {
    this.line = new AgentLine({ ...options, isSignedBy, receive: (words) => this.#hear(words) });
  }

  /** Keeps a line up until it is let go; resolves when the first is open. */
  async keepUp(): Promise<void> {
    const { signal } = this.#stop;
    const run = async () => {
      while (!signal.aborted) {
        await this.line
          .run(signal, (resumed) => {
            this.opened.push(resumed);
            this.#wake();
          })
          .catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    void run();
    await this.until(() => this.opened.length > 0);
  }

  /** Dials no more. */
  letGo(): void {
    this.#stop.abort(new Error('the test ends'));
  }

  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined && found !== false) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  of<K extends AgentWord['type']>(type: K): (AgentWord & { type: K })[] {
    return this.heard.filter((word): word is AgentWord & { type: K } => word.type === type);
  }

  #hear(words: readonly AgentWord[]): void {
    this.heard.push(...words);
    const starts = words.filter((word) => word.type === 'may-start');
    if (starts.length > 0)
      this.line.say(
        ...starts.map(
          ({ task, attempt }): BrokerMessage => ({
            ...{ type: 'start', task, attempt },
            ...{ latestStartMs: 60_000, leaseMs: 600_000 },
          }),
        ),
      );
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }
}

describe('an agent that listens', () => {
  let folder: TemporaryFolder;
  let port: number;
  let agent: RunningOgm;
  let agentKey: string;
  const sockets: Socket[] = [];

  const data = () => join(folder.path, 'data');
  const url = () => `http://127.0.0.1:${port}`;
  const dial = async (address: string, signal: AbortSignal) => {
    const [host = '', at] = address.split(':');
    const socket = connect({ host, port: Number(at) });
    await once(socket, 'connect', { signal });
    sockets.push(socket);
    return socket;
  };
  const start = async () => {
    const doors = ['--host-port', '0', '--poll-port', '0', '--listen', `127.0.0.1:${port}`];
    agent = startOgm(['agent', '--json', '--data', data(), ...doors, ...nodeAlone]);
    return await ready<{ listening: string }>(agent);
  };
  const driverOf = async (name: string) =>
    new Driver({ address: { url: url(), dial }, key: await keyPairIn(join(folder.path, name)), agentKey });

  before(async () => {
    folder = await temporaryFolder();
    port = await ownPort();
    const { publicKey } = await keyPairIn(join(folder.path, 'ann.pem'));
    const file = join(folder.path, 'ann.key');
    await writeFile(file, `${publicKey}\n`);
    const admitted = await ogm(['agent', 'admit', 'ann', '--key', file, '--json', '--data', data()]);
    expect(admitted.stderr).to.equal('');
    ({ agentKey } = JSON.parse(admitted.stdout) as { agentKey: string });
    expect((await start()).listening).to.equal(url());
  });

  after(async () => {
    await agent.kill();
    await folder[Symbol.asyncDispose]();
  });

  it('runs a task of a client that calls, from its files to its results, though lines and agent are cut', async () => {
    const driver = await driverOf('ann.pem');
    await driver.keepUp();
    const input = join(folder.path, 'in');
    await writeFile(input, 'some words');
    const { blob, bytes } = await new BlobsClient(driver.line.files(fetch)).upload(input);
    const gate = join(folder.path, 'gate');
    const which = { task: 'ann-1.1', attempt: 1 };
    const kept = keptOf({
      ...{ application: node, arguments: ['-e', program(gate)], owner: 'ann' },
      inputs: [{ path: 'in', blob, bytes, executable: false }],
    });
    driver.line.say({ type: 'assign', ...which, ...kept });
    await driver.until(() => driver.of('may-start').length > 0);
    // What it prints is read as it comes.
    const read = () => {
      const part = { stream: 'stdout' as const, offset: 0, most: 1000, waitMs: 20_000 };
      driver.line.say({ type: 'read', ...which, ask: driver.of('output').length + 1, ...part });
    };
    const printed = () => driver.of('output').map((word) => Buffer.from(word.bytes, 'base64').toString());
    read();
    const first = await driver.until(() => printed()[0]);
    if (first === '') read(); // it had not begun
    await driver.until(() => printed().some((text) => text.startsWith('SOME WORDS')));
    const shown = await ogm(['agent', 'status', '--json', '--data', data()]);
    const [view] = statusView.parse(JSON.parse(shown.stdout)).nodes;
    expect(view).to.include({ state: 'ready', running: 1, tasksInAll: 1 });
    expect(view?.brokers[0]).to.include({ url: 'client:ann', kind: 'client', connected: true, why: null });
    expect(view?.tasks[0]).to.include({
      ...which,
      stage: 'started',
      owner: 'ann',
      application: node,
      cpus: 1,
    });
    for (const socket of sockets) socket.destroy();
    await driver.until(() => driver.opened.length === 2);
    expect(driver.opened, 'its session goes on').to.deep.equal([false, true]);
    const sessions = driver.opened.length;
    await agent.kill('SIGKILL');
    await start();
    await driver.until(() => driver.opened.length > sessions);
    expect(driver.opened.at(-1), 'an agent that was started anew knows no session').to.equal(false);
    await writeFile(gate, '');
    const ended = await driver.until(() => driver.of('ended')[0]);
    expect(ended.exit).to.include({ kind: 'exited', code: 0 });
    const [out] = ended.outputs;
    const back = join(folder.path, 'back');
    await new BlobsClient(driver.line.files(fetch)).download(out!, back);
    expect(await readFile(back, 'utf8')).to.equal('x'.repeat(5000));
    driver.line.say({ type: 'forget', ...which });
    expect(await readFile(`${gate}.starts`, 'utf8'), 'never twice').to.equal('started\n');
    driver.letGo();
  });

  it('lets nobody in by another key, and nobody at the files without a session', async () => {
    const stranger = await driverOf('eve.pem');
    const refused = await stranger.line.run(AbortSignal.timeout(60_000)).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'not-enrolled' });
    const answer = await fetch(`${url()}/broker/v1/blobs/${'0'.repeat(64)}/upload`, {
      headers: { Authorization: 'Bearer nothing' },
    });
    expect(answer.status).to.equal(401);
  });

  it('ends all that a client has at its next start once that is dismissed, though it works for nobody else', async () => {
    const driver = await driverOf('ann.pem');
    await driver.keepUp();
    const file = join(folder.path, 'stays');
    await writeFile(file, 'some more words');
    await new BlobsClient(driver.line.files(fetch)).upload(file);
    const which = { task: 'ann-2.1', attempt: 1 };
    const program = 'console.log(process.pid); setInterval(() => {}, 1000);';
    const kept = keptOf({ application: node, arguments: ['-e', program], owner: 'ann' });
    driver.line.say({ type: 'assign', ...which, ...kept });
    await driver.until(() => driver.of('may-start').some(({ task }) => task === which.task));
    let pid = 0;
    for (let ask = 1; pid === 0; ask += 1) {
      const part = { stream: 'stdout' as const, offset: 0, most: 1000, waitMs: 20_000 };
      driver.line.say({ type: 'read', ...which, ask, ...part });
      const word = await driver.until(() => driver.of('output').find((one) => one.ask === ask));
      pid = Number(Buffer.from(word.bytes, 'base64').toString());
    }
    expect(process.kill(pid, 0)).to.equal(true);
    driver.letGo();
    await agent.kill('SIGKILL');
    expect((await ogm(['agent', 'dismiss', 'ann', '--data', data()])).code).to.equal(0);
    await start();
    expect(() => process.kill(pid, 0)).to.throw('ESRCH');
    expect(await readdir(join(data(), 'agent', 'client-files'))).to.deep.equal([]);
  });
});
