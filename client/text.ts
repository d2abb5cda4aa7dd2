import type { Duplex } from 'node:stream';
import { type Document, printDocument, readDocuments } from '../grammar/index.ts';
import { failure } from '../protocol/catalogue.ts';
import { ServiceFailure } from './failure.ts';

/**
 * Asks over a text door: says one document on a connected socket, ends the input, and reads the documents that
 * answer to the end. Throws a {@link ServiceFailure} where the answer is a refusal, or larger than `mostBytes`.
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
  try {
    socket.end(question);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > mostBytes)
        throw new ServiceFailure(failure('too-large', `the answer is larger than ${mostBytes} bytes`));
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    socket.destroy();
  }
}
