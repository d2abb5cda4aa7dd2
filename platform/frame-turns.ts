import type { Clock } from './clock.ts';

interface FrameTurnsParts {
  /** How many characters of frames an agent may say a second, in the long run. */
  readonly charactersASecond: number;
  readonly clock: Clock;
  /** Of how many agents (a count) is remembered what they have said, beside those of which something waits. */
  readonly mostKnown?: number;
}

interface Waiting {
  readonly characters: number;
  readonly begin: () => Promise<unknown>;
  /** Whether the connection over which it came is over. */
  readonly isOver: () => boolean;
  /** Lets it go. */
  readonly drop: () => void;
}

/** What an agent may say yet, and the frames of it that wait. */
interface Speaker {
  /** Characters; below 0 where more was said than may be. */
  left: number;
  /** When that was so, in milliseconds since 1970. */
  at: number;
  waiting: Waiting[];
  /** Characters of its frames that are being dealt with. */
  inHand: number;
  /** Whether it waits for its pace. */
  isPaced: boolean;
}

/** What one frame costs beside its characters, in characters: reading it, and saying that it came. */
const frameCost = 512;

/** Characters of one agent's frames that are dealt with at once, unless it is one frame: for they share a commit. */
const mostInHand = 64 * 1024;

/** What {@link FrameTurnsParts.mostKnown} is unless given. */
const usuallyKnown = 100_000;
/** How many agents (a count) are looked at for one of which nothing waits, where one more comes than are remembered. */
const lookedAt = 32;

/** How long frames are begun in one turn of the event loop, in milliseconds; the rest goes on in the next. */
const sliceMs = 5;

/**
 * Has the frames of many agents dealt with in turn: whatever one of them says, those of the others come next, and the loop
 * goes round in between. Who says more than may be waits, and is read no further meanwhile.
 */
export class FrameTurns {
  readonly #parts: FrameTurnsParts;
  readonly #speakers = new Map<string, Speaker>();
  /** Those of which a frame may be begun: each has one, then the next. */
  readonly #due = new Set<Speaker>();
  #spentMs = 0;
  #isCounting = false;
  #isGoing = false;

  constructor(parts: FrameTurnsParts) {
    this.#parts = parts;
  }

  /**
   * Begins to deal with a frame of an agent, after those of it that came before: at once, or in its turn. One whose
   * connection is over before that is let go, and resolves with nothing: what an agent says over one connection after
   * the other would be kept, all of it, until its turn.
   */
  take<T>(
    agent: string,
    frame: string,
    deal: () => Promise<T>,
    isOver: () => boolean,
  ): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<T | undefined>();
    const speaker = this.#speaker(agent);
    const begin = () => {
      const dealt = deal();
      resolve(dealt);
      return dealt;
    };
    const characters = frame.length + frameCost;
    speaker.waiting.push({ characters, begin, isOver, drop: () => resolve(undefined) });
    this.#queue(speaker);
    if (this.#spentMs < sliceMs) this.#go();
    return promise;
  }

  /** What an agent has said costs so much more than its characters. */
  charge(agent: string, more: number): void {
    this.#speaker(agent).left -= more;
  }

  /** An agent is no more; what waits of it goes on. */
  forget(agent: string): void {
    this.#speakers.delete(agent);
  }

  #speaker(agent: string): Speaker {
    const known = this.#speakers.get(agent);
    if (known !== undefined) return known;
    const { charactersASecond, clock, mostKnown = usuallyKnown } = this.#parts;
    if (this.#speakers.size >= mostKnown) this.#forgetOne();
    const speaker = { left: charactersASecond, at: clock.now(), waiting: [], inHand: 0, isPaced: false };
    this.#speakers.set(agent, speaker);
    return speaker;
  }

  /** Those that came first go first; one of which something waits or is in hand is as one that came now. */
  #forgetOne(): void {
    for (const [agent, speaker] of this.#speakers.entries().take(lookedAt)) {
      this.#speakers.delete(agent);
      if (speaker.waiting.length === 0 && speaker.inHand === 0) return;
      this.#speakers.set(agent, speaker);
    }
  }

  /** A speaker is due where it may have a frame begun; else it is looked at again when that may be. */
  #queue(speaker: Speaker): void {
    drop(speaker);
    const [next] = speaker.waiting;
    if (next === undefined || speaker.isPaced) return;
    if (speaker.inHand > 0 && speaker.inHand + next.characters > mostInHand) return;
    const { charactersASecond, clock } = this.#parts;
    const now = clock.now();
    const passedMs = Math.max(0, now - speaker.at); // a clock that was set back gives nothing
    speaker.left = Math.min(charactersASecond, speaker.left + (passedMs / 1000) * charactersASecond);
    speaker.at = now;
    if (speaker.left >= 0) {
      this.#due.add(speaker);
      return;
    }
    speaker.isPaced = true;
    clock.after(Math.ceil((-speaker.left / charactersASecond) * 1000), () => {
      speaker.isPaced = false;
      this.#queue(speaker);
      this.#go();
    });
  }

  #go(): void {
    if (this.#isGoing) return; // a frame that is begun may bring another
    this.#isGoing = true;
    this.#count();
    for (const speaker of this.#due) {
      if (this.#spentMs >= sliceMs) break;
      this.#due.delete(speaker);
      const beganAt = performance.now();
      this.#begin(speaker);
      this.#spentMs += performance.now() - beganAt;
    }
    this.#isGoing = false;
  }

  #begin(speaker: Speaker): void {
    drop(speaker);
    const next = speaker.waiting.shift();
    if (next === undefined) return;
    const { characters, begin } = next;
    speaker.left -= characters;
    speaker.inHand += characters;
    const over = () => {
      speaker.inHand -= characters;
      this.#queue(speaker);
      if (this.#spentMs < sliceMs) this.#go();
    };
    begin().then(over, over);
    this.#queue(speaker); // behind the others
  }

  /** Counts what is spent in this turn of the event loop; the next begins with nothing, and goes on with what waits. */
  #count(): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    setImmediate(() => {
      this.#isCounting = false;
      this.#spentMs = 0;
      if (this.#due.size > 0) this.#go();
    });
  }
}

/** Lets go of what waits of connections that are over. */
function drop(speaker: Speaker): void {
  const { waiting } = speaker;
  if (!waiting.some(({ isOver }) => isOver())) return;
  const over = waiting.filter(({ isOver }) => isOver());
  speaker.waiting = waiting.filter(({ isOver }) => !isOver());
  for (const one of over) one.drop();
}
