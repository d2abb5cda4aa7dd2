import type { Sliced } from '../grammar/index.ts';
import type { Slices } from '../platform/slices.ts';
import type { MarketLog } from './log.ts';
import type { Registry } from './registry.ts';
import type { MarketStore, PlacedRow } from './store.ts';
import type { TellReader } from './told.ts';

/** How many Tells one read brings, and of how many one slice reads the text. */
const rowsAStep = 128;
const tellsASlice = 32;

/** Reads the Tells back from the store, in slices; those that expired meanwhile too, for the log has yet to say it. */
export async function readBack(parts: {
  readonly store: MarketStore;
  readonly log: MarketLog;
  readonly registry: Registry;
  readonly slices: Slices;
  readonly reader: TellReader;
}): Promise<void> {
  const { store, log, registry, slices, reader } = parts;
  for (let after = 0; ; ) {
    const rows = await store.tells(after, rowsAStep);
    await slices.run(restored(rows, registry, reader));
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.place;
  }
  registry.reach((await log.reach()).head);
}

function* restored(rows: readonly PlacedRow[], registry: Registry, reader: TellReader): Sliced<void> {
  for (const [index, { place, expiresAt, ...row }] of rows.entries()) {
    if (index % tellsASlice === tellsASlice - 1) yield;
    registry.restore(reader.told(row), place, expiresAt);
  }
}
