import {
  type Document,
  diagnosticLines,
  type Framed,
  printDocument,
  readDocument,
  Scanner,
} from '../grammar/index.ts';
import type { Sender } from '../platform/doors/door.ts';
import type { Splitter, TextReply } from '../platform/doors/text.ts';
import { Refusal, sentence } from '../platform/failure.ts';
import type { Receiver } from './receiver.ts';

/** What a text door is given to speak the language: documents follow each other, each is answered in its turn. */
export function textConversation(receive: Receiver): {
  split: () => Splitter<Framed>;
  receive: (framed: Framed, sender: Sender) => Promise<TextReply>;
} {
  return { split: () => new Scanner(), receive: (framed, sender) => answer(receive, framed, sender) };
}

async function answer(receive: Receiver, framed: Framed, sender: Sender): Promise<TextReply> {
  if (framed.kind === 'refused') return { text: [diagnosticLines(framed.diagnostics)], close: framed.closes };
  const reading = readDocument(framed);
  if ('diagnostics' in reading) return { text: [diagnosticLines(reading.diagnostics)] };
  const remarks = diagnosticLines(reading.warnings);
  try {
    return { text: pieces(remarks, await receive(reading.document, sender)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { text: [remarks, `# error: ${sentence(error).replaceAll(/[\r\n]+/g, ' ')}\n`] };
  }
}

/** Printed as they are taken, so that a long answer is never in memory as a whole. */
function* pieces(remarks: string, documents: readonly Document[]): Generator<string> {
  if (remarks !== '') yield remarks;
  for (const document of documents) yield `${printDocument(document)}\n`;
}
