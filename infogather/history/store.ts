import type { Store } from '../../platform/store/store.ts';
import { type Block, blockBytes, blockPoints, emptyBlock, merged } from './series.ts';

/** A block of the series of a node, in steps of so many milliseconds. */
export interface KeptBlock extends Block {
  readonly node: number;
  readonly stepMs: number;
}

interface Row {
  readonly begins: number;
  readonly points: Uint8Array;
}

/** The verbs of the series of nodes over infogather's store. */
export class HistoryStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Keeps what blocks have; what was kept of the same points before stays where they have nothing. */
  keep(blocks: readonly KeptBlock[]): Promise<void> {
    return this.#store.write((sql) => {
      for (const { node, stepMs: step, begins, points } of blocks) {
        const before = sql.get<Row>(
          'SELECT begins, points FROM history WHERE node = @node AND step = @step AND begins = @begins',
          { node, step, begins },
        );
        const now = before === undefined ? points : merged(floatsOf(before, step).points, points);
        sql.run(
          'INSERT OR REPLACE INTO history (node, step, begins, points) VALUES (@node, @step, @begins, @points)',
          { node, step, begins, points: new Uint8Array(now.buffer, now.byteOffset, now.byteLength) },
        );
      }
    });
  }

  /** The blocks of a node with a point after `since`, in their order, at most `most`. */
  blocks(node: number, stepMs: number, since: number, most: number): Promise<Block[]> {
    const from = since - stepMs * blockPoints;
    return this.#store.read((sql) =>
      sql
        .all<Row>(
          `SELECT begins, points FROM history
           WHERE node = @node AND step = @stepMs AND begins > @from ORDER BY begins LIMIT @most`,
          { node, stepMs, from, most },
        )
        .map((row) => floatsOf(row, stepMs)),
    );
  }

  /** Forgets at most `most` blocks of such steps that began before a moment, and counts them. */
  forget(stepMs: number, before: number, most: number): Promise<number> {
    return this.#store.write((sql) =>
      sql.run(
        `DELETE FROM history WHERE (node, step, begins) IN
           (SELECT node, step, begins FROM history WHERE step = @stepMs AND begins < @before LIMIT @most)`,
        { stepMs, before, most },
      ),
    );
  }

  /** Forgets at most `most` blocks of other steps than these, which were set before; counts them. */
  forgetOther(stepsMs: readonly number[], most: number): Promise<number> {
    return this.#store.write((sql) => {
      let forgotten = 0;
      // From one step to the next by the index: there are few, and all blocks would be passed over to find others.
      for (let step = -1; forgotten < most; ) {
        const next = sql.get<{ step: number | null }>(
          'SELECT min(step) AS step FROM history WHERE step > @step',
          { step },
        )?.step;
        if (next === null || next === undefined) break;
        step = next;
        if (stepsMs.includes(step)) continue;
        forgotten += sql.run(
          `DELETE FROM history WHERE (node, step, begins) IN
             (SELECT node, step, begins FROM history WHERE step = @step LIMIT @left)`,
          { step, left: most - forgotten },
        );
      }
      return forgotten;
    });
  }
}

/** Copied: what the engine gives need not begin where a number may. */
function floatsOf({ begins, points }: Row, stepMs: number): Block {
  if (points.byteLength !== blockBytes) return { ...emptyBlock(begins, stepMs), begins };
  return { begins, points: new Float32Array(points.slice().buffer) };
}
