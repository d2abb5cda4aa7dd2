import { type Holds, mostMarks } from '../../protocol/agent/inputs.ts';
import type { LargeInputs } from './large-inputs.ts';

/**
 * The inputs that a node keeps, by its own word in this session. A hint: where it is wrong, something is fetched that need
 * not be, or a task waits for a fetch that it could have been spared.
 */
export class HeldInputs {
  readonly #marks = new Set<string>();
  /** What is lacking of the inputs of jobs, as long as nothing changes: a job of many tasks is looked at once. */
  #lacking = new WeakMap<LargeInputs, number>();

  /** Follows what the node says; what is more than a node may say is not kept. */
  take({ gained, lost }: Holds): void {
    for (const mark of lost) this.#marks.delete(mark);
    for (const mark of gained) if (this.#marks.size < mostMarks) this.#marks.add(mark);
    this.#lacking = new WeakMap();
  }

  /** Bytes that it would have to fetch. */
  lacks(inputs: LargeInputs): number {
    const known = this.#lacking.get(inputs);
    if (known !== undefined) return known;
    let lacking = inputs.totalBytes;
    for (const [mark, bytes] of inputs.bytes) if (this.#marks.has(mark)) lacking -= bytes;
    this.#lacking.set(inputs, lacking);
    return lacking;
  }

  /** What of them is there, as words; null where nothing is. */
  words(inputs: LargeInputs): string | null {
    const there = [...inputs.bytes.keys()].filter((mark) => this.#marks.has(mark)).length;
    if (there === 0) return null;
    const bytes = inputs.totalBytes - this.lacks(inputs);
    return `large inputs already there: ${there} of ${inputs.bytes.size}, ${sizeText(bytes)}`;
  }
}

/** Bytes as people read them; of those there are 1 MiB at least. */
function sizeText(bytes: number): string {
  const mebi = bytes / 2 ** 20;
  return mebi < 1024 ? `${mebi.toFixed(1)} MiB` : `${(mebi / 1024).toFixed(1)} GiB`;
}
