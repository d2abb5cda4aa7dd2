import type { NodeState } from '../../protocol/agent/gathering.ts';
import type { NodeHistory, NodeStatus } from '../../protocol/node-events.ts';

/** Eighths of a cell. */
const blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** Cells of a bar. */
const barCells = 10;

/** Steps (a count) of a history that are shown. */
const mostSteps = 10_000;

/** A part of a whole as a bar; more than all of it is full. */
export function bar(part: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, part)) * barCells);
  return `${'█'.repeat(filled)}${'░'.repeat(barCells - filled)}`;
}

/** Values over time in so many cells at most, from 0 to the highest or to `least`, whichever is more; a blank is unknown. */
export function sparkline(values: readonly (number | null)[], cells: number, least: number): string {
  const perCell = Math.max(1, Math.ceil(values.length / cells));
  const means: (number | undefined)[] = [];
  for (let from = 0; from < values.length; from += perCell) {
    const some = values.slice(from, from + perCell).filter((value) => value !== null);
    means.push(some.length === 0 ? undefined : some.reduce((sum, value) => sum + value, 0) / some.length);
  }
  const top = Math.max(least, ...means.map((mean) => mean ?? 0));
  return means
    .map((mean) => {
      if (mean === undefined) return ' ';
      return blocks[Math.min(8, 1 + Math.floor((mean / top) * 7.999))] ?? ' ';
    })
    .join('');
}

/** The values of a history, one for each step, null where nothing is known. */
export function evenly(
  { points, stepMs }: NodeHistory,
  read: (point: NodeHistory['points'][number]) => number | null,
): (number | null)[] {
  const [first] = points;
  if (first === undefined) return [];
  const values: (number | null)[] = [];
  for (const point of points) {
    const place = Math.round((point.at - first.at) / stepMs);
    if (place > mostSteps) break;
    while (values.length < place) values.push(null);
    values.push(read(point));
  }
  return values;
}

/** How long ago something was, for people. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** What the batch system behind a node says, for people: each line with what it is about. */
export function queueLines({ queue, startDelayMs }: NodeState): [what: string, text: string][] {
  if (queue === undefined) return [];
  const { name, total, free, waiting, running, mostQueued, walltimeMs } = queue;
  const longest = walltimeMs === null ? '' : `, for ${ago(walltimeMs)} each at most`;
  const start =
    startDelayMs === undefined
      ? 'not known'
      : startDelayMs === 0
        ? 'at once'
        : `in about ${ago(startDelayMs)}`;
  return [
    ['queue', `${name}: ${free} of ${total} cores free; ${jobs(running)} running, ${waiting} waiting`],
    ['takes', `${mostQueued} tasks at once${longest}`],
    ['starts', start],
  ];
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}

/** Nodes as rows of a table, with their heads; `now` in milliseconds since 1970. */
export function statusRows(nodes: readonly NodeStatus[], now: number): string[][] {
  const hasQueue = nodes.some(({ agent }) => agent?.queue !== undefined);
  return [
    ['NODE', 'STATE', 'FOR', 'LOAD', '', 'CPUS', 'FREE', 'TASKS', 'HEARD', ...(hasQueue ? ['QUEUE'] : [])],
    ...nodes.map(({ name, state, since, load, cpus, agent, heardAgoMs }) => [
      plain(name),
      state,
      ago(now - since),
      load === null ? '-' : load.toFixed(2),
      load === null ? '' : bar(load),
      cpus === null ? '-' : `${cpus}`,
      agent === null ? '-' : `${rounded(agent.free.cpus)}`,
      agent === null ? '-' : agent.held === 0 ? `${agent.running}` : `${agent.running}+${agent.held}`,
      heardAgoMs === null ? 'never' : `${ago(heardAgoMs)} ago`,
      ...(hasQueue ? [queueText(agent?.queue)] : []),
    ]),
  ];
}

function queueText(queue: NodeState['queue']): string {
  if (queue === undefined) return '';
  return `${plain(queue.name)}: ${queue.free}/${queue.total} free, ${queue.waiting} wait`;
}

/** What others say, without what would move the cursor of a terminal. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

function rounded(amount: number): number {
  return Math.round(amount * 100) / 100;
}
