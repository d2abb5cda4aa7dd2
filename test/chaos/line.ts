import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One connection that goes through the line: who dialled, and who was dialled. */
interface Through {
  readonly near: Socket;
  readonly far: Socket;
}

/**
 * A line to a port of this machine that can be made bad. An HTTP door answers only who calls it by its own name, so the
 * name of the line, as in the header Host, goes on as that of the door. Leaving the scope of `await using` closes it.
 */
export class Line implements AsyncDisposable {
  readonly #to: number;
  readonly #server: Server;
  readonly #open = new Set<Through>();
  #delayMs = 0;
  #cuts = 0;
  #mayPassBytes = Number.POSITIVE_INFINITY;

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer({ noDelay: true }, (near) => this.#carry(near));
  }

  /** @param to the port to which it leads */
  static async open(to: number): Promise<Line> {
    const line = new Line(to);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections go through it. */
  get connections(): number {
    return this.#open.size;
  }

  /** Ends all connections, and for a while each that is made. */
  async cut(forMs: number): Promise<void> {
    this.#cuts += 1;
    for (const through of this.#open) end(through);
    await sleep(forMs);
    this.#cuts -= 1;
  }

  /** What is sent arrives so much later, for a while; its order stays. */
  async delay(byMs: number, forMs: number): Promise<void> {
    this.#delayMs += byMs;
    await sleep(forMs);
    this.#delayMs -= byMs;
  }

  /** Ends all connections for one side alone. The other is told nothing, and what it sends goes nowhere, for a while. */
  async halfOpen(knows: 'near' | 'far', forMs: number): Promise<void> {
    const dead = [...this.#open];
    for (const { near, far } of dead) {
      for (const side of [near, far]) side.removeAllListeners('data').removeAllListeners('close').resume();
      (knows === 'near' ? near : far).resetAndDestroy();
    }
    await sleep(forMs);
    for (const through of dead) end(through);
    for (const through of dead) this.#open.delete(through);
  }

  /** Holds what comes for the door once so many bytes more have gone there; returns what lets it go on. */
  hold(afterBytes: number): () => void {
    this.#mayPassBytes = afterBytes;
    return () => {
      this.#mayPassBytes = Number.POSITIVE_INFINITY;
      for (const { near } of this.#open) near.resume();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const through of this.#open) end(through);
    await closed;
  }

  #carry(near: Socket): void {
    const far = connect({ host: '127.0.0.1', port: this.#to, noDelay: true });
    const through = { near, far };
    this.#open.add(through);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => {}); // `close` follows
      from.on('data', (bytes: Buffer) => {
        const sent = from === near ? this.#renamed(bytes) : bytes;
        this.#later(() => void to.write(sent));
        if (from !== near) return;
        this.#mayPassBytes -= bytes.length;
        if (this.#mayPassBytes <= 0) near.pause();
      });
      from.on('close', () => {
        this.#open.delete(through);
        this.#later(() => end(through));
      });
    }
    if (this.#mayPassBytes <= 0) near.pause();
    if (this.#cuts > 0) end(through);
  }

  /** Both names are equally long where both ports have five digits, as free ones do: nothing else moves. */
  #renamed(bytes: Buffer): Buffer {
    const [own, door] = [nameOf(this.port), nameOf(this.#to)];
    if (own.length !== door.length) throw new Error(`${own} cannot go for ${door}`);
    for (let at = bytes.indexOf(own); at !== -1; at = bytes.indexOf(own, at + own.length))
      bytes.write(door, at);
    return bytes;
  }

  /** Does it after the delay of now, and never before what came before it. */
  #later = (() => {
    let last: Promise<void> = Promise.resolve();
    return (act: () => void): void => {
      if (this.#delayMs === 0) {
        last = last.then(act);
        return;
      }
      const due = sleep(this.#delayMs);
      last = Promise.all([last, due]).then(act);
    };
  })();
}

function nameOf(port: number): string {
  return `127.0.0.1:${port}`;
}

function end({ near, far }: Through): void {
  near.resetAndDestroy();
  far.resetAndDestroy();
}
