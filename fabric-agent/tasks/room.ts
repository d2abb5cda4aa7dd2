/** What a task takes of a node while it runs. */
export interface Need {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** What a node has for all tasks that run at once. */
export interface Capacity extends Need {
  /** How many tasks (a count). */
  readonly tasks: number;
}

/** Thousandths: sums of whole numbers come back to nothing when all has left. */
const parts = 1000;

/** Keeps a node from running more than it has. */
export class Room {
  readonly #capacity: Capacity;
  readonly #inside = new Map<string, { readonly milliCpus: number; readonly memoryBytes: number }>();
  #milliCpus = 0;
  #memoryBytes = 0;

  constructor(capacity: Capacity) {
    this.#capacity = capacity;
  }

  /** How many are inside. */
  get size(): number {
    return this.#inside.size;
  }

  /** What is left. */
  get left(): Capacity {
    const { tasks, cpus, memoryBytes } = this.#capacity;
    return {
      tasks: Math.max(0, tasks - this.#inside.size),
      cpus: Math.max(0, cpus - this.#milliCpus / parts),
      memoryBytes: Math.max(0, memoryBytes - this.#memoryBytes),
    };
  }

  /** Takes it in, if there is room; one that is inside already has it. */
  enter(word: string, need: Need): boolean {
    if (this.#inside.has(word)) return true;
    const milliCpus = Math.ceil(need.cpus * parts);
    const fits =
      this.#inside.size < this.#capacity.tasks &&
      this.#milliCpus + milliCpus <= this.#capacity.cpus * parts &&
      this.#memoryBytes + need.memoryBytes <= this.#capacity.memoryBytes;
    if (fits) this.#add(word, milliCpus, need.memoryBytes);
    return fits;
  }

  /** Takes in what runs already, room or not. */
  admit(word: string, need: Need): void {
    if (!this.#inside.has(word)) this.#add(word, Math.ceil(need.cpus * parts), need.memoryBytes);
  }

  /** Whether it was inside. */
  leave(word: string): boolean {
    const taken = this.#inside.get(word);
    if (taken === undefined) return false;
    this.#inside.delete(word);
    this.#milliCpus -= taken.milliCpus;
    this.#memoryBytes -= taken.memoryBytes;
    return true;
  }

  #add(word: string, milliCpus: number, memoryBytes: number): void {
    this.#inside.set(word, { milliCpus, memoryBytes });
    this.#milliCpus += milliCpus;
    this.#memoryBytes += memoryBytes;
  }
}
