import type { Bench } from '../harness/bench.ts';
import { fairnessBench } from './fairness.ts';
import { intakeBench } from './intake.ts';
import { latencyBench } from './latency.ts';
import { memoryBench } from './memory.ts';
import { scanBench } from './scan.ts';
import { startBench } from './start.ts';
import { waitingBench } from './waiting.ts';
import { wireBench } from './wire.ts';

/** The matchmaker from all its sides: `--only match` takes them together. */
export const matchBenches: readonly Bench[] = [
  scanBench,
  latencyBench,
  wireBench,
  intakeBench,
  waitingBench,
  memoryBench,
  fairnessBench,
  startBench,
];
