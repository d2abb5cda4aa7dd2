import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { Refusal } from '../../platform/failure.ts';
import { type AccountView, amountText, brokerOwner, currencyName } from '../../protocol/accounts.ts';
import { failure } from '../../protocol/catalogue.ts';
import { statementHead, statementLine } from '../deals/statement.ts';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { moment } from '../jobs/words.ts';
import { table } from '../table.ts';
import { type Context, commandWith, contextOf } from './context.ts';

/** `ogm account`: who has how much at a broker, and what came and went. */
export function accountCommand(): Command {
  const command = new Command('account')
    .summary('See accounts at your broker, and grant money to users')
    .description(
      'Shows accounts at your broker and what came and went; administrators grant money to users.',
    );
  for (const sub of [list(), statement(), grant(), limit()]) command.addCommand(sub.exitOverride());
  return command;
}

function list(): Command {
  return commandWith('list', ['client'], 'List your accounts')
    .option('--owner <user>', `those of another, for administrators; ${brokerOwner}: the broker’s own`)
    .option('--all', 'those of all users and of the broker, for administrators')
    .action(async (options: { owner?: string; all?: true }, command: Command) => {
      const context = contextOf(command);
      const owner = options.all === true ? '*' : options.owner;
      const accounts = await brokerClients(context).accounts.list({ owner });
      printAccounts(context, accounts);
      if (accounts.length > 0) return;
      context.out.note(
        'ogm: there is no account; an administrator of the broker grants money: ogm account grant',
      );
      process.exitCode = exit.noMatch;
    });
}

function statement(): Command {
  return commandWith('statement', ['client'], 'Tell what came to an account and went from it')
    .argument('<currency>', 'as ogm account list has it')
    .option('--owner <user>', `of another, for administrators; ${brokerOwner}: the broker’s own`)
    .option('--csv', 'as comma-separated values, with a line of names first')
    .action(async (currency: string, options: { owner?: string; csv?: true }, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const { accounts } = brokerClients(context);
      const owner = options.owner ?? (await ownName(context));
      const rows: string[][] = [];
      if (options.csv === true && !json) out.print(statementHead);
      for await (const entry of accounts.statement(owner, currencyOf(currency), {})) {
        if (json) out.print(JSON.stringify(entry));
        else if (options.csv === true) out.print(statementLine(entry));
        else
          rows.push([moment(entry.at), entry.kind, entry.amount, entry.balance, entry.memo ?? entry.cause]);
      }
      if (rows.length > 0)
        for (const line of table([['WHEN', 'WHAT', 'AMOUNT', 'BALANCE', 'FOR'], ...rows])) out.print(line);
    });
}

function grant(): Command {
  return commandWith('grant', ['client'], 'Give money to a user; for administrators')
    .argument('<user>', 'as ogm user list has them; local is you')
    .argument('<amount>', 'such as 100 or 0.50')
    .argument('<currency>', 'one that the broker runs, such as CREDIT')
    .option('--memo <text>', 'what it is for')
    .option('--request <word>', 'a word by which it is known when it is sent again; a new one unless given')
    .action(
      async (
        user: string,
        amount: string,
        currency: string,
        { memo, request = randomUUID() }: { memo?: string; request?: string },
        command: Command,
      ) => {
        const context = contextOf(command);
        const body = { amount: amountOf(amount), request, ...(memo === undefined ? {} : { memo }) };
        const account = await brokerClients(context).accounts.grant(user, currencyOf(currency), body);
        printAccounts(context, [account]);
      },
    );
}

function limit(): Command {
  return commandWith('limit', ['client'], 'Say how much of a user’s may be held for deals at once')
    .argument('<user>', 'as ogm user list has them; local is you')
    .argument('<amount>', 'such as 100; none takes the limit away')
    .argument('<currency>', 'one that the broker runs, such as CREDIT')
    .action(async (user: string, amount: string, currency: string, _options, command: Command) => {
      const context = contextOf(command);
      const most = amount === 'none' ? null : amountOf(amount);
      const account = await brokerClients(context).accounts.limit(user, currencyOf(currency), most);
      printAccounts(context, [account]);
    });
}

function printAccounts({ out, json }: Context, accounts: readonly AccountView[]): void {
  if (json) for (const account of accounts) out.print(JSON.stringify(account));
  if (json || accounts.length === 0) return;
  const rows = accounts.map(({ owner, currency, balance, held, limit: most }) => [
    ...[owner, currency, balance, held],
    most ?? 'none',
  ]);
  for (const line of table([['USER', 'CURRENCY', 'BALANCE', 'HELD', 'LIMIT'], ...rows])) out.print(line);
}

/** Whose accounts are yours: where there is none yet, nobody knows. */
async function ownName(context: Context): Promise<string> {
  const [own] = await brokerClients(context).accounts.list();
  if (own !== undefined) return own.owner;
  const next = 'an administrator of the broker grants money: ogm account grant';
  throw new Refusal(failure('not-found', 'there is no account of yours', next));
}

function amountOf(text: string): string {
  if (amountText.safeParse(text).success) return text;
  throw new Refusal(failure('bad-query', `'${text}' is no amount`, 'write it as 100 or 0.50'));
}

function currencyOf(text: string): string {
  if (currencyName.safeParse(text).success) return text;
  throw new Refusal(failure('bad-query', `'${text}' is no currency`, 'write it in capitals, such as CREDIT'));
}
