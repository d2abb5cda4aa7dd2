import type { Assignment } from '../../protocol/agent/messages.ts';
import { type JobRequest, taskPath } from '../../protocol/jobs/job.ts';
import { jsonBytes, longestNumber, type OwnOfTask, type OwnSizes } from './own.ts';
import { refusal } from './owned.ts';
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
  readonly own: OwnOfTask;
  /** Of the files that are its own. */
  readonly bytes: ReadonlyMap<string, number>;
  readonly amounts: Amounts;
  readonly graceMs: number;
}): Assignment {
  const { job, task, attempt, text, own, bytes, amounts, graceMs } = of;
  const fill = (word: string) => filled(word, own.number ?? task, own.parameters);
  const ownInputs = own.inputs.map((file) => ({ ...file, bytes: bytes.get(file.blob) ?? 0 }));
  return {
    type: 'assign',
    task: `${job.id}.${task}`,
    attempt,
    owner: job.owner,
    application: job.application,
    arguments: text.arguments.map(fill),
    environment: { ...text.environment },
    inputs: [...text.inputs, ...ownInputs],
    outputs: text.outputs === null ? null : text.outputs.map(fill),
    cpus: amounts.get('cpus') ?? 1,
    memoryBytes: amounts.get('memory') ?? null,
    diskBytes: amounts.get('disk') ?? null,
    timeLimitMs: job.limitMs,
    graceMs,
    ...(job.reservation === null ? {} : { reservation: job.reservation }),
  };
}

/** Where a word has the number of the task, or one of its parameters. */
const places = /\{(?:task|([1-9][0-9]*))\}/g;

/** `{task}` is the number of the task, `{1}`, `{2}` … its parameters; what is no such thing stays as it is. */
export function filled(word: string, task: number, parameters: readonly string[]): string {
  return word.replaceAll(places, (place, number?: string) =>
    number === undefined ? String(task) : (parameters[Number(number) - 1] ?? place),
  );
}

/** Bytes of what all tasks of a job say, as JSON. */
export function bytesOfAll({ from: _from, names: _names, own: _own, ...text }: JobText): number {
  return jsonBytes(text);
}

/** Bytes that a task says at most beside what all say: known without filling any in, for a parameter may stand in many places. */
export function bytesOfOwn(
  { arguments: words, outputs }: Pick<JobText, 'arguments' | 'outputs'>,
  { parameters, inputs }: OwnSizes,
): number {
  let bytes = inputs;
  for (const text of [...words, ...(outputs ?? [])])
    for (const [, number = '0'] of text.matchAll(places))
      bytes += parameters[Number(number) - 1] ?? longestNumber.length;
  return bytes;
}

/** Checks of tasks whether what they take and leave has a path. */
export interface PathCheck {
  /** How many paths of a task are looked at (a count). */
  readonly count: number;
  /** Throws a Refusal `job-refused`. */
  check(own: OwnOfTask): void;
}

export function pathCheck({
  outputs = [],
  inputs,
  inputsFrom = [],
}: Pick<JobRequest, 'outputs' | 'inputs' | 'inputsFrom'>): PathCheck {
  for (const { path } of inputsFrom) checkPath('input', filled(path, longestTask, []));
  const templates = outputs.filter((path) => path.search(places) >= 0);
  const common = new Set(inputs.map(({ path }) => path));
  return {
    count: templates.length,
    check({ parameters, inputs: own }) {
      const short = templates.length === 0 ? [] : parameters.map((text) => text.slice(0, longestPath + 1));
      for (const template of templates) checkPath('output', filled(template, longestTask, short));
      const paths = new Set(own.map(({ path }) => path));
      if (paths.size < own.length || own.some(({ path }) => common.has(path)))
        throw refusal('job-refused', 'two input files of a task have one path');
    },
  };
}

function checkPath(what: 'input' | 'output', path: string): void {
  const read = taskPath.safeParse(path);
  if (read.success) return;
  const [issue] = read.error.issues;
  const why = issue?.code === 'too_big' ? `has more than ${longestPath} characters` : issue?.message;
  throw refusal('job-refused', `the ${what} '${path.slice(0, 200)}' ${why}`);
}

/** Characters of a path. */
const longestPath = 1024;
/** A number of a task with as many digits as one may have. */
const longestTask = Number(longestNumber);
