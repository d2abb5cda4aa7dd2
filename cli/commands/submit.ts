import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Failure } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { JobView } from '../../protocol/jobs/job.ts';
import { agreedLines, checkApplication } from '../deals/agreed.ts';
import { submitByAsk } from '../deals/submit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { exitCodeOf, followJob } from '../jobs/following.ts';
import { whyJobs } from '../jobs/idle.ts';
import { afterOf, takenOf } from '../jobs/predecessors.ts';
import { type Fetched, fetchResults, filesOf, keepPrinted, type Place } from '../jobs/results.ts';
import { type JobOptions, type JobOrder, sendJob } from '../jobs/sending.ts';
import { firstOf, type GivenSweep, programOf, readSweep, showSweep, unusedIn } from '../jobs/sweeps.ts';
import { jobLine, taskLine } from '../jobs/words.ts';
import { divide } from './behind-dashes.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { interruptible } from './interruptible.ts';
import { passTo } from './streams.ts';

interface Options extends JobOptions {
  readonly ask?: string;
  readonly plan?: string;
  readonly csv?: string;
  readonly dryRun?: true;
  readonly detach?: true;
  readonly results?: string;
}

/** Tasks whose programs are told of by name where they failed. */
const mostTold = 10;

/** `ogm submit`: a job in one step, from its files to its results. */
export function submitCommand(): Command {
  return commandWith(
    'submit',
    ['client'],
    'Run a job at the broker: send its files, wait for it, fetch its results',
  )
    .argument(
      '[words...]',
      'behind --: the application, unless the deal says it, and what that takes; {task} is the number of the task. Before it, with --ask or --agreement: files to send, as by --input',
    )
    .option(
      '--ask <file>',
      'an Ask of version 1.0, - is standard input: takes the best Offer of the brokers that match, runs the job under it, prints the Bill',
    )
    .option(
      '--plan <file>',
      'a plan of a parameter sweep: a task for each combination of its parameters (docs/sweeps.md); - is standard input',
    )
    .addOption(
      new Option(
        '--csv <file>',
        `a task for each row; the first names the parameters, which stand in words as \${name}`,
      ).conflicts(['plan', 'tasks']),
    )
    .option(
      '--dry-run',
      'with --ask: show the Offers that would come, and hold nothing; with --plan or --csv: show the first tasks, and send nothing',
    )
    .addOption(
      new Option('--agreement <id>', 'run it under an agreement that is there: ogm agreement list').conflicts(
        'ask',
      ),
    )
    .option('--input <path>', 'a file, or a directory with all below it; may repeat', collected)
    .option('--output <path>', 'what comes back, unless all that is new or changed; may repeat', collected)
    .addOption(new Option('--tasks <count>', 'how many tasks').argParser(countOf).conflicts('plan'))
    .option('--at-once <count>', 'how many of its tasks may be with nodes at once', countOf)
    .option(
      '--after <job>',
      'begin after this job has ended well, or ID:ended after it ended; may repeat',
      afterOf,
    )
    .option(
      '--input-from <job:path>',
      'a file that another job leaves, as JOB:PATH, JOB.TASK:PATH or JOB:PATH=NAME, with {task} in NAME where it has several tasks; may repeat',
      takenOf,
    )
    .option('--name <name>', 'for people; the application unless given')
    .option('--resource <name>', 'a resource that may run it; may repeat', collected)
    .option('--reservation <id>', 'run it in this, and nowhere else: ogm resource reservations NAME')
    .option('--repeatable', 'a task may run again where it may have run before')
    .option('--priority <number>', 'among your jobs: from -1000 to 1000, higher comes first', integerOf)
    .option('--detach', 'do not wait: print the id of the job')
    .option(
      '--results <dir>',
      'where results go, and may replace what is there; the current folder unless given',
    )
    .usage('[options] [files...] -- [application] [arguments...]')
    .action(async (given: string[], options: Options, command: Command) => {
      const context = contextOf(command);
      const isOfDeal = options.ask !== undefined || options.agreement !== undefined;
      const { files, words } = isOfDeal ? divide(given, command) : { files: [], words: given };
      if ([options.ask, options.plan, options.csv].filter((file) => file === '-').length > 1)
        return command.error('error: standard input is one file: name a file for the others');
      const sweep = isSweep(options) ? await readSweep(options, words) : undefined;
      // Of a table one may well need a part.
      for (const name of sweep === undefined || options.csv !== undefined ? [] : unusedIn(sweep))
        context.out.note(
          `ogm: parameter ${name} stands in no word and no file: its values make tasks that do the same`,
        );
      const order = { ...options, input: [...(options.input ?? []), ...files] };
      if (options.dryRun && options.ask === undefined) {
        if (sweep === undefined) return command.error('error: --dry-run wants --ask, --plan or --csv');
        await programUnder(context, words, sweep, options);
        return showSweep(sweep, { ...context, most: context.config.client['result-entries'] });
      }
      const follow = (at: Context, job: JobView, signal: AbortSignal) =>
        untilOver(at, job.id, placeOf(options), signal);
      if (options.ask !== undefined)
        return submitByAsk(context, words, { ...order, sweep, ask: options.ask }, follow);
      let id: string | undefined;
      // One for all of it: a signal that comes just as the job is queued is not to get lost.
      await interruptible(
        () => stoppedAt(id),
        async (signal) => {
          const { application, ...program } = await programUnder(context, words, sweep, options);
          if (application === undefined)
            return command.error("error: missing required argument 'application'");
          const job = await sendJob(context, { ...order, ...program, application }, signal);
          id = job.id;
          if (options.detach) {
            context.out.print(context.json ? JSON.stringify(job) : id);
            return;
          }
          context.out.note(`job ${id} is queued`);
          await follow(context, job, signal);
        },
      );
    });
}

