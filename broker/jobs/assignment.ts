import type { Assignment } from '../../protocol/agent/messages.ts';
import type { JobRow } from './rows.ts';
import type { JobText } from './text.ts';

/** What a task takes of a node, by name: a number, or bytes. */
export type Amounts = ReadonlyMap<string, number>;

/** What an agent is told of an attempt that it gets. */
export function assignment(of: {
  readonly job: Pick<JobRow, 'id' | 'owner' | 'application' | 'limitMs' | 'reservation'>;
  readonly task: number;
  readonly attempt: number;
  readonly text: JobText;
  readonly amounts: Amounts;
  readonly graceMs: number;
}): Assignment {
  const { job, task, attempt, text, amounts, graceMs } = of;
  return {
    type: 'assign',
    task: `${job.id}.${task}`,
    attempt,
    owner: job.owner,
    application: job.application,
    arguments: filled(text.arguments, task, text.parameters?.[task - 1] ?? []),
    environment: { ...text.environment },
    inputs: [...text.inputs],
    outputs: text.outputs === null ? null : [...text.outputs],
    cpus: amounts.get('cpus') ?? 1,
    memoryBytes: amounts.get('memory') ?? null,
    diskBytes: amounts.get('disk') ?? null,
    timeLimitMs: job.limitMs,
    graceMs,
    ...(job.reservation === null ? {} : { reservation: job.reservation }),
  };
}

/** Where an argument has the number of the task, or one of its parameters. */
const places = /\{(?:task|([1-9][0-9]*))\}/g;

/** `{task}` is the number of the task, `{1}`, `{2}` … its parameters; what is no such thing stays as it is. */
function filled(words: readonly string[], task: number, parameters: readonly string[]): string[] {
  return words.map((word) =>
    word.replaceAll(places, (place, number?: string) =>
      number === undefined ? String(task) : (parameters[Number(number) - 1] ?? place),
    ),
  );
}

/**
 * Bytes of the largest of the tasks, as JSON, or a little more: known without filling any in, for a parameter may
 * stand in many places.
 */
export function largestTask({ parameters, ...text }: JobText): number {
  const times = new Map<number, number>();
  for (const word of text.arguments)
    for (const [, number = '0'] of word.matchAll(places))
      times.set(Number(number), (times.get(Number(number)) ?? 0) + 1);
  const bytesOfFilled = (row: readonly string[]) => {
    let bytes = 0;
    for (const [number, count] of times) bytes += count * jsonBytes(row[number - 1] ?? longestNumber);
    return bytes;
  };
  const rows = parameters ?? [[]];
  return jsonBytes(text) + rows.reduce((most, row) => Math.max(most, bytesOfFilled(row)), 0);
}

const longestNumber = String(Number.MAX_SAFE_INTEGER);

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
