import { Command, InvalidArgumentError } from 'commander';
import { readDuration } from '../../platform/config/quantities.ts';
import { type Scope, scopes, type TokenMade } from '../../protocol/identities.ts';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { moment } from '../jobs/words.ts';
import { table } from '../table.ts';
import { type Context, commandWith, contextOf } from './context.ts';

/** `ogm token`: by what users show who they are. */
export function tokenCommand(): Command {
  const command = new Command('token')
    .summary('Create, list, rotate and revoke tokens')
    .description('Creates, lists, rotates and revokes the tokens by which users of your broker are known.');
  for (const sub of [create(), list(), rotate(), revoke(), key()]) command.addCommand(sub.exitOverride());
  return command;
}

interface CreateOptions {
  readonly scopes: readonly Scope[];
  readonly life?: number;
  readonly note?: string;
}

function create(): Command {
  return commandWith('create', ['client'], 'Make a token for a user, and print it, this once')
    .argument('<user>', 'as ogm user list has it')
    .option('--scopes <list>', `what it is for: some of ${scopes.join(', ')}`, scopesOf, ['read', 'submit'])
    .option('--life <duration>', 'how long it holds, such as 30 d; as the broker has it unless given', lifeOf)
    .option('--note <text>', 'what it is for, for ogm token list')
    .action(async (user: string, { scopes: wanted, life, note }: CreateOptions, command: Command) => {
      const context = contextOf(command);
      const made = await brokerClients(context).identities.createToken({
        user,
        scopes: [...wanted],
        ...(life === undefined ? {} : { lifeMs: life }),
        ...(note === undefined ? {} : { note }),
      });
      tell(context, made);
    });
}

/** The token alone stands on standard output, so that it can go to a file; it is an argument of nothing. */
function tell({ out, json }: Context, made: TokenMade): void {
  if (json) {
    out.print(JSON.stringify(made));
    return;
  }
  out.print(made.token);
  out.note(
    `This is ${made.id}, for ${made.user}: ${made.scopes.join(', ')}; it holds until ${moment(made.expiresAt)}, and is not told again.`,
  );
}

function list(): Command {
  return commandWith('list', ['client'], 'List the tokens that hold').action(
    async (_options, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const tokens = await brokerClients(context).identities.tokens();
      if (json) for (const token of tokens) out.print(JSON.stringify(token));
      else if (tokens.length > 0) {
        const rows = tokens.map(({ id, user, scopes: has, expiresAt, note }) => [
          id,
          user,
          has.join(','),
          moment(expiresAt),
          note,
        ]);
        for (const line of table([['TOKEN', 'USER', 'SCOPES', 'UNTIL', 'NOTE'], ...rows])) out.print(line);
      }
      if (tokens.length > 0) return;
      out.note('ogm: there is no token');
      process.exitCode = exit.noMatch;
    },
  );
}

function rotate(): Command {
  return commandWith('rotate', ['client'], 'Make a token in the place of one, and print it, this once')
    .argument('<token>', 'its id, as ogm token list has it')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command);
      tell(context, await brokerClients(context).identities.rotateToken(id));
    });
}

function revoke(): Command {
  return commandWith('revoke', ['client'], 'End a token at once, with all that is open by it')
    .argument('<token>', 'its id, as ogm token list has it')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command);
      await brokerClients(context).identities.revokeToken(id);
      if (context.json) context.out.print(JSON.stringify({ token: id, revoked: true }));
    });
}

function key(): Command {
  return commandWith(
    'key',
    ['client'],
    'Print the public key of the broker, by which services elsewhere know its users',
  ).action(async (_options, command: Command) => {
    const context = contextOf(command);
    const brokersKey = await brokerClients(context).identities.brokerKey();
    context.out.print(context.json ? JSON.stringify({ key: brokersKey }) : brokersKey);
  });
}

function scopesOf(text: string): Scope[] {
  return text.split(',').map((word) => {
    const scope = scopes.find((known) => known === word.trim());
    if (scope === undefined)
      throw new InvalidArgumentError(`It is some of ${scopes.join(', ')}, parted by commas.`);
    return scope;
  });
}

function lifeOf(text: string): number {
  const reading = readDuration(text);
  if ('value' in reading) return reading.value;
  throw new InvalidArgumentError('It is a time span, such as 12 h or 30 d.');
}
