import { Command } from 'commander';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { table } from '../table.ts';
import { commandWith, contextOf } from './context.ts';

/** `ogm user group`: users with whom resources are shared together. */
export function groupCommand(): Command {
  const command = new Command('group')
    .summary('Make groups of users, with whom resources are shared together')
    .description(
      'Makes groups of users, with whom owners share resources: ogm resource share --with group:NAME.',
    );
  const add = changing('add', 'Put users into a group');
  const remove = changing('remove', 'Take users out of a group');
  for (const sub of [create(), add, remove, list(), deleting()]) command.addCommand(sub.exitOverride());
  return command;
}

function create(): Command {
  return commandWith('create', ['client'], 'Make a group, with nobody in it')
    .argument('<name>', 'small letters, digits, dots and dashes')
    .action(async (name: string, _options, command: Command) => {
      const context = contextOf(command);
      await brokerClients(context).groups.create(name);
      if (context.json) context.out.print(JSON.stringify({ name, members: [] }));
    });
}

function changing(verb: 'add' | 'remove', summary: string): Command {
  return commandWith(verb, ['client'], summary)
    .argument('<name>', 'as ogm user group list has it')
    .argument('<user...>', 'as ogm user list has them')
    .action(async (name: string, users: string[], _options, command: Command) => {
      const context = contextOf(command);
      await brokerClients(context).groups[verb](name, users);
      if (context.json) context.out.print(JSON.stringify({ name, [verb]: users }));
    });
}

function list(): Command {
  return commandWith('list', ['client'], 'List groups, and who is in them').action(
    async (_options, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const groups = await brokerClients(context).groups.list();
      if (json) for (const group of groups) out.print(JSON.stringify(group));
      else if (groups.length > 0)
        for (const line of table([
          ['GROUP', 'USERS'],
          ...groups.map(({ name, members }) => [name, members.join(', ')]),
        ]))
          out.print(line);
      if (groups.length > 0) return;
      out.note('ogm: there is no group');
      process.exitCode = exit.noMatch;
    },
  );
}

function deleting(): Command {
  return commandWith('delete', ['client'], 'Delete a group: what was shared with it is so no more')
    .argument('<name>', 'as ogm user group list has it')
    .action(async (name: string, _options, command: Command) => {
      const context = contextOf(command);
      await brokerClients(context).groups.delete(name);
      if (context.json) context.out.print(JSON.stringify({ name, deleted: true }));
    });
}