function isSweep({ plan, csv }: Options): boolean {
  return plan !== undefined || csv !== undefined;
}

/** What is to run: an agreement may say the application, and what it costs is told. */
async function programUnder(
  context: Context,
  given: readonly string[],
  sweep: GivenSweep | undefined,
  { agreement, tasks = 1 }: Options,
): Promise<Pick<JobOrder, 'words' | 'sweep'> & { readonly application: string | undefined }> {
  const deal = agreement === undefined ? undefined : await brokerClients(context).deals.get(agreement);
  const agreed = deal?.application ?? undefined;
  const first = sweep === undefined ? given[0] : firstOf(sweep);
  // Who says the application behind -- as well means no argument by it.
  const isSaid = agreed === undefined || first === agreed;
  const swept = sweep && programOf(sweep, !isSaid);
  if (deal !== undefined) {
    checkApplication(deal, swept?.application);
    for (const line of agreedLines(deal, sweep?.tasks ?? tasks)) context.out.note(line);
  }
  if (swept !== undefined) return { application: agreed ?? swept.application, words: [], sweep: swept.order };
  return isSaid ? { application: first, words: given.slice(1) } : { application: agreed, words: given };
}

/** What is said of a job where the command is stopped that waits for it. */
function stoppedAt(id: string | undefined): Failure {
  if (id === undefined) {
    const next = 'see with ogm job list whether it is all the same';
    return failure('cancelled', 'stopped before the job was queued', next);
  }
  const next = `see it with ogm job show ${id}, end it with ogm job cancel ${id}`;
  return failure('cancelled', `job ${id} goes on`, next);
}

/** Follows the job, and brings what it left; the command ends as its program did. */
async function untilOver(context: Context, id: string, place: Place, signal: AbortSignal): Promise<void> {
  const { out } = context;
  const { jobs } = brokerClients(context);
  const job = await followJob(jobs, id, out, signal, whyJobs(context));
  out.progress('');
  await bringResults(context, job, place, signal);
  const task = job.tasks === 1 ? await jobs.task(id, 1, { signal }) : undefined;
  process.exitCode = exitCodeOf(job, task);
}

/** Prints and fetches what the tasks of a job left: of one into the folder itself, of several each into its own. */
export async function bringResults(
  context: Context,
  job: JobView,
  place: Place,
  signal: AbortSignal,
): Promise<void> {
  const { out, json } = context;
  const { jobs, blobs } = brokerClients(context);
  const progress = (line: string) => out.progress(line);
  let told = 0;
  for await (const task of jobs.tasks(job.id, undefined, { signal })) {
    const own =
      job.tasks === 1 ? place : { ...place, folder: join(place.folder, `${job.id}.${task.number}`) };
    const fetched = await fetchResults(blobs, filesOf(jobs, job.id, task, signal), own, { signal, progress });
    if (job.tasks > 1) await keepPrinted(jobs, job.id, task, own.folder, signal);
    if (json) {
      const { number, state, exit, reason } = task;
      out.print(
        JSON.stringify({ job: job.id, task: number, state, exit, reason, folder: own.folder, ...fetched }),
      );
      continue;
    }
    if (job.tasks === 1) await printPrinted(context, job.id, signal);
    tellFetched(context, fetched, own.folder);
    if (task.state === 'done' || told >= mostTold) continue;
    told += 1;
    out.note(`ogm: ${taskLine(task)}`);
  }
  if (!json) out.note(jobLine(job));
}

async function printPrinted(context: Context, id: string, signal: AbortSignal): Promise<void> {
  const { jobs } = brokerClients(context);
  context.out.progress('');
  await passTo(jobs.printed(id, 1, 'stdout', 0, { signal }), process.stdout);
  await passTo(jobs.printed(id, 1, 'stderr', 0, { signal }), process.stderr);
}

function tellFetched({ out }: Context, { files, leftOut }: Fetched, folder: string): void {
  if (files.length > 0)
    out.note(`came back into ${folder}: ${files.slice(0, mostTold).join(', ')}${more(files)}`);
  for (const line of leftOut) out.note(`left out: ${line}`);
  if (leftOut.length > 0) out.note('to bring them all the same: ogm job results JOB --results DIR');
}

function more(files: readonly string[]): string {
  return files.length > mostTold ? ` and ${files.length - mostTold} more` : '';
}

export function placeOf({ results }: { readonly results?: string }): Place {
  return { folder: results ?? '.', isChosen: results !== undefined };
}

function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1.');
}

function integerOf(text: string): number {
  if (/^-?\d{1,4}$/.test(text) && Math.abs(Number(text)) <= 1000) return Number(text);
  throw new InvalidArgumentError('It is a whole number from -1000 to 1000.');
}
