import { Command } from 'commander';
import type { EnrolmentView, ResourceView } from '../../protocol/resources.ts';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { moment } from '../jobs/words.ts';
import { table } from '../table.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { reservationCommands } from './resource-reservations.ts';
import { showCommand } from './resource-show.ts';

/** `ogm resource`: the machines that work for you. */
export function resourceCommand(): Command {
  const command = new Command('resource')
    .summary('Add, list and remove machines that run your jobs')
    .description('Adds, lists, shares, drains and removes machines that run your jobs.');
  const drain = changing('drain', 'Send no more work to a resource; what it has, it ends', 'drain');
  const resume = changing('resume', 'Send work to a resource again', 'resume');
  const remove = changing('remove', 'Remove a resource: its agent is a stranger from now on', 'remove');
  const share = sharing('share', 'Have a resource run jobs of others too: of users, and of groups of them');
  const unshare = sharing('unshare', 'Take that back: what has not started there goes elsewhere');
  for (const sub of [
    add(),
    list(),
    showCommand(),
    ...reservationCommands(),
    share,
    unshare,
    drain,
    resume,
    remove,
  ])
    command.addCommand(sub.exitOverride());
  return command;
}

function add(): Command {
  return commandWith('add', ['client'], 'Add a resource, and print the command by which its agent enrols')
    .argument('<name>', 'small letters, digits and dashes')
    .option(
      '--another',
      'one agent more of a resource that is there: another machine, or another way to its queue',
    )
    .action(async (name: string, { another }: { another?: true }, command: Command) => {
      const context = contextOf(command);
      const { resources } = brokerClients(context);
      const enrolment = await (another ? resources.addAgent(name) : resources.add(name));
      if (context.json) context.out.print(JSON.stringify(enrolment));
      else tellHow(context, enrolment);
    });
}

/** The secret goes to standard input: what is an argument, every user of that machine can read. */
function tellHow({ out, config }: Context, { name, secret, expiresAt }: EnrolmentView): void {
  out.note(
    `On the machine that is to be ${name}, as the user who is to run its programs, once, until ${moment(expiresAt)}:`,
  );
  out.print(`ogm agent enrol --broker-url ${config.client['broker-url']} <<'END'\n${secret}\nEND`);
  out.note('Then start the agent there: ogm agent');
}

function changing(name: string, summary: string, verb: 'drain' | 'resume' | 'remove'): Command {
  return commandWith(name, ['client'], summary)
    .argument('<name>', 'as ogm resource list has it')
    .action(async (resource: string, _options, command: Command) => {
      const context = contextOf(command);
      await brokerClients(context).resources[verb](resource);
      if (context.json) context.out.print(JSON.stringify({ resource, [verb]: true }));
    });
}

function sharing(verb: 'share' | 'unshare', summary: string): Command {
  return commandWith(verb, ['client'], summary)
    .argument('<name>', 'as ogm resource list has it')
    .requiredOption('--with <user>', 'a user, or group:NAME; may repeat', collected)
    .action(async (resource: string, options: { with: string[] }, command: Command) => {
      const context = contextOf(command);
      await brokerClients(context).resources[verb](resource, options.with);
      if (context.json) context.out.print(JSON.stringify({ resource, [verb]: options.with }));
    });
}

function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function list(): Command {
  return commandWith('list', ['client'], 'List your resources').action(async (_options, command: Command) => {
    const context = contextOf(command);
    const { out, json } = context;
    const found = await brokerClients(context).resources.list();
    if (json) for (const resource of found) out.print(JSON.stringify(resource));
    else if (found.length > 0) for (const line of table([heads, ...found.flatMap(rowsOf)])) out.print(line);
    if (found.length > 0) return;
    out.note('ogm: there is no resource');
    process.exitCode = exit.noMatch;
  });
}

const heads = ['RESOURCE', 'STATE', 'HEARD', 'RUNNING', 'HELD', 'MOST', 'CPUS', 'MEMORY', 'SHARED'];

/** A resource of several agents has a line for each below its own. */
function rowsOf(resource: ResourceView): string[][] {
  const none = { ...resource, says: null, sharedWith: [] };
  const agents = (resource.agents ?? []).map((agent) => row({ ...none, ...agent, name: `  ${agent.name}` }));
  return [row(resource), ...agents];
}

function row(resource: ResourceView): string[] {
  const { name, owner, state, heardAgoMs, running, held, mostTasks, says, sharedWith } = resource;
  const heard = heardAgoMs === null ? '-' : `${Math.round(heardAgoMs / 1000)} s ago`;
  const said = ['Cpus', 'Memory'].map((fact) => [says?.[fact] ?? '-'].flat().join(', '));
  const counts = [running, held, mostTasks].map((count) => `${count ?? '-'}`);
  const shared = sharedWith === null ? `by ${owner}` : sharedWith.join(', ') || '-';
  return [name, state, heard, ...counts, ...said, shared];
}
