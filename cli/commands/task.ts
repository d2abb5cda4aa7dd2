import { Command, Option } from 'commander';
import type { TaskView } from '../../protocol/jobs/job.ts';
import { type TaskState, taskStates } from '../../protocol/jobs/states.ts';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { exitLine, taskLine } from '../jobs/words.ts';
import { table } from '../table.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { numberOf } from './job.ts';

/** `ogm task`: the tasks of a job, and what their owner decides about them. */
export function taskCommand(): Command {
  const command = new Command('task')
    .summary('Look at the tasks of a job, and decide about those that wait for you')
    .description('Looks at the tasks of a job, and decides about those that are lost, or ask something.');
  const retry = onTask('retry', 'Have a task tried again that is lost').action(
    decide((context, job, task) => brokerClients(context).jobs.retry(job, task)),
  );
  const abandon = onTask('abandon', 'Let a task go that is lost: it has failed').action(
    decide((context, job, task) => brokerClients(context).jobs.abandon(job, task)),
  );
  const answer = onTask('answer', 'Answer the question of a program')
    .argument('<text>', 'the answer')
    .action(async (job: string, task: number, text: string, _options, command: Command) => {
      const context = contextOf(command);
      tell(context, await brokerClients(context).jobs.answer(job, task, text));
    });
  for (const sub of [list(), retry, abandon, answer]) command.addCommand(sub.exitOverride());
  return command;
}

function onTask(name: string, summary: string): Command {
  return commandWith(name, ['client'], summary)
    .argument('<job>', 'the id of its job')
    .argument('<task>', 'its number', numberOf);
}

function decide(how: (context: Context, job: string, task: number) => Promise<TaskView>) {
  return async (job: string, task: number, _options: unknown, command: Command) => {
    const context = contextOf(command);
    tell(context, await how(context, job, task));
  };
}

function tell({ out, json }: Context, task: TaskView): void {
  if (json) out.print(JSON.stringify(task));
  else out.note(taskLine(task));
}

function list(): Command {
  return commandWith('list', ['client'], 'List the tasks of a job that were tried')
    .argument('<job>', 'its id')
    .addOption(new Option('--state <state>', 'only those in this state').choices(taskStates))
    .action(async (job: string, options: { state?: TaskState }, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const found = await Array.fromAsync(brokerClients(context).jobs.tasks(job, options.state));
      if (json) for (const task of found) out.print(JSON.stringify(task));
      else if (found.length > 0) for (const line of table([heads, ...found.map(row)])) out.print(line);
      if (found.length > 0) return;
      out.note('ogm: there is no such task');
      process.exitCode = exit.noMatch;
    });
}

const heads = ['TASK', 'STATE', 'ATTEMPT', 'RESOURCE', 'PROGRESS', 'SAYS'];

function row({
  number,
  state,
  attempt,
  resource,
  progress,
  exit: ended,
  question,
  reason,
}: TaskView): string[] {
  const done = progress === null ? '-' : `${Math.round(progress * 100)} %`;
  const says = question ?? reason ?? (ended === null ? '' : exitLine(ended));
  return [`${number}`, state, `${attempt}`, resource ?? '-', done, says];
}
