import type { Duplex } from 'node:stream';
import { type Document, printDocument, readDocuments } from '../grammar/index.ts';
import { failure } from '../protocol/catalogue.ts';
import { ServiceFailure } from './failure.ts';
import { reasonOf } from './http.ts';

/**
 * Asks over a text door: says one document on a connected socket, ends the input, and reads the documents that
 * answer to the end. Throws a {@link ServiceFailure} where the answer is a refusal, is no document, is larger than
 * `mostBytes`, or breaks off.
 */
export async function askAsText(socket: Duplex, document: Document, mostBytes: number): Promise<Document[]> {
  const answer = await exchange(socket, printDocument(document), mostBytes);
  const error = /^# error: (.*)$/m.exec(answer)?.[1];
  if (error !== undefined) throw new ServiceFailure(failure('document-refused', error));
  return readDocuments(answer).map((reading) => {
    if ('document' in reading) return reading.document;
    throw new ServiceFailure(failure('unavailable', 'the answer is no document'));
  });
}

async function exchange(socket: Duplex, question: string, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    socket.end(question);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new ServiceFailure(failure('unavailable', `the connection broke off (${reasonOf(error)})`), {
      cause: error,
    });
  } finally {
    socket.destroy();
  }
  if (size > mostBytes)
    throw new ServiceFailure(failure('too-large', `the answer is larger than ${mostBytes} bytes`));
  return Buffer.concat(chunks).toString('utf8');
}
