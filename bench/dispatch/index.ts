import type { Bench } from '../harness/bench.ts';
import { queuedBench } from './queued.ts';
import { rateBench } from './rate.ts';
import { stagingBench } from './staging.ts';
import { startBench } from './start.ts';

/** The broker's dispatch, from a job to its processes: `--only dispatch` takes them together. */
export const dispatchBenches: readonly Bench[] = [rateBench, startBench, queuedBench, stagingBench];
