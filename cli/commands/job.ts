import { Command, InvalidArgumentError, Option } from 'commander';
import { isOver } from '../../client/index.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { JobView } from '../../protocol/jobs/job.ts';
import { type JobState, jobStates, type TaskState, taskStates } from '../../protocol/jobs/states.ts';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { printLogs } from '../jobs/logs.ts';
import { printTable } from '../jobs/table.ts';
import { eventLine, jobLine, moment, taskLine } from '../jobs/words.ts';
import { table } from '../table.ts';
import { commandWith, contextOf } from './context.ts';
import { interruptible } from './interruptible.ts';
import { bringResults, placeOf } from './submit.ts';

/** `ogm job`: what became of the jobs that were submitted. */
export function jobCommand(): Command {
  const command = new Command('job')
    .summary('Look at jobs, and end them')
    .description('Looks at jobs, their output and their events, fetches their results, and ends them.');
  for (const sub of [
    list(),
    show(),
    logs(),
    events(),
    why(),
    results(),
    printedTable(),
    again(),
    cancel(),
    remove(),
  ])
    command.addCommand(sub.exitOverride());
  return command;
}

function on(name: string, summary: string): Command {
  return commandWith(name, ['client'], summary);
}

function list(): Command {
  return on('list', 'List jobs, the latest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(jobStates))
    .addOption(new Option('--owner <user>', 'those of a user, for administrators').conflicts('all'))
    .option('--all', "everybody's, for administrators")
    .action(async (options: { state?: JobState; owner?: string; all?: true }, command: Command) => {
      const context = contextOf(command);
      const owner = options.all ? '*' : options.owner;
      const found = await Array.fromAsync(brokerClients(context).jobs.list(options.state, { owner }));
      const { out, json } = context;
      const lines = options.all
        ? [[...heads, 'OWNER'], ...found.map((job) => [...row(job), job.owner])]
        : [heads, ...found.map(row)];
      if (json) for (const job of found) out.print(JSON.stringify(job));
      else if (found.length > 0) for (const line of table(lines)) out.print(line);
      if (found.length > 0) return;
      out.note('ogm: there is no job');
      process.exitCode = exit.noMatch;
    });
}

const heads = ['JOB', 'STATE', 'DONE', 'FAILED', 'TASKS', 'SINCE', 'NAME'];

function row({ id, state, counts, tasks, createdAt, name }: JobView): string[] {
  const { done = 0, failed = 0 } = counts;
  return [id, state, `${done}`, `${failed}`, `${tasks}`, moment(createdAt), name];
}

function show(): Command {
  return on('show', 'Say how a job stands')
    .argument('<job>', 'its id')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const job = await brokerClients(context).jobs.get(id);
      if (json) {
        out.print(JSON.stringify(job));
        return;
      }
      out.print(jobLine(job));
      for (const [what, said] of Object.entries({
        name: job.name,
        application: job.application,
        created: moment(job.createdAt),
        submitted: moment(job.submittedAt),
        ended: moment(job.endedAt),
        ...(job.atOnce === undefined ? {} : { 'at once': String(job.atOnce) }),
        ...(job.againOf === undefined ? {} : { 'again of': job.againOf }),
      }))
        out.print(`  ${what.padEnd(12)}${said}`);
    });
}

function logs(): Command {
  return on('logs', 'Print what the tasks of a job print, also while they run')
    .argument('<job>', 'its id')
    .option(
      '--task <number>',
      'the only task; of several each line has the number of its task before it',
      numberOf,
    )
    .option('--stderr', 'what they print to standard error, not to standard output')
    .option('--follow', 'go on with what they print until the job ends, or the task')
    .action(
      async (id: string, options: { task?: number; stderr?: true; follow?: true }, command: Command) => {
        const context = contextOf(command);
        const { jobs } = brokerClients(context);
        const stream = options.stderr ? ('stderr' as const) : ('stdout' as const);
        const wanted = { job: id, task: options.task, stream, follow: options.follow === true };
        const note = (line: string) => context.out.note(line);
        await interruptible(failure('cancelled', 'stopped'), (signal) =>
          printLogs(jobs, wanted, { stdout: process.stdout, note, signal }),
        );
      },
    );
}

