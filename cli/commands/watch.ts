import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import { WatchClient } from '../../client/index.ts';
import { type Document1, readAnyDocuments } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { onSignals } from '../../platform/lifecycle.ts';
import { failure } from '../../protocol/catalogue.ts';
import { tokenFor } from '../services.ts';
import { rewritten } from '../sla/rewritten.ts';
import { printAnswers } from './answers.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { asksOfVersion1, clientFor, documentsToSend } from './services.ts';
import { cursorOf } from './why.ts';

interface Options {
  readonly cursor?: string;
  readonly events?: number;
}

/** `ogm watch`: prints what matches, and then each match that comes, changes or goes. */
export function watchCommand(): Command {
  return commandWith(
    'watch',
    ['client'],
    'Print what matches an Ask, then each match that comes, changes or goes, until Ctrl-C',
  )
    .argument(
      '[file]',
      'a file with an Ask or a Watch of version 1.0; standard input if it is left out or -',
      '-',
    )
    .option('--cursor <number>', 'go on after this Cursor of the same Watch', cursorOf)
    .option('--events <count>', 'end after so many events', countOf)
    .action(async (file: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const [document, more] = asksOfVersion1(await documentsToSend(context, file, ['Ask', 'Watch']));
      if (document === undefined || more !== undefined)
        throw new Refusal(failure('document-refused', `${file} holds more than one document`));
      const { id } = document.envelope;
      if (id === undefined) await watchOnce(context, document, options);
      else await watchOn(context, document, id, options);
    });
}

/** Under an Id of its own nobody can take it up again: it ends with the command. */
async function watchOnce(context: Context, document: Document1, options: Options): Promise<void> {
  const id = `watch-${randomUUID()}`;
  try {
    await watch(context, rewritten(document, { Action: 'Watch', Id: id }), options);
  } finally {
    const version = `${document.language}-version: 1.0`;
    const [unwatch] = readAnyDocuments(`${version}\nAction: Unwatch\nId: ${id}\n`);
    // Where the service has gone, the Watch ends when it expires.
    if (unwatch !== undefined && 'document' in unwatch)
      await clientFor(context, document)
        .send(unwatch.document)
        .catch(() => {});
  }
}

async function watchOn(context: Context, document: Document1, id: string, options: Options): Promise<void> {
  const last = await watch(context, rewritten(document, { Action: 'Watch' }), options);
  if (last !== undefined) context.out.note(`to go on from here: ogm watch --cursor ${last}, with Id ${id}`);
}

/** Prints what comes, and returns the cursor of the last of it. */
async function watch(
  context: Context,
  document: Document1,
  { cursor, events }: Options,
): Promise<number | undefined> {
  const { config, egress, clock } = context;
  const leaving = new AbortController();
  const { signal } = leaving;
  const timeoutMs = config.egress['connect-timeout'];
  const service = document.language === 'SLA' ? 'market' : 'infogather';
  const client = new WatchClient(
    {
      url: config.client[`${service}-url`],
      token: tokenFor(context, service),
      dial: (address, until) =>
        egress.connect('a question to a service', address, { timeoutMs, signal: until }),
    },
    `/${service}/ws`,
  );
  const offSignals = onSignals(process, clock, () => leaving.abort());
  let seen = 0;
  let last = cursor === undefined ? document.envelope.cursor : Number(cursor);
  try {
    for await (const watched of client.watch(document, { signal, cursor: last })) {
      printAnswers(context, [watched.document]);
      last = watched.cursor ?? last;
      // An Ask is what a broker's Watch brings.
      if (watched.event !== undefined || watched.document.action === 'Ask') seen += 1;
      if (seen === events) break;
    }
  } finally {
    offSignals();
  }
  return last;
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1.');
}
