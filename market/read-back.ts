import type { Sliced } from '../grammar/index.ts';
import type { Slices } from '../platform/slices.ts';
import type { MarketLog } from './log.ts';
import type { Registry } from './registry.ts';
import type { MarketStore, PlacedRow } from './store.ts';
import type { TellReader, Told } from './told.ts';

/** How many Tells one read brings, and of how many one slice reads the texts, or puts them into memory. */
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
  for (let from = 0; from < rows.length; from += tellsASlice) {
    const some = rows.slice(from, from + tellsASlice);
    // First all of the one, then all of the other: each finds in the caches of the processor what it used just before.
    const told = some.map(({ teller, id, seq, document }) => reader.told({ teller, id, seq, document }));
    yield;
    registry.restore(
      some.map(({ place, expiresAt }, index) => ({ told: told[index] as Told, place, expiresAt })),
    );
    yield;
  }
}
