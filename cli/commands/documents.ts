import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { DocumentClient, ServiceFailure } from '../../client/index.ts';
import {
  annotatedDiagnostic,
  type Document,
  printDocuments,
  readDocuments,
  toJson,
} from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { exit } from '../exit.ts';
import { type Context, commandWith, contextOf } from './context.ts';

/** `ogm tell`: tells documents to the service that takes them. */
export function tellCommand(): Command {
  return commandWith('tell', ['client'], 'Tell the market (SLA) or infogather (RESOURCE) what a file says')
    .argument(
      '[file]',
      'a file of documents, divided by empty lines; standard input if it is left out or -',
      '-',
    )
    .action(async (file: string, _options, command: Command) => {
      const context = contextOf(command);
      const documents = await documentsOf(context, file, 'Tell');
      await tellAll(context, documents);
      if (context.json) context.out.print(JSON.stringify({ told: documents.length }));
      else
        context.out.note(`told ${documents.length === 1 ? 'one document' : `${documents.length} documents`}`);
    });
}

async function tellAll(context: Context, documents: readonly Document[]): Promise<void> {
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
    .option('--broker', 'ask the broker, which answers with the Host of a node')
    .action(async (file: string, options: { broker?: true }, command: Command) => {
      const context = contextOf(command);
      const documents = await documentsOf(context, file, 'Ask');
      let found = 0;
      for (const document of documents) {
        const answers = await clientFor(context, document, options.broker).ask(document);
        found += answers.length;
        if (context.json) for (const answer of answers) context.out.print(JSON.stringify(toJson(answer)));
        else if (answers.length > 0) context.out.print(printDocuments(answers));
      }
      if (found > 0) return;
      context.out.note('ogm: nothing matches');
      process.exitCode = exit.noMatch;
    });
}

/** Reads the documents of a file, checked, before the first is sent: all of them or none. */
async function documentsOf(context: Context, file: string, action: Document['action']): Promise<Document[]> {
  const name = file === '-' ? 'standard input' : file;
  const readings = readDocuments(file === '-' ? await text(process.stdin) : await contentOf(file));
  if (readings.length === 0) throw new Refusal(failure('document-refused', `${name} holds no document`));
  return readings.map((reading) => {
    if ('diagnostics' in reading) {
      throw new Refusal(
        failure(
          'document-refused',
          [name, ...reading.diagnostics.map(annotatedDiagnostic)].join('\n').trimEnd(),
        ),
      );
    }
    for (const warning of reading.warnings) context.out.note(annotatedDiagnostic(warning).trimEnd());
    if (reading.document.action !== action) {
      const detail = `${name} holds ${reading.document.action === 'Ask' ? 'an Ask' : 'a Tell'}`;
      throw new Refusal(failure('wrong-service', detail, `use ogm ${reading.document.action.toLowerCase()}`));
    }
    return reading.document;
  });
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Refusal(
      failure('bad-file', `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`),
      { cause: error },
    );
  }
}

function clientFor({ config, egress }: Context, { language }: Document, broker = false): DocumentClient {
  const { client } = config;
  const fetch = egress.request;
  if (language === 'RESOURCE')
    return new DocumentClient({ url: client['infogather-url'], fetch }, '/infogather');
  if (broker) return new DocumentClient({ url: client['broker-url'], fetch }, '/broker');
  return new DocumentClient({ url: client['market-url'], fetch }, '/market');
}
