import { type Command, Option } from 'commander';
import { type AnyDocument, refuseDecline, ServiceFailure } from '../../client/index.ts';
import { failure } from '../../protocol/catalogue.ts';
import { askBest, offersGone } from '../deals/best.ts';
import { exit } from '../exit.ts';
import { printAnswers } from './answers.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { interruptible } from './interruptible.ts';
import { clientFor, documentsToSend } from './services.ts';

/** `ogm tell`: tells documents to the service that takes them. */
export function tellCommand(): Command {
  return commandWith(
    'tell',
    ['client'],
    'Tell the market (SLA) or infogather (RESOURCE) what a file says, or take it back (Untell)',
  )
    .argument(
      '[file]',
      'a file of documents, divided by empty lines; standard input if it is left out or -',
      '-',
    )
    .action(async (file: string, _options, command: Command) => {
      const context = contextOf(command);
      const documents = await documentsToSend(context, file, ['Tell', 'Untell']);
      await tellAll(context, documents);
      if (context.json) context.out.print(JSON.stringify({ told: documents.length }));
      else
        context.out.note(`told ${documents.length === 1 ? 'one document' : `${documents.length} documents`}`);
    });
}

async function tellAll(context: Context, documents: readonly AnyDocument[]): Promise<void> {
  for (const [told, document] of documents.entries()) {
    try {
      await clientFor(context, document).tell(document);
    } catch (error) {
      if (told === 0 || !(error instanceof ServiceFailure)) throw error;
      const before = told === 1 ? 'one document before it was' : `${told} documents before it were`;
      const { code, status, detail, next } = error;
      throw new ServiceFailure(
        { code, status, detail: `${detail} (the ${before} told)`, next },
        { cause: error },
      );
    }
  }
}

/** `ogm ask`: asks, and prints the documents that answer. */
export function askCommand(): Command {
  return commandWith(
    'ask',
    ['client'],
    'Ask the market (SLA), a broker, or infogather (RESOURCE) what a file says',
  )
    .argument('[file]', 'a file with a document; standard input if it is left out or -', '-')
    .addOption(
      new Option('--broker', 'ask your broker, which answers with an Offer, or the Host of a node').conflicts(
        'best',
      ),
    )
    .option('--best', 'have the brokers that match make Offers, keep the best, reject the others')
    .action(async (file: string, options: { broker?: true; best?: true }, command: Command) => {
      const context = contextOf(command);
      if (options.best === true) {
        const stopped = failure('cancelled', 'stopped before an Offer was chosen', offersGone);
        await interruptible(stopped, (signal) => askBest(context, file, signal));
        return;
      }
      const documents = await documentsToSend(context, file, ['Ask']);
      await askAll(context, documents, options.broker);
    });
}

/** Sends each document and prints what answers; where neither Tell nor Offer is among all that, the command ends with 3. */
export async function askAll(
  context: Context,
  documents: readonly AnyDocument[],
  broker = false,
): Promise<void> {
  let found = 0;
  for (const document of documents) {
    const answers = await clientFor(context, document, broker).send(document);
    refuseDecline(answers);
    found += answers.filter(({ action }) => action === 'Tell' || action === 'Offer').length;
    printAnswers(context, answers);
  }
  if (found > 0) return;
  context.out.note('ogm: nothing matches');
  process.exitCode = exit.noMatch;
}
