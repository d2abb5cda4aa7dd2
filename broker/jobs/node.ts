import type { AgentFacts } from '../../protocol/agent/messages.ts';
import type { Lent } from '../lent.ts';
import type { Amounts } from './assignment.ts';
import type { Need } from './need.ts';

/** How much of a node an attempt takes: not yet started its disk, running all, what it left its disk again. */
type Phase = 'held' | 'running' | 'leaving';

/** What of a need says for how long a task takes its node, and in whose room. */
export type Terms = Pick<Need, 'limitMs' | 'agreement'>;

/** An attempt that takes something of a node. */
export interface Occupant extends Terms {
  readonly attempt: string;
  readonly amounts: Amounts;
  readonly phase: Phase;
}

/** What the other agents of one queue have given to it, or may. */
export interface Besides {
  readonly held: number;
  readonly running: number;
  /** The least of the bounds that they say. */
  readonly mostTasks: number;
}

/** What of a node's facts bounds what it takes. */
export interface Capacity extends Pick<AgentFacts, 'mostTasks' | 'mostHeld' | 'draining'> {
  /** What there is of each amount that the node says. */
  readonly total: Amounts;
  /** Whether tasks wait in a queue behind it: it takes as many as it says, each of which fits by itself. */
  readonly queues?: boolean;
  /** What other agents have in the same queue: all of them together put no more there than it takes. */
  readonly besides?: () => Besides;
}

/** What room a node has for a need: to run it now, to hold it until something ends, or none. */
export type Room = 'now' | 'ahead' | 'none';

const ofDisk = 'disk';

/**
 * What a node has, and what of it is taken: as its agent says, whatever the store knows by now. Attempts that run
 * take together no more than it has; ahead of them it holds a few that would fit one by one.
 */
export class Occupancy {
  #capacity: Capacity = { total: new Map(), mostTasks: 0, mostHeld: 0, draining: false };
  readonly #occupants = new Map<string, Occupant>();
  readonly #running = new Map<string, number>();
  readonly #committed = new Map<string, number>();
  readonly #count: Record<Phase, number> = { held: 0, running: 0, leaving: 0 };

  get capacity(): Capacity {
    return this.#capacity;
  }

  set capacity(capacity: Capacity) {
    this.#capacity = capacity;
  }

  get running(): number {
    return this.#count.running;
  }

  get held(): number {
    return this.#count.held;
  }

  /** What a task takes of this node: of a range as much as there is. */
  amountsOf({ takes }: Need): Amounts {
    const { total } = this.#capacity;
    return new Map(
      takes.map(({ name, from, upTo }) => [name, Math.max(from, Math.min(upTo, total.get(name) ?? from))]),
    );
  }

  /** Whether it takes one task more, whatever that needs. */
  get hasPlace(): boolean {
    const { mostHeld, draining } = this.#capacity;
    const { taken, most } = this.#places;
    if (draining || taken >= most + mostHeld) return false;
    return taken < most || this.#count.held < mostHeld;
  }

