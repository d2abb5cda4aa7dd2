import { type AnyReading, diagnosticLines, inWords, readAnyDocuments } from '../../../grammar/index.ts';

/** What the one document of a text says, in sentences. */
export function wordsOf(text: string): string[] {
  const [reading, ...rest]: AnyReading[] = readAnyDocuments(text);
  if (reading === undefined || rest.length > 0) throw new Error('one document');
  if ('diagnostics' in reading) throw new Error(diagnosticLines(reading.diagnostics));
  return inWords(reading.document);
}
