import { Command, InvalidArgumentError, Option } from 'commander';
import type { Document1 } from '../../grammar/index.ts';
import type { DealView } from '../../protocol/deals/deal.ts';
import { type DealState, dealStates } from '../../protocol/deals/states.ts';
import { changesIn, said } from '../deals/making.ts';
import { newest, usualDeals } from '../deals/newest.ts';
import { dealLines, offerRows } from '../deals/words.ts';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { table } from '../table.ts';
import { printAnswers } from './answers.ts';
import { type Context, commandWith, contextOf } from './context.ts';

/** `ogm offer`: what the broker has offered, and what becomes of it. */
export function offerCommand(): Command {
  const command = new Command('offer')
    .summary('Look at Offers, accept, reject and counter them')
    .description(
      'Looks at what your broker has offered, and accepts, rejects or counters it; ogm ask --best asks for Offers.',
    );
  for (const sub of [list(), show(), accept(), reject(), counter()]) command.addCommand(sub.exitOverride());
  return command;
}

function on(name: string, summary: string): Command {
  return commandWith(name, ['client'], summary);
}

function list(): Command {
  return withWhose(on('list', 'List Offers and what became of them, the latest first')).action(
    async (options: Whose, command: Command) => {
      const context = contextOf(command);
      const deals = await dealsOf(context, options, ({ state, agreement }) => {
        return options.state !== undefined || (agreement === null && state !== 'declined');
      });
      printDeals(context, deals, offerRows(deals), 'there is no Offer; ogm ask FILE --best asks for some');
    },
  );
}

function show(): Command {
  return on('show', 'Say what an Offer promises, and how it stands')
    .argument('<offer>', 'its Id')
    .action(async (id: string, _options, command: Command) => showDeal(contextOf(command), id));
}

function accept(): Command {
  return on(
    'accept',
    'Accept an Offer: from then on it is an agreement, and what it comes to at most is held',
  )
    .argument('<offer>', 'its Id')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command);
      const { out } = context;
      const answer = await said(brokerClients(context).deals, 'Accept', { Offer: id });
      printAnswers(context, [answer]);
      const { id: agreement } = answer.envelope;
      out.note(
        answer.action === 'Agreement'
          ? `run work under it: ogm submit --agreement ${agreement} -- ARGUMENTS; end it: ogm agreement complete ${agreement}`
          : `the batch system is asked to reserve it; see how that goes: ogm offer show ${id}`,
      );
    });
}

function reject(): Command {
  return on('reject', 'Reject Offers: what they hold is let go')
    .argument('<offer...>', 'its Id, or several')
    .action(async (ids: string[], _options, command: Command) => {
      const context = contextOf(command);
      for (const id of ids)
        printMove(context, id, await said(brokerClients(context).deals, 'Reject', { Offer: id }));
    });
}

function counter(): Command {
  return on('counter', 'Say what should be otherwise; the broker answers with another Offer, or says no')
    .argument('<offer>', 'its Id')
    .argument(
      '<changes...>',
      "headers that should be otherwise, such as 'Walltime: 3 h' 'Price: 0.02 EUR/cpu-h'",
    )
    .action(async (id: string, changes: string[], _options, command: Command) => {
      const context = contextOf(command);
      const headers = changesIn({ Offer: id }, changes);
      const answer = await said(brokerClients(context).deals, 'Counter', headers);
      printAnswers(context, [answer]);
      context.out.note(`accept it with ogm offer accept ${answer.envelope.id}`);
    });
}

export interface Whose {
  readonly state?: DealState;
  readonly owner?: string;
  readonly all?: true;
  readonly limit: number;
}

/** The options by which deals are chosen. */
export function withWhose(command: Command): Command {
  return command
    .addOption(new Option('--state <state>', 'only those in this state').choices(dealStates))
    .addOption(new Option('--owner <user>', 'those of a user, for administrators').conflicts('all'))
    .option('--all', "everybody's, for administrators")
    .option('--limit <count>', 'the latest of them, so many at most', countOf, usualDeals);
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('It is a whole number from 1.');
}

export async function dealsOf(
  context: Context,
  { state, owner, all, limit }: Whose,
  isWanted: (deal: DealView) => boolean,
): Promise<readonly DealView[]> {
  const client = brokerClients(context).deals;
  const listed = client.list({ state, owner: all === true ? '*' : owner });
  const { deals, isMore } = await newest(listed, isWanted, limit);
  if (isMore) context.out.note(`ogm: the latest ${limit}; see more with --limit ${limit * 10}`);
  return deals;
}

/** Prints deals as a table, or as JSON; ends with 3 where there is none. */
export function printDeals(
  { out, json }: Context,
  deals: readonly DealView[],
  rows: readonly (readonly string[])[],
  none: string,
): void {
  if (json) for (const deal of deals) out.print(JSON.stringify(deal));
  else if (deals.length > 0) for (const line of table(rows)) out.print(line);
  if (deals.length > 0) return;
  out.note(`ogm: ${none}`);
  process.exitCode = exit.noMatch;
}

/** Prints how a deal stands. */
export async function showDeal(context: Context, id: string): Promise<void> {
  const { out, json } = context;
  const deal = await brokerClients(context).deals.get(id);
  if (json) out.print(JSON.stringify(deal));
  else for (const line of dealLines(deal)) out.print(line);
}

/** Says how a deal stands after a move: what answers it as JSON, else one line. */
export function printMove(context: Context, id: string, answer: Document1): void {
  const state = answer.headers.find(({ name }) => name === 'State')?.value;
  if (context.json) printAnswers(context, [answer]);
  else context.out.note(`${id} is ${state ?? 'as before'}`);
}
