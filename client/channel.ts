/** A frame as it crosses: messages numbered one after another from `from` on, and what has come from the other side. */
export interface Frame<M> {
  readonly from: number;
  readonly ack: number;
  readonly messages: readonly M[];
}

export interface ChannelLimits {
  /** Messages (a count) of one frame. */
  readonly frameMessages: number;
  /** Bytes of the messages of one frame; one message alone may have more. */
  readonly frameBytes: number;
  /** Messages (a count) that may be under way without an acknowledgement; others wait. */
  readonly unacknowledged: number;
}

interface Outgoing<M> {
  readonly message: M;
  /** As JSON: made once, however often it goes out. */
  readonly text: string;
  readonly bytes: number;
}

/**
 * One end of a session: numbers what is said, keeps it until the other side has it, and takes each message of the other side
 * once, in order. Knows no socket and no time. A session outlives its sockets: after {@link resume} on a new one, what
 * the other side has not acknowledged goes out again.
 */
export class Channel<Out, In> {
  readonly #limits: ChannelLimits;
  /** The number of the first message in `#kept`. */
  #first = 1;
  readonly #kept: Outgoing<Out>[] = [];
  /** How many of those have gone out on this socket. */
  #sent = 0;
  #received = 0;
  #acknowledged = 0;
  #bytes = 0;

  constructor(limits: ChannelLimits) {
    this.#limits = limits;
  }

  /** The number of the last message that came. */
  get received(): number {
    return this.#received;
  }

  /** Whether the other side does not know yet that something has come. */
  get owesAcknowledgement(): boolean {
    return this.#acknowledged < this.#received;
  }

  /** Messages that the other side has not acknowledged, in their order. */
  get open(): Out[] {
    return this.#kept.map(({ message }) => message);
  }

  /** How many those are. */
  get waiting(): number {
    return this.#kept.length;
  }

  /** How many bytes they have together. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  say(message: Out): void {
    const text = JSON.stringify(message);
    const bytes = Buffer.byteLength(text);
    this.#kept.push({ message, text, bytes });
    this.#bytes += bytes;
  }

  /** The next frame of what waits, as JSON; undefined where nothing does, or enough is under way. */
  next(): string | undefined {
    const { frameMessages, frameBytes, unacknowledged } = this.#limits;
    const most = Math.min(this.#kept.length, unacknowledged, this.#sent + frameMessages);
    const from = this.#sent;
    let bytes = 0;
    while (this.#sent < most) {
      bytes += this.#kept[this.#sent]!.bytes + 1;
      if (bytes > frameBytes && this.#sent > from) break;
      this.#sent += 1;
    }
    return this.#sent === from ? undefined : this.#frame(from);
  }

  /** A frame without messages: that this side is there, and what it has. */
  beat(): string {
    return this.#frame(this.#sent);
  }

  #frame(from: number): string {
    this.#acknowledged = this.#received;
    const texts = this.#kept.slice(from, this.#sent).map(({ text }) => text);
    return `{"from":${this.#first + from},"ack":${this.#received},"messages":[${texts.join(',')}]}`;
  }

  /** What of a frame is new; undefined where something before it is missing, or it acknowledges what was never said. */
  take(frame: Frame<In>): readonly In[] | undefined {
    if (frame.from > this.#received + 1 || !this.#settle(frame.ack)) return undefined;
    const fresh = frame.messages.slice(this.#received + 1 - frame.from);
    this.#received += fresh.length;
    return fresh;
  }

  /** Goes on over another socket, the other side having so many messages; whether that can be. */
  resume(received: number): boolean {
    const can = this.#settle(received);
    this.#sent = 0;
    return can;
  }

  #settle(received: number): boolean {
    const count = received - this.#first + 1;
    if (count > this.#kept.length) return false;
    if (count > 0) {
      for (const { bytes } of this.#kept.splice(0, count)) this.#bytes -= bytes;
      this.#first += count;
      this.#sent = Math.max(0, this.#sent - count);
    }
    return true;
  }
}
