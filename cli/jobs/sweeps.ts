import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readCsv } from '../../client/sweeps/csv.ts';
import { annotatedFaults, Misplaced, SweepError } from '../../client/sweeps/faults.ts';
import { readPlan } from '../../client/sweeps/plan.ts';
import { jobOfSweep, ownPaths, type Sweep, taskNumber, valueIn } from '../../client/sweeps/sweep.ts';
import { filledWord, plainText, type Word, wholeWord } from '../../client/sweeps/words.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type TaskFile, taskPath } from '../../protocol/jobs/job.ts';
import type { Context } from '../commands/context.ts';
import type { Output } from '../output.ts';
import { readInput } from '../sla/files.ts';
import { brokerClients } from './clients.ts';
import { inputFiles } from './inputs.ts';

/** A sweep as it was read. */
export interface GivenSweep {
  readonly sweep: Sweep;
  /** The command: in the file, or behind `--`. */
  readonly words: readonly Word[];
  /** How many there are. */
  readonly tasks: number;
}

/** A sweep that is to be sent. */
export interface SweepOrder extends GivenSweep {
  /** What stands behind the application. */
  readonly arguments: readonly Word[];
}

interface From {
  readonly plan?: string;
  readonly csv?: string;
}

/**
 * Reads the sweep that a command line names, and counts its tasks. Throws a Refusal `bad-file` that says what is wrong
 * with the file, with the places.
 *
 * @param given the words behind `--`: the program, where the file says none
 */
export async function readSweep({ plan, csv }: From, given: readonly string[]): Promise<GivenSweep> {
  const name = plan ?? csv ?? '-';
  try {
    const sweep = plan === undefined ? await readCsv(await textsOf(name)) : readPlan(await textOf(name));
    const words = wordsOf(sweep, given, name);
    let tasks = 0;
    for await (const row of sweep.rows()) {
      tasks += 1;
      checkOutputs(sweep, row, tasks, name);
    }
    if (tasks === 0) {
      const next =
        plan === undefined ? 'write a row for each task' : 'mend its constraints: none holds together';
      throw new Refusal(failure('bad-file', `${name} makes no task`, next));
    }
    return { sweep, words, tasks };
  } catch (error) {
    if (!(error instanceof SweepError)) throw error;
    const next = 'mend the lines that are named';
    throw new Refusal(failure('bad-file', `${name}\n${annotatedFaults(error)}`, next), { cause: error });
  }
}

async function textOf(name: string): Promise<string> {
  return Buffer.from((await readInput(name)).bytes).toString();
}

/** The text of a file in pieces, from the beginning each time; standard input is read once. */
async function textsOf(name: string): Promise<() => AsyncIterable<string>> {
  if (name === '-') {
    const text = await textOf(name);
    return async function* () {
      yield text;
    };
  }
  await inputFiles([name], 1); // says why where it cannot be read
  return () => createReadStream(name, 'utf8');
}

/** What comes back has to lie where the task ran. */
function checkOutputs(
  { names, outputs = [] }: Sweep,
  row: readonly string[],
  task: number,
  file: string,
): void {
  for (const word of outputs) {
    const path = filledWord(word, valueIn(names, row, task));
    const read = taskPath.safeParse(path);
    if (read.success) continue;
    const what = read.error.issues[0]?.message;
    throw new Refusal(failure('bad-file', `${file}: '${path.slice(0, 200)}' of output_files ${what}`));
  }
}

/** Parameters of a plan that no word or file names: tasks that differ in these alone do the same. */
export function unusedIn({ sweep, words }: GivenSweep): string[] {
  const all = [...words, ...sweep.ownInputs, ...(sweep.outputs ?? [])];
  const used = new Set(
    all.flatMap(({ pieces }) => pieces.flatMap((piece) => ('name' in piece ? piece.name : []))),
  );
  return sweep.names.filter((name) => !used.has(name));
}

/** The first word of the command of a sweep; undefined where there is none, or it is not the same for all tasks. */
export function firstOf({ words: [first] }: GivenSweep): string | undefined {
  return first && plainText(first);
}

/**
 * Which application a sweep runs, and what that takes. Where a deal names the application, all words behind `--` are for it,
 * and none is told here; the command of a plan begins with its application in any case.
 */
