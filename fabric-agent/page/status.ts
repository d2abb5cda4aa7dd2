import { formatAddress } from '../../grammar/index.ts';
import type { Powers } from '../back-ends/back-end.ts';
import type { Agent, AgentShown } from '../index.ts';
import type { AgentSettings } from '../settings.ts';
import type { BrokerShown, TasksShown } from '../tasks/showing.ts';
import type { NodeView } from './view.ts';

/** One resource that this process serves. */
export interface PagedNode {
  /** Its name, where the process serves several. */
  readonly resource: string | null;
  readonly agent: Pick<Agent, 'show' | 'drain' | 'resume'>;
  readonly config: AgentSettings;
}

/** Tasks (a count) that are shown of one node. */
const mostTasksShown = 200;

/** How a node is, as its owner's page shows it. */
export function nodeViewOf({ resource, agent, config }: PagedNode): NodeView {
  const shown = agent.show();
  const { tasks } = shown;
  return {
    resource,
    node: shown.node.name,
    drainedSinceMs: shown.drainedSinceMs ?? null,
    unwilling: shown.unwilling ?? null,
    backEnd: config['back-end'],
    powers: tasks === undefined ? [] : powersOf(tasks.powers),
    ...standingOf(tasks),
    brokers: (tasks?.brokers ?? []).map(brokerOf),
    ...tasksOf(tasks?.brokers ?? []),
    allowList: allowListOf(shown, config),
  };
}

function standingOf(
  tasks: TasksShown | undefined,
): Pick<NodeView, 'state' | 'load' | 'capacity' | 'free' | 'running' | 'held'> {
  if (tasks === undefined || tasks.brokers.length === 0)
    return { state: 'idle', load: null, capacity: null, free: null, running: 0, held: 0 };
  const { state, load, running, held, free } = tasks.standing;
  const { cpus, memoryBytes } = free;
  return {
    ...{ state, load, running, held },
    capacity: tasks.capacity,
    free: { tasks: free.tasks, cpus, memoryBytes },
  };
}

function brokerOf({ url, name, owner, calls, line }: BrokerShown): NodeView['brokers'][number] {
  const { isOpen, sinceMs, why } = line;
  return { url, name, owner, kind: calls ? 'client' : 'broker', connected: isOpen, sinceMs, why };
}

/** Those that run first, then those that are nearest to it. */
const order = ['started', 'dropped', 'collecting', 'asking', 'held', 'ended'];

function tasksOf(brokers: readonly BrokerShown[]): Pick<NodeView, 'tasks' | 'tasksInAll'> {
  const all = brokers.flatMap(({ url, attempts }) => attempts.map((one) => ({ ...one, broker: url })));
  const inOrder = all.toSorted((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage));
  return { tasks: inOrder.slice(0, mostTasksShown), tasksInAll: all.length };
}

function powersOf(powers: Powers): string[] {
  const { limits, arrays, containers, gracefulCancel, reserve, outlivesAgent, isolates, queues } = powers;
  const has = (is: boolean, words: string) => (is ? [words] : []);
  return [
    ...limits.map((limit) => `bounds ${limitWords[limit]}`),
    ...has(isolates, 'keeps tasks apart'),
    ...has(containers, 'containers'),
    ...has(gracefulCancel, 'cancels with grace'),
    ...has(outlivesAgent, 'tasks outlive the agent'),
    ...has(arrays, 'arrays'),
    ...has(reserve, 'reservations'),
    ...has(queues !== null, 'a queue'),
  ];
}

const limitWords = { outputBytes: 'output', memoryBytes: 'memory', processes: 'processes' } as const;

function allowListOf({ node, tasks }: AgentShown, config: AgentSettings): NodeView['allowList'] {
  const { hours } = config;
  return {
    applications: node.applications.map(({ name, address }) => ({
      name,
      host: address === undefined ? null : formatAddress(address),
    })),
    owners: config['task-owners'].length === 0 ? null : config['task-owners'],
    othersToo: tasks?.powers.isolates === true || config['accept-unisolated'],
    variables: config['task-variables'],
    hours: hours.length === 0 ? null : hours.join(', '),
    network: tasks?.powers.isolates === true ? config['task-network'] : 'host',
    most: {
      'time-limit': `${config['time-limit'] / 1000} s`,
      'output-size': bytes(config['output-size']),
      'result-size': bytes(config['result-size']),
      'input-size': bytes(config['input-size']),
      'task-processes': String(config['task-processes']),
      'held-tasks': String(config['held-tasks']),
    },
  };
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return `${Number((count / 2 ** (10 * power)).toFixed(1))} ${units[power]}`;
}
