import { type Party, type Sliced, WaitingAsks } from '../../grammar/index.ts';
import type { LoggedEvent } from '../log.ts';
import type { TellReader } from '../told.ts';

/** What a Watch is sent of one event of the log. */
export interface WatchEvent {
  readonly cursor: number;
  readonly event: 'matched' | 'changed' | 'gone';
  /** The Tell, of one that is gone as it was told last. */
  readonly text: string;
}

/** The Tell that an event ended, and the one that it told. */
export interface Turn {
  readonly cursor: number;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** How the new one is matched, where that is known. */
  readonly party?: Party | undefined;
}

/** An event of the log as Watches of users see it; nothing where it is none of theirs. */
export function turnOf({ cursor, kind, before, after }: LoggedEvent): Turn | undefined {
  if (kind === 'asked') return undefined;
  return { cursor, before: before ?? undefined, after: after ?? undefined };
}

/** What those Asks that match one of the two Tells of an event are sent, by their rows. */
export function* eventsFor(
  asks: WaitingAsks,
  turn: Turn,
  reader: TellReader,
): Sliced<Map<number, WatchEvent>> {
  const { cursor, before, after } = turn;
  const events = new Map<number, WatchEvent>();
  const matched = before === undefined ? [] : yield* asks.matching(reader.party(before));
  for (const row of matched) events.set(row, { cursor, event: 'gone', text: before ?? '' });
  if (after === undefined) return events;
  for (const row of yield* asks.matching(turn.party ?? reader.party(after))) {
    events.set(row, { cursor, event: events.has(row) ? 'changed' : 'matched', text: after });
  }
  return events;
}

/** What one Ask is sent of some events, in their order. */
export function* eventsOf(ask: Party, turns: readonly Turn[], reader: TellReader): Sliced<WatchEvent[]> {
  const alone = new WaitingAsks();
  const row = alone.add(ask);
  const events: WatchEvent[] = [];
  for (const turn of turns) {
    const event = (yield* eventsFor(alone, turn, reader)).get(row);
    if (event !== undefined) events.push(event);
    yield;
  }
  return events;
}