  /** How many tasks there are of those that it takes at once, with what others have in the same queue. */
  get #places(): { readonly taken: number; readonly running: number; readonly most: number } {
    const { mostTasks, besides } = this.#capacity;
    const { held, running } = this.#count;
    if (besides === undefined) return { taken: held + running, running, most: mostTasks };
    const others = besides();
    return {
      taken: held + running + others.held + others.running,
      running: running + others.running,
      most: Math.min(mostTasks, others.mostTasks),
    };
  }

  /** Whether it could begin one task more at once, if that is small. */
  get isIdle(): boolean {
    const { taken, most } = this.#places;
    return !this.#capacity.draining && taken < most && this.share < 1;
  }

  /** What is held and cannot run beside what runs, in the order in which it came. */
  *waiting(): Generator<string> {
    for (const [attempt, { phase }] of this.#occupants)
      if (phase === 'held' && !this.#mayRun(attempt)) yield attempt;
  }

  /** What room there is for a task that takes `amounts`. */
  roomFor(amounts: Amounts): Room {
    const { mostHeld } = this.#capacity;
    const { held } = this.#count;
    if (!this.hasPlace || !this.#fits(amounts, none)) return 'none';
    const { taken, most } = this.#places;
    if (taken < most && this.#fits(amounts, this.#committed)) return 'now';
    return held < mostHeld && this.#fitsDisk(amounts) ? 'ahead' : 'none';
  }

  /** Takes room for an attempt, or changes what it takes. */
  put(attempt: string, amounts: Amounts, phase: Phase, { limitMs, agreement }: Terms = unknownTerms): void {
    this.remove(attempt);
    const occupant: Occupant = { attempt, amounts, phase, limitMs, agreement };
    this.#occupants.set(attempt, occupant);
    this.#add(occupant, 1);
  }

  /** Whether an attempt that is held may run beside those that do; then it takes all it needs. */
  run(attempt: string): boolean {
    const occupant = this.#occupants.get(attempt);
    if (occupant === undefined) return false;
    if (occupant.phase === 'running') return true;
    const mayRun = this.#mayRun(attempt);
    if (mayRun) this.put(attempt, occupant.amounts, 'running', occupant);
    return mayRun;
  }

  /** Whether an attempt that is held fits beside those that run. */
  #mayRun(attempt: string): boolean {
    const occupant = this.#occupants.get(attempt);
    const { running, most } = this.#places;
    if (occupant === undefined || running >= most) return false;
    this.#add(occupant, -1);
    const fits = this.#fits(occupant.amounts, this.#running);
    this.#add(occupant, 1);
    return fits;
  }

  /** What runs and what is held, each attempt with what it takes. */
  *taking(): Generator<readonly [attempt: string, amounts: Amounts]> {
    for (const [attempt, { amounts, phase }] of this.#occupants)
      if (phase !== 'leaving') yield [attempt, amounts];
  }

  /** Whether nothing of it is taken. */
  get isEmpty(): boolean {
    return this.#occupants.size === 0;
  }

  occupants(): Iterable<Occupant> {
    return this.#occupants.values();
  }

  /** How many tasks it takes at once, with what others have in the same queue. */
  get most(): number {
    return this.#places.most;
  }

  /** What runs, by name. */
  *started(): Generator<string> {
    for (const [attempt, { phase }] of this.#occupants) if (phase === 'running') yield attempt;
  }

  get(attempt: string): Occupant | undefined {
    return this.#occupants.get(attempt);
  }

  has(attempt: string): boolean {
    return this.#occupants.has(attempt);
  }

  /** Whether an attempt would run if nothing else did. */
  mayEverRun(attempt: string): boolean {
    const occupant = this.#occupants.get(attempt);
    return occupant !== undefined && this.#capacity.mostTasks > 0 && this.#fits(occupant.amounts, none);
  }

  /** Its program has ended, and its results are on their way. */
  leave(attempt: string): void {
    const occupant = this.#occupants.get(attempt);
    if (occupant !== undefined) this.put(attempt, occupant.amounts, 'leaving', occupant);
  }

  /** Gives up what an attempt takes; says whether there was any. */
  remove(attempt: string): boolean {
    const occupant = this.#occupants.get(attempt);
    if (occupant === undefined) return false;
    this.#occupants.delete(attempt);
    this.#add(occupant, -1);
    return true;
  }

  /** Gives up all. */
  clear(): void {
    for (const attempt of [...this.#occupants.keys()]) this.remove(attempt);
  }

  /** What there is yet of it: tasks (a count), processors and bytes of memory; of a queue each task may have all there is. */
  get left(): Pick<Lent, 'tasks' | 'cpus' | 'memoryBytes' | 'isWhole'> {
    const { taken, most } = this.#places;
    const { total, queues } = this.#capacity;
    const leftOf = (name: string) => {
      const all = total.get(name);
      const gone = queues === true ? 0 : (this.#committed.get(name) ?? 0);
      return all === undefined ? undefined : Math.max(0, all - gone);
    };
    return {
      tasks: Math.max(0, most - taken),
      cpus: leftOf('cpus'),
      memoryBytes: leftOf('memory'),
      isWhole: taken === 0,
    };
  }

  /** Which part of its processors, or of its queue, is taken by what runs and what is held. */
  get share(): number {
    const { taken, most } = this.#places;
    if (this.#capacity.queues === true) return most > 0 ? taken / most : 1;
    const cpus = this.#capacity.total.get('cpus') ?? this.#capacity.mostTasks;
    return cpus > 0 ? (this.#committed.get('cpus') ?? 0) / cpus : 1;
  }

  #add({ amounts, phase }: Pick<Occupant, 'amounts' | 'phase'>, sign: 1 | -1): void {
    this.#count[phase] += sign;
    for (const [name, amount] of amounts) {
      if (phase === 'running' || name === ofDisk) more(this.#running, name, sign * amount);
      if (phase !== 'leaving' || name === ofDisk) more(this.#committed, name, sign * amount);
    }
  }

  #fits(amounts: Amounts, taken: Amounts): boolean {
    for (const [name, amount] of amounts) if (!this.#fitsOne(name, amount, taken)) return false;
    return true;
  }

  #fitsDisk(amounts: Amounts): boolean {
    return this.#fitsOne(ofDisk, amounts.get(ofDisk) ?? 0, this.#committed);
  }

  #fitsOne(name: string, amount: number, taken: Amounts): boolean {
    const total = this.#capacity.total.get(name);
    const before = this.#capacity.queues === true && name !== ofDisk ? 0 : (taken.get(name) ?? 0);
    // Fractions of a processor add up to a whole that is not quite one.
    return total === undefined || before + amount <= total * (1 + tolerance);
  }
}

const none: Amounts = new Map();
const unknownTerms: Terms = { limitMs: null };
const tolerance = 1e-9;

function more(sums: Map<string, number>, name: string, amount: number): void {
  sums.set(name, (sums.get(name) ?? 0) + amount);
}
