import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Enrolment } from '../../../fabric-agent/tasks/enrolment.ts';
import type { BrokerLine } from '../../../fabric-agent/tasks/index.ts';
import { signedText, toBrokerFirst } from '../../../protocol/agent/handshake.ts';
import { type AgentWord, agentFrame, type BrokerWord } from '../../../protocol/agent/messages.ts';

/** How agents reach anything on this machine. */
export const openLine: BrokerLine = {
  fetch,
  async dial(address, signal) {
    const [host, port] = address.split(':');
    const socket = connect({ host: host!, port: Number(port) });
    await once(socket, 'connect', { signal });
    return socket;
  },
};

interface Session {
  readonly id: string;
  /** All that was ever said to the agent in it; numbers begin at 1. */
  readonly said: BrokerWord[];
  received: number;
}

/**
 * A broker in as few lines as may be, on a port of its own: it speaks the protocol by itself, with nothing of what
 * agents or brokers are made of, and does what a test tells it to.
 */
export class FakeBroker implements AsyncDisposable {
  /** All that agents said, in order, each message once. */
  readonly heard: AgentWord[] = [];
  /** Every line of every conversation, with who said it. */
  readonly lines: { readonly from: 'agent' | 'broker'; readonly line: unknown }[] = [];
  readonly blobs = new Map<string, Buffer>();
  /** Requests for blobs: method and path with its query, and the range. */
  readonly requests: string[] = [];
  /** Sessions that were begun or gone on with: `new` or `resumed`. */
  readonly sessions: ('new' | 'resumed')[] = [];
  /** What to answer a request for a blob with instead; undefined: as is right. */
  trouble: (request: IncomingMessage) => 'cut' | number | undefined = () => undefined;
  /** What is done with each message. */
  answer: (message: AgentWord) => readonly BrokerWord[] = () => [];
  /** Says another key in the challenge, or signs what is not asked. */
  impostor: 'key' | 'signature' | undefined;
  /** Refuses everyone. */
  refuses = false;
  /** How often an agent is to be heard. */
  heartbeatMs = 10_000;
  frames = 0;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #keys = generateKeyPairSync('ed25519');
  readonly #parts = new Map<string, Buffer>();
  #session: Session | undefined;
  #open: WebSocket | undefined;
  #waiting = new Set<() => void>();
  token = '';

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) =>
      this.#sockets.handleUpgrade(request, socket, head, (opened) => void this.#converse(opened)),
    );
  }

  static async start(): Promise<FakeBroker> {
    const broker = new FakeBroker();
    broker.#server.listen(0, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get enrolment(): Enrolment {
    return { url: this.url, name: 'my-node', owner: 'local', brokerKey: rawOf(this.#keys.publicKey) };
  }

  /** Keeps a blob; returns its name. */
  put(bytes: Buffer | string): string {
    const blob = createHash('sha256').update(bytes).digest('hex');
    this.blobs.set(blob, Buffer.from(bytes));
    return blob;
  }

  say(...messages: readonly BrokerWord[]): void {
    if (this.#session === undefined) throw new Error('there is no session');
    const from = this.#session.said.length + 1;
    this.#session.said.push(...messages);
    this.#send(from);
  }

  /** Sends any text as a frame. */
  sayText(text: string): void {
    this.#open?.send(text);
  }

  /** Cuts the line without a word. */
  cut(): void {
    this.#open?.terminate();
    this.#open = undefined;
  }

  /** Forgets the session, as a broker does that was started anew. */
  forgetSession(): void {
    this.#session = undefined;
    this.cut();
  }

  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined && found !== false) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  hears<K extends AgentWord['type']>(type: K, task?: string): Promise<AgentWord & { type: K }> {
    return this.until(() =>
      this.heard.find(
        (message): message is AgentWord & { type: K } =>
          message.type === type && (task === undefined || ('task' in message && message.task === task)),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  async #converse(socket: WebSocket): Promise<void> {
    const reply = (line: object) => {
      this.lines.push({ from: 'broker', line });
      socket.send(JSON.stringify(line));
    };
    const read = (data: unknown) => {
      const line: unknown = JSON.parse(String(data));
      this.lines.push({ from: 'agent', line });
      return line;
    };
    socket.on('error', () => {});
    const hello = toBrokerFirst.parse(read((await once(socket, 'message'))[0]));
    if (hello.type !== 'hello') throw new Error('this is no hello');
    if (this.refuses) {
      reply({ type: 'refused', code: 'not-enrolled', detail: 'nobody knows this agent' });
      this.#wake();
      return;
    }
    const nonce = randomBytes(32).toString('base64url');
    const other = generateKeyPairSync('ed25519');
    const text = signedText('broker', hello.nonce, this.impostor === 'signature' ? hello.nonce : nonce);
    const keys = this.impostor === 'key' ? other : this.#keys;
    const signature = sign(null, Buffer.from(text), keys.privateKey).toString('base64url');
    reply({ type: 'challenge', key: rawOf(keys.publicKey), nonce, signature });
    const proof = toBrokerFirst.parse(read((await once(socket, 'message'))[0]));
    if (proof.type !== 'proof') throw new Error('this is no proof');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: hello.key }, format: 'jwk' });
    const side = `agent to broker ${rawOf(this.#keys.publicKey)}` as const;
    const signed = Buffer.from(signedText(side, hello.nonce, nonce));
    if (!verify(null, signed, key, Buffer.from(proof.signature, 'base64url'))) throw new Error('no proof');
    const resumed = this.#session !== undefined && hello.session?.id === this.#session.id;
    this.#session = resumed
      ? this.#session
      : { id: randomBytes(9).toString('base64url'), said: [], received: 0 };
    const session = this.#session!;
    this.sessions.push(resumed ? 'resumed' : 'new');
    this.token = randomBytes(9).toString('base64url');
    const { heartbeatMs, token } = this;
    const { id, received } = session;
    reply({ type: 'welcome', session: id, resumed, received, resource: 'my-node', token, heartbeatMs });
    this.#open = socket;
    socket.on('message', (data) => this.#take(session, read(data)));
    if (resumed) this.#send(hello.session!.received + 1);
    this.#wake();
  }

  #take(session: Session, line: unknown): void {
    this.frames += 1;
    const { from, messages } = agentFrame.parse(line);
    if (from > session.received + 1) throw new Error('the agent left something out');
    const fresh = messages.slice(session.received + 1 - from);
    session.received += fresh.length;
    this.heard.push(...fresh);
    const answers = fresh.flatMap((message) => this.answer(message));
    if (answers.length > 0) this.say(...answers);
    else if (fresh.length > 0) this.#send(session.said.length + 1);
    this.#wake();
  }

  #send(from: number): void {
    if (this.#session === undefined || this.#open === undefined) return;
    const frame = { from, ack: this.#session.received, messages: this.#session.said.slice(from - 1) };
    this.lines.push({ from: 'broker', line: frame });
    this.#open.send(JSON.stringify(frame));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    const [, blob = '', upload] = /^\/broker\/v1\/blobs\/([0-9a-f]{64})(\/upload)?$/.exec(url.pathname) ?? [];
    const { range = '' } = request.headers;
    this.requests.push(
      `${request.method} ${url.pathname.slice(17, 25)}${upload ?? ''}${url.search} ${range}`.trim(),
    );
    const trouble = this.trouble(request);
    if (request.headers.authorization !== `Bearer ${this.token}`) return void response.writeHead(401).end();
    if (typeof trouble === 'number') return void response.writeHead(trouble).end();
    const whole = this.blobs.get(blob);
    if (request.method === 'PUT') {
      const body = await buffer(request);
      if (trouble === 'cut') return void response.destroy();
      const part = this.#parts.get(blob) ?? Buffer.alloc(0);
      if (Number(url.searchParams.get('offset')) !== part.length) return void response.writeHead(409).end();
      const now = Buffer.concat([part, body]);
      this.#parts.set(blob, now);
      const isLast = now.length === Number(url.searchParams.get('total'));
      if (isLast) {
        this.#parts.delete(blob);
        if (createHash('sha256').update(now).digest('hex') !== blob)
          return void response.writeHead(422).end();
        this.blobs.set(blob, now);
      }
      return void response.end(JSON.stringify({ blob, bytes: now.length, complete: isLast }));
    }
    if (upload !== undefined) {
      const bytes = whole?.length ?? this.#parts.get(blob)?.length ?? 0;
      return void response.end(JSON.stringify({ blob, bytes, complete: whole !== undefined }));
    }
    if (whole === undefined) return void response.writeHead(404).end();
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const piece = whole.subarray(Number(first), Number(last) + 1);
    response.writeHead(206, { 'Content-Length': piece.length });
    if (trouble !== 'cut') return void response.end(piece);
    response.write(piece.subarray(0, piece.length / 2), () => setImmediate(() => response.destroy()));
  }
}

function rawOf(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x!;
}