export function programOf(given: GivenSweep, isNamed: boolean): { application?: string; order: SweepOrder } {
  const { sweep, words } = given;
  if (isNamed && sweep.command === undefined) return { order: { ...given, arguments: words } };
  const [first, ...rest] = words;
  if (first === undefined)
    throw new Refusal(
      failure('bad-files', 'nothing says which program the tasks run', 'say it and its arguments behind --'),
    );
  const application = plainText(first);
  if (application === undefined)
    throw new Refusal(failure('bad-files', 'the application is the same for all tasks'));
  return { application, order: { ...given, arguments: rest } };
}

function wordsOf({ names, command }: Sweep, given: readonly string[], file: string): readonly Word[] {
  if (command !== undefined && given.length > 0)
    throw new Refusal(failure('bad-files', `${file} says the command, and so do the words behind --`));
  const words = command ?? given.map((word) => wholeGiven(word));
  for (const { pieces } of words)
    for (const piece of pieces)
      if ('name' in piece && piece.name !== taskNumber && !names.includes(piece.name))
        throw new Refusal(
          failure('bad-files', `there is no parameter ${piece.name}: ${file} has ${names.join(', ')}`),
        );
  return words;
}

/** A word of the command line, in which `{task}` is the number of the task, as it is without a sweep. */
function wholeGiven(text: string): Word {
  try {
    return wholeWord(
      text.replaceAll('{task}', (place, at: number) => (text[at - 1] === '$' ? place : `$${place}`)),
    );
  } catch (error) {
    if (!(error instanceof Misplaced)) throw error;
    throw new Refusal(failure('bad-files', `${text}: ${error.message}`), { cause: error });
  }
}

/** Tasks (a count) that a dry run shows. */
const shownTasks = 5;

/** Shows the first tasks as they would be, and how many there are; sends nothing. */
export async function showSweep(
  { sweep, words: command, tasks }: GivenSweep,
  { out, json, most }: { readonly out: Output; readonly json: boolean; readonly most: number },
): Promise<void> {
  let number = 0;
  for await (const row of sweep.rows()) {
    number += 1;
    const inputs = [...sweep.inputs, ...ownPaths(sweep, row, number)];
    if (number <= shownTasks) {
      const valueFor = valueIn(sweep.names, row, number);
      const words = command.map((word) => filledWord(word, valueFor));
      const outputs = sweep.outputs?.map((word) => filledWord(word, valueFor));
      if (json) out.print(JSON.stringify({ task: number, parameters: row, words, inputs, outputs }));
      else out.print(`${number}: ${words.map(shownWord).join(' ')}`);
    }
    await inputFiles(inputs, most);
  }
  if (json) out.print(JSON.stringify({ tasks }));
  else out.print(`${tasks} ${tasks === 1 ? 'task' : 'tasks'}, and nothing was sent`);
}

function shownWord(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What of a job request a sweep says. */
export interface SentSweep {
  readonly inputs: readonly TaskFile[];
  readonly arguments: string[];
  readonly outputs: string[] | undefined;
  readonly tasks: { readonly blob: string };
  readonly parameters: string[];
}

/** Sends the files of a sweep, each once, and the list of its tasks, which is written as it is made. */
export async function sendSweep(
  context: Context,
  { sweep, arguments: behind }: SweepOrder,
  send: (path: string) => Promise<TaskFile>,
  signal: AbortSignal,
): Promise<SentSweep> {
  const { blobs } = brokerClients(context);
  const job = jobOfSweep(sweep, behind);
  const sent = new Map<string, TaskFile>();
  const sendOnce = async (path: string): Promise<TaskFile> => {
    const file = sent.get(path) ?? (await send(path));
    sent.set(path, file);
    return file;
  };
  const inputs: TaskFile[] = [];
  for (const path of sweep.inputs) inputs.push(await sendOnce(path));
  async function* lines(): AsyncGenerator<string> {
    let number = 0;
    for await (const row of sweep.rows()) {
      number += 1;
      const own: TaskFile[] = [];
      for (const path of ownPaths(sweep, row, number)) own.push(await sendOnce(path));
      const line = { parameters: [...row, ...job.constants], ...(own.length === 0 ? {} : { inputs: own }) };
      yield `${JSON.stringify(line)}\n`;
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'ogm-sweep-'));
  try {
    const list = join(folder, 'tasks');
    await pipeline(lines(), createWriteStream(list, { flags: 'wx', mode: 0o600 }), { signal });
    const { blob } = await blobs.upload(list, { signal });
    const { arguments: words, outputs, parameters } = job;
    return {
      inputs,
      arguments: [...words],
      outputs: outputs && [...outputs],
      tasks: { blob },
      parameters: [...parameters],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
