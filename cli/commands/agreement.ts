import { Command } from 'commander';
import { changesIn, said, withEstimate } from '../deals/making.ts';
import { agreementRows, dealLines } from '../deals/words.ts';
import { brokerClients } from '../jobs/clients.ts';
import { jobLine } from '../jobs/words.ts';
import { printAnswers } from './answers.ts';
import { commandWith, contextOf } from './context.ts';
import { dealsOf, printDeals, printMove, type Whose, withWhose } from './offer.ts';

/** Jobs (a count) of an agreement that are shown, the latest of them. */
const mostJobs = 20;

/** `ogm agreement`: what was agreed, what it costs so far, and its end. */
export function agreementCommand(): Command {
  const command = new Command('agreement')
    .summary('Look at agreements, change and end them')
    .description('Looks at what you and your broker have agreed, changes it, and ends it.');
  const all = [list(), show(), amend(), answering('accept'), answering('reject'), terminate(), complete()];
  for (const sub of all) command.addCommand(sub.exitOverride());
  return command;
}

function on(name: string, summary: string): Command {
  return commandWith(name, ['client'], summary);
}

function list(): Command {
  return withWhose(on('list', 'List agreements, the latest first')).action(
    async (options: Whose, command: Command) => {
      const context = contextOf(command);
      const deals = await dealsOf(context, options, ({ agreement }) => agreement !== null);
      printDeals(context, deals, agreementRows(deals), 'there is no agreement; ogm offer accept makes one');
    },
  );
}

function show(): Command {
  return on('show', 'Say what was agreed, where, what is charged, and which jobs run under it')
    .argument('<agreement>', 'its Id')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const { deals, jobs } = brokerClients(context);
      const deal = await deals.get(id);
      const { agreement, owner } = deal;
      const under = [];
      let isMore = false;
      if (agreement !== null)
        for await (const job of jobs.list(undefined, { agreement, owner })) {
          isMore = under.length === mostJobs;
          if (isMore) break;
          under.push(job);
        }
      if (json) {
        out.print(JSON.stringify({ ...deal, jobs: under.map((job) => job.id) }));
        return;
      }
      for (const line of dealLines(deal)) out.print(line);
      for (const job of under) out.print(`  ${'job'.padEnd(12)}${jobLine(job)}`);
      if (isMore) out.print(`  ${'job'.padEnd(12)}and others before these: ogm job list`);
    });
}

function amend(): Command {
  return on('amend', 'Propose what should be otherwise from now on; the broker accepts it, or says no')
    .argument('<agreement>', 'its Id')
    .argument('<changes...>', "headers that should be otherwise, such as 'Walltime: 3 h' 'Tasks: 20'")
    .action(async (id: string, changes: string[], _options, command: Command) => {
      const context = contextOf(command);
      const { deals } = brokerClients(context);
      const headers = withEstimate(changesIn({ Agreement: id }, changes), await deals.get(id));
      const answer = await said(deals, 'Amend', headers);
      printAnswers(context, [answer]);
      if (answer.action === 'Ack')
        context.out.note(`the broker is yet to answer it; see how that goes: ogm agreement show ${id}`);
    });
}

/** Where the broker wants something changed. */
function answering(move: 'accept' | 'reject'): Command {
  const summary = {
    accept: 'Accept what the broker wants changed in agreements',
    reject: 'Reject what the broker wants changed: all stays as it was agreed',
  };
  return on(move, summary[move])
    .argument('<agreement...>', 'its Id, or several')
    .action(async (ids: string[], _options, command: Command) => {
      const context = contextOf(command);
      const action = move === 'accept' ? 'Accept' : 'Reject';
      for (const id of ids)
        printMove(context, id, await said(brokerClients(context).deals, action, { Agreement: id }));
    });
}

function terminate(): Command {
  return on('terminate', 'End agreements at once: what waits does not start, what runs is cancelled')
    .argument('<agreement...>', 'its Id, or several')
    .option('--reason <text>', 'why, for the broker', 'it is not needed any more')
    .action(async (ids: string[], { reason }: { reason: string }, command: Command) => {
      const context = contextOf(command);
      const { deals } = brokerClients(context);
      for (const id of ids) {
        const headers = { Agreement: id, Reason: `policy ${reason}` };
        printMove(context, id, await said(deals, 'Terminate', headers));
        tellBill(context, id);
      }
    });
}

function complete(): Command {
  return on('complete', 'Say that no more work comes: what waits does not start, what runs may end')
    .argument('<agreement...>', 'its Id, or several')
    .action(async (ids: string[], _options, command: Command) => {
      const context = contextOf(command);
      const { deals } = brokerClients(context);
      for (const id of ids) {
        printMove(context, id, await said(deals, 'Complete', { Agreement: id }));
        tellBill(context, id);
      }
    });
}

function tellBill({ out, json }: ReturnType<typeof contextOf>, id: string): void {
  if (!json) out.note(`what it came to: ogm bill ${id}`);
}
