import type { AgentView, ResourceView } from '../../protocol/resources.ts';
import { agentNumber, resourceOf } from './agent-names.ts';

/** A resource as it is by one of its agents alone, whose name it has here. */
export interface OfAgent extends Omit<ResourceView, 'agents'> {
  /** The queue in which its tasks wait, if they wait in one. */
  readonly queue: string | undefined;
}

/** The resources of agents, in the order of their first ones. */
export function resourcesWith(agents: readonly OfAgent[]): ResourceView[] {
  const byResource = Map.groupBy(agents, ({ name }) => resourceOf(name));
  return [...byResource].map(([name, all]) => {
    const [first, ...others] = all.toSorted((a, b) => agentNumber(a.name) - agentNumber(b.name));
    const { queue: _, ...view } = first!;
    return others.length === 0 ? { ...view, name } : { ...view, ...together([first!, ...others]), name };
  });
}

/** The first that any of them is. */
const states: readonly ResourceView['state'][] = ['online', 'draining', 'silent', 'awaited'];

function together(all: readonly OfAgent[]): Partial<ResourceView> {
  const [first] = all; // by which room is kept
  const heard = all.flatMap(({ heardAgoMs }) => heardAgoMs ?? []);
  return {
    state: states.find((state) => all.some((one) => one.state === state)) ?? 'awaited',
    heardAgoMs: heard.length === 0 ? null : Math.min(...heard),
    running: sumOf(all.map(({ running }) => running)),
    held: sumOf(all.map(({ held }) => held)),
    mostTasks: mostOf(all),
    powers: first?.powers ?? null,
    says: all.find(({ says }) => says !== null)?.says ?? null,
    agents: all.map(
      ({ name, state, heardAgoMs, running, held, mostTasks, queue = null }): AgentView => ({
        ...{ name, state, heardAgoMs, running, held, mostTasks, queue },
      }),
    ),
  };
}

/** What machines take adds up; a queue takes what it takes, by however many agents. */
function mostOf(all: readonly OfAgent[]): number | null {
  const byQueue = Map.groupBy(all, ({ queue, name }) => queue ?? `\n${name}`);
  return sumOf(
    Array.from(byQueue.values(), (same) => {
      const bounds = same.flatMap(({ mostTasks }) => mostTasks ?? []);
      return bounds.length === 0 ? null : Math.min(...bounds);
    }),
  );
}

/** Null where none of them is known. */
function sumOf(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : known.reduce((sum, amount) => sum + amount, 0);
}