function events(): Command {
  return on('events', 'Print what has happened to jobs')
    .argument('[job]', 'the id of the only job to tell of')
    .option('--after <cursor>', 'begin after this cursor', numberOf)
    .option('--follow', 'go on with what happens, until Ctrl-C')
    .action(async (job: string | undefined, options: { after?: number; follow?: true }, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      await interruptible(failure('cancelled', 'stopped'), async (signal) => {
        const chosen = {
          signal,
          ends: options.follow !== true,
          ...(job === undefined ? {} : { job }),
          ...(options.after === undefined ? {} : { after: options.after }),
        };
        for await (const event of brokerClients(context).jobs.events(chosen))
          out.print(json ? JSON.stringify(event) : eventLine(event));
      });
    });
}

function why(): Command {
  return on('why', 'Say why a job waits, or why it failed')
    .argument('<job>', 'its id')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const { jobs } = brokerClients(context);
      const job = await jobs.get(id);
      if (json) out.print(JSON.stringify({ job: id, state: job.state, reason: job.reason }));
      else out.print(jobLine(job));
      for (const state of ['failed', 'lost', 'started'] as const)
        for await (const task of jobs.tasks(id, state)) {
          if (task.reason === null && task.question === null && task.exit === null) continue;
          const { number, reason, exit, question } = task;
          const asks = question === null ? '' : `, and asks: ${question}`;
          out.print(
            json
              ? JSON.stringify({ task: number, state, reason, exit, question })
              : `  ${taskLine(task)}${asks}`,
          );
        }
    });
}

function results(): Command {
  return on('results', 'Fetch what the tasks of a job left')
    .argument('<job>', 'its id')
    .option(
      '--results <dir>',
      'where they go, and may replace what is there; the current folder unless given',
    )
    .action(async (id: string, options: { results?: string }, command: Command) => {
      const context = contextOf(command);
      await interruptible(failure('cancelled', 'stopped; what came is here'), async (signal) => {
        const job = await brokerClients(context).jobs.get(id, { signal });
        await bringResults(context, job, placeOf(options), signal);
      });
    });
}

function printedTable(): Command {
  return on('table', 'Print what became of the tasks of a job, with their parameters')
    .argument('<job>', 'its id')
    .addOption(new Option('--state <state>', 'only tasks in this state').choices(taskStates))
    .option(
      '--file <path>',
      `a column with the first line of a file that each left; \${name} in it is a parameter; may repeat`,
      (path: string, before: string[] = []) => [...before, path],
      [],
    )
    .addOption(new Option('--csv', 'as CSV').conflicts('json'))
    .action(
      async (id: string, options: { state?: TaskState; file: string[]; csv?: true }, command: Command) => {
        const context = contextOf(command);
        const form = context.json ? 'json' : options.csv ? 'csv' : 'table';
        const order = { job: id, state: options.state, files: options.file, form } as const;
        await interruptible(failure('cancelled', 'stopped'), (signal) =>
          printTable(brokerClients(context).jobs, order, { out: context.out, signal }),
        );
      },
    );
}

function again(): Command {
  return on('again', 'Run those tasks of a job again that are not done, in a new job')
    .argument('<job>', 'the id of a job that has ended')
    .option('--failed', 'only those that failed, and none that was cancelled')
    .action(async (id: string, options: { failed?: true }, command: Command) => {
      const context = contextOf(command);
      const job = await brokerClients(context).jobs.again(id, options.failed ? 'failed' : 'not-done');
      context.out.print(context.json ? JSON.stringify(job) : job.id);
    });
}

function cancel(): Command {
  return on('cancel', 'End a job: what waits does not start, what runs is ended')
    .argument('<job...>', 'its id, or several')
    .option('--grace <seconds>', 'how long programs may take to end by themselves', numberOf)
    .action(async (ids: string[], options: { grace?: number }, command: Command) => {
      const context = contextOf(command);
      const graceMs = options.grace === undefined ? undefined : options.grace * 1000;
      for (const id of ids) {
        const job = await brokerClients(context).jobs.cancel(id, graceMs);
        if (context.json) context.out.print(JSON.stringify(job));
        else context.out.note(isOver(job) ? jobLine(job) : `${jobLine(job)}; it ends when its programs have`);
      }
    });
}

function remove(): Command {
  return on('delete', 'Delete jobs that are over, with all that they left')
    .argument('<job...>', 'its id, or several')
    .action(async (ids: string[], _options, command: Command) => {
      const context = contextOf(command);
      for (const id of ids) {
        await brokerClients(context).jobs.delete(id);
        if (context.json) context.out.print(JSON.stringify({ deleted: id }));
        else context.out.note(`deleted ${id}`);
      }
    });
}

/** A whole number. */
export function numberOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number.');
}
