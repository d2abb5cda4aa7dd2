import type { AnyReading, DocumentReader, Passage } from '../grammar/index.ts';
import type { Sender } from '../platform/doors/door.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import type { Line } from './line.ts';
import { type Answered, type LanguageDoor, received } from './receiver.ts';

/** Takes in the one document of a body or a frame. What is refused before it is handed on is thrown as a Refusal. */
export function answerBody(
  body: unknown,
  asJson: boolean,
  sender: Sender,
  door: LanguageDoor,
  line?: Line,
): Answered {
  if (typeof body !== 'string' || !/\S/.test(body)) throw new Refusal(noDocument());
  return answerText(body, (reader) => read(body, asJson, reader), sender, door, line);
}

/** The same of one document of a text that holds several. */
export function answerPassage(passage: Passage, sender: Sender, door: LanguageDoor, line: Line): Answered {
  return answerText(passage.text, (reader) => reader.readPassage(passage), sender, door, line);
}

/** The same of one document of several in JSON. Such texts are equal only where what they say is. */
export function answerJson(json: unknown, sender: Sender, door: LanguageDoor, line: Line): Answered {
  return answerText(printed(json), (reader) => reader.readJson(json), sender, door, line);
}

/** What nests so deeply that it cannot be printed is no document, and refused when it is read. */
function printed(json: unknown): string {
  try {
    return JSON.stringify(json);
  } catch {
    return '';
  }
}

export function noDocument() {
  return failure('document-refused', 'there is no document');
}

/** What JSON says; what is no JSON is thrown as a Refusal. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(failure('document-refused', `this is no JSON: ${(error as Error).message}`), {
      cause: error,
    });
  }
}

function answerText(
  text: string,
  read: (reader: DocumentReader) => AnyReading,
  sender: Sender,
  { receive, repeats, reader }: LanguageDoor,
  line: Line | undefined,
): Answered {
  const repeated = sender.only === undefined ? repeats?.(text, sender) : undefined;
  if (repeated !== undefined) return { replies: repeated, isSilent: false, warnings: [] };
  return received(read(reader), receive, sender, text, line);
}

function read(body: string, asJson: boolean, reader: DocumentReader): AnyReading {
  const [reading, more] = asJson ? [reader.readJson(parseJson(body))] : reader.readText(body, 1);
  if (reading === undefined)
    throw new Refusal(failure('document-refused', 'there are comments only, and no document'));
  if (more !== undefined) throw new Refusal(failure('one-document', 'there is more than one document'));
  return reading;
}
