import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { infogatherDoors } from '../../../infogather/index.ts';
import { infogatherSettings } from '../../../infogather/settings.ts';
import { type JwtClaims, signJwt } from '../../../platform/identity/jwt.ts';
import { type KeyPair, keyPairIn } from '../../../platform/identity/key-pair.ts';
import {
  agentScope,
  agentSubject,
  type FromGathering,
  fromGathering,
  gatheringPath,
} from '../../../protocol/agent/gathering.ts';
import { agentProtocol, signedText } from '../../../protocol/agent/handshake.ts';
import { memoryLog } from '../../platform/doors/support.ts';
import { answerLimits, openDoors } from '../../support/doors.ts';
import { type GivenInfogather, givenInfogather } from '../support.ts';

/** Infogather behind real doors, a broker that it trusts, and an agent that the broker knows. */
export interface GivenGathering extends AsyncDisposable {
  readonly given: GivenInfogather;
  readonly url: string;
  readonly keys: Readonly<Record<'infogather' | 'broker' | 'stranger' | 'agent' | 'other', KeyPair>>;
  readonly log: ReturnType<typeof memoryLog>;
  /** A JWT of the broker about the agent, for so long; `said` and `by` say otherwise. */
  jwt(said?: Partial<JwtClaims>, by?: KeyPair, lifeMs?: number): string;
  /** A socket of whoever comes. */
  connect(): Promise<Talk>;
  /** The socket of the agent, after its handshake. */
  agent(key?: KeyPair): Promise<Talk>;
}

export const lifeMs = 300_000;

export async function givenGathering(): Promise<GivenGathering> {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-gathering-'));
  const given = await givenInfogather();
  const names = ['infogather', 'broker', 'stranger', 'agent', 'other'] as const;
  const made = await Promise.all(names.map(async (name) => [name, await keyPairIn(join(folder, name))]));
  const keys = Object.fromEntries(made) as GivenGathering['keys'];
  const log = memoryLog();
  const { clock } = given;
  const agents = {
    config: infogatherSettings.parse({ 'poll-bytes': '1 KiB' }),
    keys: keys.infogather,
    trust: {
      issuers: [{ name: 'lab', key: keys.broker.publicKey }],
      skewMs: 1000,
      longestLifeMs: 3_600_000,
    },
    clock,
    log,
  };
  const doors = await openDoors(infogatherDoors(given.infogather, answerLimits, agents));
  const talks: Talk[] = [];
  const aud = `${doors.url}/infogather`;
  const jwt: GivenGathering['jwt'] = (said = {}, by = keys.broker, life = lifeMs) => {
    const iat = Math.floor(clock.now() / 1000);
    const about = { sub: agentSubject(keys.agent.publicKey), aud, iat, exp: iat + life / 1000 };
    return signJwt(by, { ...about, scopes: [agentScope], ...said });
  };
  const connect = async () => {
    const socket = new WebSocket(`${doors.url.replace('http', 'ws')}${gatheringPath}`);
    const talk = new Talk(socket);
    await once(socket, 'open');
    talks.push(talk);
    return talk;
  };
  return {
    given,
    url: doors.url,
    keys,
    log,
    jwt,
    connect,
    async agent(key = keys.agent) {
      const talk = await connect();
      await talk.greet({ key, token: jwt({ sub: agentSubject(key.publicKey) }) });
      return talk;
    },
    async [Symbol.asyncDispose]() {
      for (const talk of talks) talk.cut();
      await doors[Symbol.asyncDispose]();
      await given[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export interface Greeting {
  readonly key: KeyPair;
  readonly token: string;
  /** Who proves that the key is theirs; its owner unless given. */
  readonly prover?: KeyPair;
  /** As whom; an agent to infogather unless given. */
  readonly side?: Parameters<typeof signedText>[0];
}

/** One side of a conversation with infogather, written with nothing of what agents are made of. */
export class Talk {
  readonly #socket: WebSocket;
  readonly #heard: FromGathering[] = [];
  /** All that was said, in order, with who said it. */
  readonly lines: { readonly by: 'agent' | 'infogather'; readonly said: object }[] = [];
  /** Why the connection was closed. */
  closed: string | undefined;
  #wake: () => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const said = fromGathering.parse(JSON.parse(String(data)));
      this.#heard.push(said);
      this.lines.push({ by: 'infogather', said });
      this.#wake();
    });
    socket.once('close', (_code, reason) => {
      this.closed = String(reason);
      this.#wake();
    });
  }

  say(message: object | string): void {
    if (typeof message === 'object') this.lines.push({ by: 'agent', said: message });
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next that infogather says of a kind; undefined where the connection is closed before. */
  async next<T extends FromGathering['type']>(type: T): Promise<(FromGathering & { type: T }) | undefined> {
    for (;;) {
      const at = this.#heard.findIndex((one) => one.type === type);
      if (at >= 0) return this.#heard.splice(at, 1)[0] as FromGathering & { type: T };
      if (this.closed !== undefined) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async greet({ key, token, prover = key, side = 'agent to infogather' }: Greeting) {
    const nonce = randomBytes(32).toString('base64url');
    this.say({ type: 'hello', protocol: agentProtocol, key: key.publicKey, nonce, token });
    const challenge = await this.next('challenge');
    if (challenge === undefined) return undefined;
    this.say({ type: 'proof', signature: prover.sign(signedText(side, nonce, challenge.nonce)) });
    return this.next('welcome');
  }

  /** Tells a document, and returns what answers it. */
  async tell(documents: string) {
    this.say({ type: 'tell', ask: 1, documents });
    return this.next('told');
  }

  cut(): void {
    this.#socket.terminate();
  }
}
