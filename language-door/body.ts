import type { AnyReading, DocumentReader } from '../grammar/index.ts';
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
  { receive, repeats, reader }: LanguageDoor,
  line?: Line,
): Answered {
  if (typeof body !== 'string' || !/\S/.test(body)) {
    throw new Refusal(failure('document-refused', 'there is no document'));
  }
  const repeated = sender.only === undefined ? repeats?.(body, sender) : undefined;
  if (repeated !== undefined) return { replies: repeated, isSilent: false, warnings: [] };
  return received(read(body, asJson, reader), receive, sender, body, line);
}

function read(body: string, asJson: boolean, reader: DocumentReader): AnyReading {
  const [reading, more] = asJson ? [reader.readJson(parseJson(body))] : reader.readText(body);
  if (reading === undefined)
    throw new Refusal(failure('document-refused', 'there are comments only, and no document'));
  if (more !== undefined) throw new Refusal(failure('one-document', 'there is more than one document'));
  return reading;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(failure('document-refused', `this is no JSON: ${(error as Error).message}`), {
      cause: error,
    });
  }
}
