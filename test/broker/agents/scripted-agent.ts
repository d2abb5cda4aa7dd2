import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { isSignedBy, type KeyPair } from '../../../platform/identity/key-pair.ts';
import {
  agentProtocol,
  type Hello,
  signedText,
  toAgentFirst,
  type Welcome,
} from '../../../protocol/agent/handshake.ts';
import { type AgentWord, type BrokerWord, brokerFrame } from '../../../protocol/agent/messages.ts';

/** How a connection ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket that says what a test tells it to, and keeps what comes. */
export class RawAgent {
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;
  readonly #came: unknown[] = [];
  #end: Closed | undefined;
  #wake: () => void = () => {};

  constructor(url: string) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/broker/agents/ws`);
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => {
        this.#end = { code, reason: String(reason) };
        resolve(this.#end);
        this.#wake();
      });
    });
    this.socket.on('error', () => {}); // 'close' follows
    this.socket.on('message', (data) => {
      this.#came.push(JSON.parse(String(data)));
      this.#wake();
    });
  }

  async say(message: unknown): Promise<void> {
    if (this.socket.readyState === this.socket.CONNECTING) await once(this.socket, 'open');
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next that comes; rejects where the connection ends before. */
  async next(): Promise<unknown> {
    while (this.#came.length === 0) {
      if (this.#end !== undefined) throw new Error(`closed with ${this.#end.code}: ${this.#end.reason}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#came.shift();
  }
}

/** An agent as docs/agent-protocol.md tells how to be one: no more than the protocol is in it. */
export class ScriptedAgent {
  readonly keys: KeyPair;
  readonly #url: string;
  readonly #brokerKey: string;
  #raw: RawAgent | undefined;
  #session: Hello['session'] = null;
  #sent: AgentWord[] = [];
  /** What the broker said, each message once, in order. */
  readonly heard: BrokerWord[] = [];
  /** The last of ours that the broker says it has. */
  acknowledged = 0;

  constructor(url: string, keys: KeyPair, brokerKey: string) {
    this.#url = url;
    this.keys = keys;
    this.#brokerKey = brokerKey;
  }

  get raw(): RawAgent {
    if (this.#raw === undefined) throw new Error('the agent is not connected');
    return this.#raw;
  }

  /** Connects and proves who it is; goes on with the session that it has, where the broker does too. */
  async connect(): Promise<Welcome> {
    const raw = new RawAgent(this.#url);
    this.#raw = raw;
    const nonce = randomBytes(32).toString('base64url');
    const hello = { type: 'hello', protocol: agentProtocol, key: this.keys.publicKey, nonce };
    await raw.say({ ...hello, session: this.#session });
    const challenge = toAgentFirst.parse(await raw.next());
    if (challenge.type !== 'challenge') throw new Error(JSON.stringify(challenge));
    const theirs = signedText('broker', nonce, challenge.nonce);
    if (challenge.key !== this.#brokerKey || !isSignedBy(challenge.key, theirs, challenge.signature))
      throw new Error('this is another broker');
    const side = `agent to broker ${challenge.key}` as const;
    const signature = this.keys.sign(signedText(side, nonce, challenge.nonce));
    await raw.say({ type: 'proof', signature });
    const welcome = toAgentFirst.parse(await raw.next());
    if (welcome.type !== 'welcome') throw new Error(JSON.stringify(welcome));
    if (welcome.resumed) await this.#again(welcome.received);
    else {
      this.#session = { id: welcome.session, received: 0 };
      this.#sent = [];
      this.acknowledged = 0;
    }
    return welcome;
  }

  /** What it would go on with, whatever it has. */
  claim(session: Hello['session']): void {
    this.#session = session;
  }

  /** Says something in one frame. */
  async say(...messages: AgentWord[]): Promise<void> {
    const from = this.#sent.length + 1;
    this.#sent.push(...messages);
    await this.raw.say({ from, ack: this.#session!.received, messages });
  }

  /** Loads, by which a test knows one message from another. */
  sayLoads(...numbers: number[]): Promise<void> {
    return this.say(...numbers.map((cpuLoad) => ({ type: 'load' as const, cpuLoad, freeDiskBytes: null })));
  }

  /** Reads the next frame; returns what was new in it. */
  async next(): Promise<BrokerWord[]> {
    const { from, ack, messages } = brokerFrame.parse(await this.raw.next());
    const { received } = this.#session!;
    if (from > received + 1) throw new Error(`message ${received + 1} is missing`);
    const news = messages.slice(received + 1 - from);
    this.#session = { id: this.#session!.id, received: received + news.length };
    this.heard.push(...news);
    this.acknowledged = Math.max(this.acknowledged, ack);
    return news;
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.next();
  }

  /** Cuts the connection, as a network does. */
  cut(): void {
    this.#raw?.socket.terminate();
  }

  async #again(received: number): Promise<void> {
    const messages = this.#sent.slice(received);
    if (messages.length > 0)
      await this.raw.say({ from: received + 1, ack: this.#session!.received, messages });
  }
}
