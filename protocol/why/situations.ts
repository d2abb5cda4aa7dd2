import { askSituations } from './asks.ts';
import { batchSituations } from './batch.ts';
import { dealSituations } from './deals.ts';
import { jobSituations } from './jobs.ts';
import { requestSituations } from './requests.ts';
import { type Cause, causeOf, type Values } from './situation.ts';
import { taskSituations } from './tasks.ts';

/** All ways in which something waits or fails that `ogm why`, or the answer to a request, names. `docs/why.md` is made from it. */
export const situations = {
  ...askSituations,
  ...dealSituations,
  ...jobSituations,
  ...taskSituations,
  ...batchSituations,
  ...requestSituations,
} as const;

export type SituationName = keyof typeof situations;

/** A cause of the table. */
export function because<K extends SituationName>(
  situation: K,
  values: Values<(typeof situations)[K]>,
): Cause {
  return causeOf(situations, situation, values);
}
