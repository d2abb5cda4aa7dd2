import { bytesOfAll, bytesOfOwn } from './assignment.ts';
import { noSizes } from './own.ts';
import type { JobText } from './text.ts';

/** Bytes that a task says at most, as JSON, its parameters filled in. */
export function bytesOfTask(text: JobText): number {
  return bytesOfAll(text) + bytesOfOwn(text, text.own ?? noSizes);
}
