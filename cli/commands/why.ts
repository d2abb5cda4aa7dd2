import { type Command, InvalidArgumentError } from 'commander';
import { type AnyDocument, refuseDecline } from '../../client/index.ts';
import type { Document1 } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { exit } from '../exit.ts';
import { textOf } from '../sla/readings.ts';
import { rewritten } from '../sla/rewritten.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { askAll, printAnswers } from './documents.ts';
import { clientFor, documentsToSend } from './services.ts';

/** `ogm why`: asks why an Ask has the matches that it has, and what would help. */
export function whyCommand(): Command {
  return commandWith('why', ['client'], 'Say why an Ask has the matches that it has, and what would help')
    .argument('[file]', 'a file with an Ask of version 1.0; standard input if it is left out or -', '-')
    .action(async (file: string, _options, command: Command) => {
      const context = contextOf(command);
      let matched = false;
      for (const ask of asksOfVersion1(await documentsToSend(context, file, ['Ask', 'Why']))) {
        const answers = await clientFor(context, ask).send(rewritten(ask, { Action: 'Why' }));
        refuseDecline(answers);
        matched ||= answers.some(hasMatches);
        if (context.json) printAnswers(context, answers);
        else for (const answer of answers) printReport(context, answer);
      }
      if (!matched) process.exitCode = exit.noMatch;
    });
}

/** `ogm replay`: answers an Ask again as the market stood at a cursor. */
export function replayCommand(): Command {
  return commandWith('replay', ['client'], 'Answer an Ask again as the market stood at a point of its log')
    .argument('[file]', 'a file with an Ask of version 1.0; standard input if it is left out or -', '-')
    .requiredOption('--cursor <number>', 'the Cursor of the Because that answered it', cursorOf)
    .action(async (file: string, { cursor }: { cursor: string }, command: Command) => {
      const context = contextOf(command);
      const asks = asksOfVersion1(await documentsToSend(context, file, ['Ask', 'Why']));
      if (asks.some(({ language }) => language === 'RESOURCE')) {
        const detail = 'infogather keeps no log, so it cannot be asked how it stood';
        throw new Refusal(failure('wrong-service', detail, 'ask it now, by ogm ask'));
      }
      await askAll(
        context,
        asks.map((ask) => rewritten(ask, { Cursor: cursor })),
      );
    });
}

/** Version 0.1 has neither reasons nor cursors. */
export function asksOfVersion1(documents: readonly AnyDocument[]): Document1[] {
  return documents.map((document) => {
    if ('envelope' in document) return document;
    throw new Refusal(
      failure(
        'wrong-service',
        'an Ask of version 0.1 is answered by Tells alone',
        `write '${document.language}-version: 1.0' in its first line`,
      ),
    );
  });
}

export function cursorOf(text: string): string {
  if (/^\d{1,15}$/.test(text)) return text;
  throw new InvalidArgumentError('It is a whole number.');
}

function hasMatches({ headers }: AnyDocument): boolean {
  return headers.some(({ name, value }) => name === 'Matched' && !value.startsWith('0 '));
}

/** A report as it came; on a terminal what would help stands out. */
function printReport({ out }: Context, report: AnyDocument): void {
  for (const line of textOf(report).trimEnd().split('\n')) {
    const colour = line.startsWith('Suggest: ') ? 'green' : line.startsWith('Matched: ') ? 'bold' : undefined;
    out.print(colour === undefined ? line : out.paint(colour, line));
  }
}
