import type { DocumentReader } from '../grammar/index.ts';
import type { AnyDocument } from '../language-door/receiver.ts';

/**
 * The documents that answer a poll; whoever reads many answers keeps one reader. What is wrong is said without a word of the answer: what stands at an address that
 * is no Poll door is nobody's business.
 */
export function documentsOf(answer: string | Uint8Array, reader: DocumentReader): readonly AnyDocument[] {
  return reader.readText(answer).map((reading) => {
    if ('document' in reading) return reading.document;
    const [first] = 'diagnostics' in reading ? reading.diagnostics : [];
    const line = first?.position === undefined ? '' : ` in line ${first.position.line}`;
    throw new Error(`answered a poll with what is no document: ${first?.code ?? 'nothing'}${line}`);
  });
}
