import { type Capacity, type Need, Room } from './room.ts';

/** The floor as one broker's attempts have it. Words are known within a broker alone. */
export interface FloorOf {
  /** Lets one in as soon as there is room, in the order in which they came: `enter` is called once, at once or later. */
  wait(word: string, need: Need, enter: () => void): void;
  /** One that waits is to wait no more. */
  withdraw(word: string): void;
  /** Takes in what runs already, room or not. */
  admit(word: string, need: Need): void;
  leave(word: string): void;
}

interface Waiting {
  readonly name: string;
  readonly need: Need;
  readonly enter: () => void;
}

/**
 * Where attempts run: those of all brokers together take no more than the node has, and those of one no more than its
 * share. Whoever became ready first is let in first; one whose broker has all of its share keeps no other back.
 */
export class Floor {
  readonly #all: Room;
  readonly #rooms = new Map<string, Room>();
  readonly #waiting = new Map<string, Waiting>();
  #isOpen = false;
  #isFilling = false;

  constructor(capacity: Capacity) {
    this.#all = new Room(capacity);
  }

  /** Begins to let in: once it is known of all brokers what runs already. */
  open(): void {
    this.#isOpen = true;
    this.#fill();
  }

  /** How many run, or are about to. */
  get running(): number {
    return this.#all.size;
  }

  /** What is left for more. */
  get left(): Capacity {
    return this.#all.left;
  }

  /** The floor of one broker, by a name that no other has; `share` is what it may have of the node. */
  of(name: string, share: Capacity): FloorOf {
    const room = new Room(share);
    this.#rooms.set(name, room);
    const wordOf = (word: string) => `${name} ${word}`;
    return {
      wait: (word, need, enter) => {
        this.#waiting.set(wordOf(word), { name, need, enter });
        this.#fill();
      },
      withdraw: (word) => void this.#waiting.delete(wordOf(word)),
      admit: (word, need) => {
        this.#all.admit(wordOf(word), need);
        room.admit(wordOf(word), need);
      },
      leave: (word) => {
        room.leave(wordOf(word));
        if (this.#all.leave(wordOf(word))) this.#fill();
      },
    };
  }

  #fill(): void {
    if (!this.#isOpen || this.#isFilling) return; // who enters may leave at once, and this goes on
    this.#isFilling = true;
    try {
      while (this.#fillOnce());
    } finally {
      this.#isFilling = false;
    }
  }

  /** Whether anybody was let in: what comes of that may have made room. */
  #fillOnce(): boolean {
    const full = new Set<string>();
    let isEntered = false;
    for (const [word, { name, need, enter }] of this.#waiting) {
      const room = this.#rooms.get(name)!;
      if (full.has(name) || !room.enter(word, need)) {
        full.add(name);
        if (full.size === this.#rooms.size) break;
        continue;
      }
      if (!this.#all.enter(word, need)) {
        room.leave(word);
        return isEntered;
      }
      this.#waiting.delete(word);
      isEntered = true;
      enter();
    }
    return isEntered;
  }
}

/** So many parts of all of what a node has: whole cores, and one at least. */
export function shareOf({ cpus, memoryBytes, tasks }: Capacity, all: number, own = 1): Capacity {
  if (all <= own) return { cpus, memoryBytes, tasks };
  const part = (amount: number) => Math.floor((amount * own) / all);
  return {
    cpus: Math.min(cpus, Math.max(1, part(cpus))),
    memoryBytes: part(memoryBytes),
    tasks: Math.min(tasks, Math.max(1, part(tasks))),
  };
}

/** The room of a queue, which takes so many tasks whatever they need: each may take all that there is. */
export function queueRoom({ cpus, memoryBytes, tasks }: Capacity): Capacity {
  return { cpus: cpus * tasks, memoryBytes: memoryBytes * tasks, tasks };
}
