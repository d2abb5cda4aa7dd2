import type { Clock } from '../../platform/clock.ts';
import type { Assignment } from '../../protocol/agent/messages.ts';
import type { Node } from './agent-node.ts';
import type { AttemptStore, Chosen, TakenBack } from './attempts.ts';
import type { Backlog } from './backlog.ts';
import type { Fleet, Place } from './fleet.ts';
import { attemptName } from './frame.ts';
import type { Gates } from './gates.ts';
import type { Changes } from './moving.ts';
import type { Need } from './need.ts';
import { movableOf } from './take-back.ts';
import type { Tries } from './tries.ts';

interface RoundsParts {
  readonly backlog: Backlog;
  readonly fleet: Fleet;
  readonly gates: Gates;
  readonly store: AttemptStore;
  readonly tasksAtOnce: number;
  readonly follow: (changes: Changes) => void;
  /** The same of what was taken back, of which the agents are told. */
  readonly told: (back: TakenBack) => void;
  /** A node has more room than it had. */
  readonly freed: (node: Node) => void;
  /** Takes up anew what the store says. */
  readonly reload: () => Promise<unknown>;
  readonly tries: Tries;
  readonly clock: Clock;
}

/** A task for which a node was chosen, and which takes room there before the store has it. */
interface Reserved extends Chosen {
  readonly node: Node;
  readonly need: Need;
}

/**
 * Chooses nodes for what waits, a round for many tasks at once: room is taken in memory, the store moves the tasks in
 * one verb, then the agents hear of theirs. Rounds come one after another, whenever something has changed.
 */
export class Rounds {
  readonly #parts: RoundsParts;
  #isRunning = false;
  #isWoken = false;
  #isStopped = false;

  constructor(parts: RoundsParts) {
    this.#parts = parts;
  }

  /** There may be something to be done: a round comes with the end of this turn, or after the one that goes on. */
  wake(): void {
    if (this.#isStopped || this.#isWoken) return;
    this.#isWoken = true;
    if (!this.#isRunning) setImmediate(() => this.#begin());
  }

  stop(): void {
    this.#isStopped = true;
  }

  #begin(): void {
    if (this.#isStopped || this.#isRunning) return;
    this.#isRunning = true;
    this.#parts.tries.once('give tasks to nodes', async () => {
      try {
        while (this.#isWoken && !this.#isStopped) {
          this.#isWoken = false;
          await this.#round();
        }
      } finally {
        this.#isRunning = false;
        if (this.#isWoken) setImmediate(() => this.#begin());
      }
    });
  }

  async #round(): Promise<void> {
    const { store, gates, clock, follow } = this.#parts;
    const chosen = this.#choose();
    if (chosen.length === 0) return (await gates.load()) ? undefined : this.#takeBack();
    try {
      const { changes, held } = await store.hold(chosen, clock.now());
      follow(changes);
      this.#send(chosen, held);
    } catch (error) {
      for (const one of chosen) one.node.occupancy.remove(reservation(one));
      for (const { node } of chosen) this.#parts.freed(node);
      this.#parts.tries.until('take up what waits', async () => {
        await this.#parts.reload();
        this.wake();
      });
      throw error;
    }
    await gates.load();
  }

  /** Where nothing waits that could start, what busy nodes hold may start on those that are free. */
  async #takeBack(): Promise<void> {
    const { backlog, fleet, store, clock, tasksAtOnce: most, told } = this.#parts;
    const found = movableOf(fleet, (task) => backlog.needOfTask(task), { now: clock.now(), most });
    const attempts = found.flatMap(({ task, ...where }) => {
      const key = backlog.keyOf(task);
      return key === undefined ? [] : { ...key, ...where };
    });
    if (attempts.length === 0) return;
    const back = await store.takeBack(attempts, clock.now());
    if (back.messages.length > 0) told(back); // else nothing has changed, and nothing is to be looked at again
  }

  #choose(): readonly Reserved[] {
    const { backlog, fleet, gates, clock, tasksAtOnce, freed } = this.#parts;
    const now = clock.now();
    for (const node of fleet.reviewKept((key) => backlog.isWaiting(key))) freed(node);
    const pick = backlog.picker<Place>(now, (need, since, inputs) =>
      gates.isOpen(need, now) ? fleet.place(need, now, since, inputs) : undefined,
    );
    const chosen: Reserved[] = [];
    while (chosen.length < tasksAtOnce) {
      const next = fleet.hasPlace ? pick() : undefined;
      if (next === undefined) return chosen;
      const { node, amounts } = next.node;
      gates.take(next.need);
      const inputs = backlog.inputsOf(next.job);
      const why = inputs === undefined ? null : node.inputs.words(inputs);
      const one = {
        job: next.job,
        number: next.number,
        resource: node.resource,
        amounts,
        why,
        node,
        need: next.need,
      };
      node.occupancy.put(reservation(one), amounts, 'held', next.need);
      chosen.push(one);
    }
    this.#isWoken = true; // there may be more
    return chosen;
  }

  /** Tells each agent of what it gets. A session that ended meanwhile counts no more: the next one says what it lacks. */
  #send(chosen: readonly Reserved[], held: readonly (Assignment | undefined)[]): void {
    const byNode = new Map<Node, Assignment[]>();
    for (const [index, one] of chosen.entries()) {
      const { node, amounts, need } = one;
      const assigned = held[index];
      node.occupancy.remove(reservation(one));
      if (assigned === undefined) {
        this.#parts.freed(node); // nobody wants it any more, and others may have found no room beside it
        continue;
      }
      node.occupancy.put(attemptName(assigned), amounts, 'held', need);
      const ofNode = byNode.get(node) ?? [];
      ofNode.push(assigned);
      byNode.set(node, ofNode);
    }
    for (const [node, assigned] of byNode)
      if (this.#parts.fleet.with(node.resource, node.link) === node) node.link.send(assigned);
  }
}

/** By what it takes room before its attempt has a number. */
function reservation({ job, number }: Chosen): string {
  return `${job}.${number}`;
}
