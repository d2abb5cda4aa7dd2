import { type Bounds, defaultBounds } from './bounds.ts';
import { type Reading, readDocument } from './read.ts';
import { scan } from './scanner.ts';

/** Reads the documents of a whole text, such as a file or the body of a request, in their order. */
export function readDocuments(text: string | Uint8Array, bounds: Bounds = defaultBounds): Reading[] {
  return scan(text, bounds).map((framed) => readDocument(framed, bounds));
}
