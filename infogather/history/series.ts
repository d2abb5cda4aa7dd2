/** What is kept of one look at a node; nothing where it does not say. */
export interface Sample {
  /** Programs that run or wait to run, for each core. */
  readonly load: number | undefined;
  readonly freeCpus: number | undefined;
  /** Tasks that run. */
  readonly running: number | undefined;
}

/** The means of the samples of one step, which begins at `at`, in milliseconds since 1970. */
export interface Point extends Sample {
  readonly at: number;
}

/** Points (a count) that are kept together. */
export const blockPoints = 60;

const fields = ['load', 'freeCpus', 'running'] as const;

/** How many bytes a block has. */
export const blockBytes = blockPoints * fields.length * Float32Array.BYTES_PER_ELEMENT;

/** Points of one step each, one behind the other, of which any may be missing. */
export interface Block {
  /** When its first point begins, in milliseconds since 1970. */
  readonly begins: number;
  readonly points: Float32Array;
}

/** The block of steps of `stepMs` in which a moment lies. */
export function emptyBlock(at: number, stepMs: number): Block {
  const spanMs = stepMs * blockPoints;
  const points = new Float32Array(blockPoints * fields.length).fill(Number.NaN);
  return { begins: Math.floor(at / spanMs) * spanMs, points };
}

/** One series as it goes on: takes samples as they come, and gives up each block when the next one begins. */
export class OpenSeries {
  readonly #stepMs: number;
  #block: Block | undefined;
  #place = -1;
  readonly #counts = [0, 0, 0];

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /** What there is of the block that is open. */
  get block(): Block | undefined {
    return this.#block;
  }

  /** Takes a sample; returns the block that is over by it. A clock that was set back begins another block, or goes on in this. */
  take(at: number, sample: Sample): Block | undefined {
    const before = this.#block;
    const spanMs = this.#stepMs * blockPoints;
    if (before === undefined || at < before.begins || at >= before.begins + spanMs) {
      this.#block = emptyBlock(at, this.#stepMs);
      this.#place = -1;
    }
    const block = this.#block!;
    const place = Math.floor((at - block.begins) / this.#stepMs);
    if (place !== this.#place) this.#counts.fill(0);
    this.#place = place;
    for (const [index, field] of fields.entries()) {
      const value = sample[field];
      // As it will stand there: a node may say anything.
      if (value === undefined || !Number.isFinite(Math.fround(value))) continue;
      const at = place * fields.length + index;
      const count = this.#counts[index]! + 1;
      this.#counts[index] = count;
      const mean = count === 1 ? value : block.points[at]! + (value - block.points[at]!) / count;
      block.points[at] = mean;
    }
    return before === block ? undefined : before;
  }
}

/** The points that a block has, in their order. */
export function pointsOf({ begins, points }: Block, stepMs: number): Point[] {
  const all: Point[] = [];
  for (let place = 0; place < blockPoints; place += 1) {
    const [load, freeCpus, running] = fields.map((_, index) => known(points[place * fields.length + index]));
    if (load === undefined && freeCpus === undefined && running === undefined) continue;
    all.push({ at: begins + place * stepMs, load, freeCpus, running });
  }
  return all;
}

/** A block with what another one has of the same points in place of its own. */
export function merged(before: Float32Array, after: Float32Array): Float32Array {
  return before.map((value, index) => {
    const now = after[index] ?? Number.NaN;
    return Number.isNaN(now) ? value : now;
  });
}

function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
