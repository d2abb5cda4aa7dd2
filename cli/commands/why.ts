import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { type AnyDocument, refuseDecline } from '../../client/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { becauseOf } from '../../protocol/why/because.ts';
import { exit } from '../exit.ts';
import { jsonOf, textOf } from '../sla/readings.ts';
import { rewritten } from '../sla/rewritten.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { askAll } from './documents.ts';
import { asksOfVersion1, clientFor, documentsToSend } from './services.ts';
import { printCause, printWhyOf } from './why-id.ts';

/** `ogm why`: says why something waits, or why an Ask has the matches that it has, and what to do. */
export function whyCommand(): Command {
  return commandWith('why', ['client'], 'Say why something waits, has failed or has no match, and what to do')
    .argument(
      '[what]',
      'a file with an Ask of version 1.0, or standard input if it is left out or -; or the id of a job, of a task (JOB.NUMBER), of an offer, of an agreement, or of a Watch',
      '-',
    )
    .action(async (file: string, _options, command: Command) => {
      const context = contextOf(command);
      if (file !== '-' && !existsSync(file)) return printWhyOf(context, file);
      let matched = false;
      for (const ask of asksOfVersion1(await documentsToSend(context, file, ['Ask', 'Why']))) {
        const answers = await clientFor(context, ask).send(rewritten(ask, { Action: 'Why' }));
        refuseDecline(answers);
        matched ||= answers.some(hasMatches);
        for (const answer of answers) printReport(context, answer);
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

export function cursorOf(text: string): string {
  if (/^\d{1,15}$/.test(text)) return text;
  throw new InvalidArgumentError('It is a whole number.');
}

function hasMatches({ headers }: AnyDocument): boolean {
  return headers.some(({ name, value }) => name === 'Matched' && !value.startsWith('0 '));
}

/** A report as it came, then its cause in one sentence; on a terminal what would help stands out. */
function printReport(context: Context, report: AnyDocument): void {
  const { out, json } = context;
  const cause = becauseOf(report.headers);
  if (json) {
    out.print(JSON.stringify({ ...jsonOf(report), why: cause }));
    return;
  }
  for (const line of textOf(report).trimEnd().split('\n')) {
    const colour = line.startsWith('Suggest: ') ? 'green' : line.startsWith('Matched: ') ? 'bold' : undefined;
    out.print(colour === undefined ? line : out.paint(colour, line));
  }
  out.print('');
  printCause(context, cause);
}
