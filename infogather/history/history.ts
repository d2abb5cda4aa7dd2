import type { Log } from '../../platform/log.ts';
import { OpenSeries, type Point, pointsOf, type Sample } from './series.ts';
import type { HistoryStore, KeptBlock } from './store.ts';

/** A resolution: points of so many milliseconds each, kept for so long. */
export interface Level {
  readonly stepMs: number;
  readonly keptMs: number;
}

export interface HistoryParts {
  /** The finest first. */
  readonly levels: readonly Level[];
  readonly store: HistoryStore;
  readonly log: Log;
}

interface Open {
  readonly series: OpenSeries;
  writtenAt: number;
}

/** How often at most an open block is written, in milliseconds: so much of a series a crash may take. */
const writeMs = 60_000;
/** So many groups of nodes (a count) are written one after the other. */
const phases = 60;
/** Blocks (a count) that one answer is read of. */
const mostBlocks = 1_000;
/** Blocks (a count) that one step writes, so that the event loop stays free. */
const writtenAStep = 50;
/** Blocks (a count) that one step forgets. */
const aStep = 500;

/** How nodes stood over time, at bounded cost: the further back, the coarser. */
export class History {
  readonly #parts: HistoryParts;
  readonly #open = new Map<number, Open[]>();
  #waiting: KeptBlock[] = [];
  #writing: Promise<void> | undefined;
  #isWell = true;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  /** Takes one look at a node. */
  sample(node: number, at: number, sample: Sample): void {
    const { levels } = this.#parts;
    let open = this.#open.get(node);
    if (open === undefined) {
      // Those that are met together are not all written together.
      const writtenAt = at - (node % phases) * (writeMs / phases);
      open = levels.map(({ stepMs }) => ({ series: new OpenSeries(stepMs), writtenAt }));
      this.#open.set(node, open);
    }
    for (const [index, { stepMs }] of levels.entries()) {
      const one = open[index]!;
      const over = one.series.take(at, sample);
      if (over !== undefined) this.#waiting.push({ node, stepMs, ...over });
      if (Math.abs(at - one.writtenAt) >= Math.max(writeMs, stepMs)) this.#put(node, stepMs, one, at);
    }
    if (this.#waiting.length > 0) void this.#write();
  }

  /** The points of a node from a moment on, in the finest steps that go back so far, or the coarsest of all. */
  async of(
    node: number,
    since: number,
    now: number,
  ): Promise<{ readonly stepMs: number; readonly points: readonly Point[] }> {
    const { levels, store } = this.#parts;
    const level = levels.find(({ keptMs }) => now - since <= keptMs) ?? levels.at(-1);
    if (level === undefined) return { stepMs: 1, points: [] };
    const { stepMs } = level;
    this.#putAll(node, now);
    await this.#write();
    const blocks = await store.blocks(node, stepMs, since, mostBlocks);
    const points = blocks.flatMap((block) => pointsOf(block, stepMs));
    return { stepMs, points: points.filter(({ at }) => at + stepMs > since) };
  }

  /** Nothing more comes of a node. */
  end(node: number, at: number): void {
    this.#putAll(node, at);
    this.#open.delete(node);
    void this.#write();
  }

  /** Writes all there is. */
  async stop(now: number): Promise<void> {
    for (const node of this.#open.keys()) this.#putAll(node, now);
    this.#open.clear();
    await this.#write();
  }

  /** Forgets what is too old. */
  async sweep(now: number): Promise<void> {
    const { levels, store } = this.#parts;
    for (const { stepMs, keptMs } of levels)
      while ((await store.forget(stepMs, now - keptMs, aStep)) === aStep);
    while (
      (await store.forgetOther(
        levels.map(({ stepMs }) => stepMs),
        aStep,
      )) === aStep
    );
  }

  #putAll(node: number, at: number): void {
    for (const [index, one] of (this.#open.get(node) ?? []).entries())
      this.#put(node, this.#parts.levels[index]!.stepMs, one, at);
  }

  #put(node: number, stepMs: number, one: Open, at: number): void {
    const { block } = one.series;
    one.writtenAt = at;
    if (block !== undefined)
      this.#waiting.push({ node, stepMs, begins: block.begins, points: block.points.slice() });
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** What cannot be written is let go: the next time more of the same block is. */
  async #writeAll(): Promise<void> {
    await Promise.resolve(); // what else comes in this turn shares the commit
    while (this.#waiting.length > 0) {
      try {
        await this.#parts.store.keep(this.#waiting.splice(0, writtenAStep));
        this.#isWell = true;
      } catch (error) {
        if (this.#isWell) this.#parts.log.error('cannot keep the history of nodes', { error });
        this.#isWell = false;
      }
    }
  }
}
