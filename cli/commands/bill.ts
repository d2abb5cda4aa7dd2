import type { Command } from 'commander';
import { billLines } from '../deals/words.ts';
import { brokerClients } from '../jobs/clients.ts';
import { commandWith, contextOf } from './context.ts';

/** `ogm bill`: what is owed under an agreement. */
export function billCommand(): Command {
  return commandWith('bill', ['client'], 'Say what is owed under an agreement, charge by charge')
    .argument('<agreement>', 'its Id; ogm agreement list has it')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const bill = await brokerClients(context).deals.bill(id);
      if (json) out.print(JSON.stringify(bill));
      else for (const line of billLines(bill)) out.print(line);
    });
}
