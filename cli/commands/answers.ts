import { type AnyDocument, jsonOf, textOf } from '../sla/readings.ts';
import type { Context } from './context.ts';

/** Prints documents that answer, as text or as JSON. */
export function printAnswers(
  { out, json }: Pick<Context, 'out' | 'json'>,
  answers: readonly AnyDocument[],
): void {
  if (json) for (const answer of answers) out.print(JSON.stringify(jsonOf(answer)));
  else if (answers.length > 0) out.print(answers.map(textOf).join('\n'));
}
