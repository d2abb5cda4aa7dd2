import { diagnosticLines, type Framed, Scanner } from '../grammar/index.ts';
import type { Sender } from '../platform/doors/door.ts';
import type { Line } from '../platform/doors/line.ts';
import type { Splitter, TextReply } from '../platform/doors/text.ts';
import { Refusal, sentence } from '../platform/failure.ts';
import { checkAllowed } from './allowed.ts';
import { DocumentLine, type Writing } from './line.ts';
import type { LanguageDoor } from './receiver.ts';
import { notUnderstood, printReply, type Reply } from './reply.ts';

/** What a text door is given to speak the language: documents follow each other, each is answered in its turn. */
export function textConversation(door: LanguageDoor): {
  split: () => Splitter<Framed>;
  receive: (framed: Framed, sender: Sender, line: Line) => Promise<TextReply>;
} {
  return {
    split: () => new Scanner(),
    receive: (framed, sender, line) => answer(framed, sender, door, line),
  };
}

/** Text goes out piece by piece, so an answer may have any size. */
const inText: Writing = { pushed: printed, checkAnswer() {} };

async function answer(
  framed: Framed,
  sender: Sender,
  { receive, repeats, reader }: LanguageDoor,
  line: Line,
): Promise<TextReply> {
  if (framed.kind === 'refused') return { text: [diagnosticLines(framed.diagnostics)], close: framed.closes };
  const { text } = framed.source;
  const repeated = sender.only === undefined ? repeats?.(text, sender) : undefined;
  if (repeated !== undefined) return told('', repeated);
  const reading = reader.read(framed);
  if ('document' in reading) {
    checkAllowed(reading.document, sender);
    const replies = receive(reading.document, sender, text, new DocumentLine(line, inText));
    return told(diagnosticLines(reading.warnings), replies);
  }
  if (reading.unread !== undefined) return { text: pieces('', [notUnderstood(reading.unread)]) };
  return { text: [diagnosticLines(reading.diagnostics)] };
}

async function told(remarks: string, replies: Promise<readonly Reply[]>): Promise<TextReply> {
  try {
    return { text: pieces(remarks, await replies) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { text: [remarks, `# error: ${sentence(error).replaceAll(/[\r\n]+/g, ' ')}\n`] };
  }
}

/** Printed as they are taken, so that a long answer is never in memory as a whole. */
function* pieces(remarks: string, replies: readonly Reply[]): Generator<string> {
  if (remarks !== '') yield remarks;
  yield* printed(replies);
}

function* printed(documents: readonly Reply[]): Generator<string> {
  for (const document of documents) yield `${printReply(document)}\n`;
}
