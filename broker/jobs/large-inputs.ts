import { sha256 } from '../../platform/digest.ts';
import { keptInputText, largeInputBytes, markLength } from '../../protocol/agent/inputs.ts';
import type { JobText } from './text.ts';

/** The largest inputs of a job: those that are worth a task's way to a node that has them. */
export interface LargeInputs {
  /** Bytes of each by its mark, which is what nodes call it. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Of all of them. */
  readonly totalBytes: number;
}

/** How many inputs of a job count (a count): those that weigh most. */
const mostCounted = 8;

/** The largest inputs of a job as its row has them; null where all are small. */
export function largeInputsText(owner: string, inputs: JobText['inputs']): string | null {
  const large = new Map<string, number>();
  for (const { blob, bytes } of inputs) if (bytes >= largeInputBytes) large.set(blob, bytes);
  if (large.size === 0) return null;
  const counted = [...large].sort(([, a], [, b]) => b - a).slice(0, mostCounted);
  const markOf = (blob: string) => sha256(keptInputText(owner, blob)).slice(0, markLength);
  return JSON.stringify(counted.map(([blob, bytes]) => [markOf(blob), bytes]));
}

/** Reads what rows say of inputs, once for all jobs that have the same. */
export class LargeInputsReader {
  readonly #most: number;
  /** In the order in which they were read. */
  readonly #read = new Map<string, LargeInputs>();

  /** Keeps at most `most` of them. */
  constructor(most: number) {
    this.#most = most;
  }

  of(text: string): LargeInputs {
    const known = this.#read.get(text);
    if (known !== undefined) return known;
    const bytes = new Map(JSON.parse(text) as [string, number][]);
    const inputs = { bytes, totalBytes: [...bytes.values()].reduce((sum, one) => sum + one, 0) };
    this.#read.set(text, inputs);
    const [oldest] = this.#read.keys();
    if (this.#read.size > this.#most && oldest !== undefined) this.#read.delete(oldest);
    return inputs;
  }
}
