import { readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { brokerMark } from '../../fabric-agent/back-ends/shared.ts';
import { cpusEach, liveFolder } from './program.ts';

/** How often it is looked, in milliseconds. */
const lookMs = 100;

/** How much may run at once: of all brokers together, and of each. Counts of tasks. */
export interface Most {
  readonly together: number;
  readonly each: number;
}

/** What a node may run at once that lets in so many tasks, and serves so many brokers. */
export function mostAtOnce(tasks: number, brokers: number): Most {
  const cpus = availableParallelism();
  const share = brokers === 1 ? cpus : Math.max(1, Math.floor(cpus / brokers));
  return {
    together: Math.min(tasks, Math.floor(cpus / cpusEach)),
    each: Math.min(Math.floor(tasks / brokers), Math.floor(Math.min(cpus, share) / cpusEach)),
  };
}

/** Looks again and again how many programs run at once. Leaving the scope of `using` ends it. */
export class Crowd implements Disposable {
  readonly #folder: string;
  readonly #most: Most;
  readonly #names = new Map<string, string>(); // of attempts, by the inodes of their files
  readonly #wrong = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #largest = 0;

  /** @param folder in which tasks say that they run */
  constructor(folder: string, most: Most) {
    this.#folder = liveFolder(folder);
    this.#most = most;
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  /** How many there were at once, at most. */
  get largest(): number {
    return this.#largest;
  }

  /** When there were more than may be, a sentence each. */
  get wrong(): readonly string[] {
    return [...this.#wrong];
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const live = this.#live();
    const { together, each } = this.#most;
    this.#largest = Math.max(this.#largest, live.length);
    if (live.length > together)
      this.#wrong.add(`${live.length} tasks ran at once, of at most ${together}: ${live}`);
    for (const of of Map.groupBy(live, brokerMark).values())
      if (of.length > each)
        this.#wrong.add(`${of.length} tasks of one broker ran at once, of at most ${each}: ${of}`);
  }

  /** The attempts of which something runs: each has a lock of its own on its file, as long as anything of it lives. */
  #live(): string[] {
    for (const name of readdirSync(this.#folder))
      if (![...this.#names.values()].includes(name))
        this.#names.set(`${statSync(join(this.#folder, name)).ino}`, name);
    return readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .map((line) => line.split(/\s+/))
      .filter(([, kind]) => kind === 'FLOCK')
      .flatMap((fields) => this.#names.get(fields[5]?.split(':')[2] ?? '') ?? []);
  }
}
