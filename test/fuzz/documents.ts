import fc from 'fast-check';
import type { Document1 } from '../../grammar/documents/document.ts';
import { readAnyDocuments } from '../../grammar/index.ts';
import { asks, tells } from '../grammar/documents/arbitraries.ts';
import { mutated } from './mutations.ts';
import { seeds } from './seeds.ts';

/** The documents of version 1.x in a text. */
export function documentsOf(text: string): Document1[] {
  return readAnyDocuments(text).flatMap((reading) =>
    'document' in reading && 'envelope' in reading.document ? [reading.document] : [],
  );
}

const newer = seeds.filter((text) => documentsOf(text).length > 0);

/** Texts most of which hold documents of version 1.x. */
export const documentTexts: fc.Arbitrary<string> = fc.oneof(tells, asks, mutated(newer, 3));
