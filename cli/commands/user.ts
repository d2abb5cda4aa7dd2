import { Command } from 'commander';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { moment } from '../jobs/words.ts';
import { table } from '../table.ts';
import { commandWith, contextOf } from './context.ts';
import { groupCommand } from './user-group.ts';

/** `ogm user`: who may use the broker beside you. */
export function userCommand(): Command {
  const command = new Command('user')
    .summary('Add, list and remove users of your broker, and groups of them')
    .description(
      'Adds, lists and removes users of your broker, and groups of them; ogm token gives users tokens.',
    );
  for (const sub of [add(), list(), remove(), groupCommand()]) command.addCommand(sub.exitOverride());
  return command;
}

function add(): Command {
  return commandWith('add', ['client'], 'Add a user, who needs a token then, or is one of this machine')
    .argument('<name>', 'small letters, digits, dots and dashes; it is never given to another')
    .option('--uid <number>', 'the user of this machine who needs no token here, as id -u NAME says')
    .action(async (name: string, { uid }: { uid?: string }, command: Command) => {
      const context = contextOf(command);
      await brokerClients(context).identities.addUser({
        name,
        ...(uid === undefined ? {} : { uid: uidOf(uid) }),
      });
      if (context.json) context.out.print(JSON.stringify({ name }));
      else if (uid === undefined)
        context.out.note(`${name} is a user; give them a token: ogm token create ${name}`);
      else context.out.note(`${name} is a user: on this machine the user ${uid}, without a token`);
    });
}

/** Throws a Refusal `bad-query`. */
function uidOf(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Refusal(
    failure('bad-query', `--uid is the number of a user, and '${text}' is none`, 'id -u NAME tells it'),
  );
}

function list(): Command {
  return commandWith('list', ['client'], 'List the users').action(async (_options, command: Command) => {
    const context = contextOf(command);
    const { out, json } = context;
    const users = await brokerClients(context).identities.users();
    if (json) for (const user of users) out.print(JSON.stringify(user));
    else if (users.length > 0) {
      const rows = users.map(({ name, tokens, uid, createdAt }) => [
        ...[name, `${tokens}`, uid === null ? '' : `${uid}`, moment(createdAt)],
      ]);
      for (const line of table([['USER', 'TOKENS', 'UID', 'SINCE'], ...rows])) out.print(line);
    }
    if (users.length > 0) return;
    out.note('ogm: there is no user beside you');
    process.exitCode = exit.noMatch;
  });
}

function remove(): Command {
  return commandWith('remove', ['client'], 'Remove a user: all their tokens end at once')
    .argument('<name>', 'as ogm user list has it')
    .action(async (name: string, _options, command: Command) => {
      const context = contextOf(command);
      await brokerClients(context).identities.removeUser(name);
      if (context.json) context.out.print(JSON.stringify({ name, removed: true }));
    });
}
