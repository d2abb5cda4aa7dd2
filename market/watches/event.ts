import { type Party, type Sliced, WaitingAsks } from '../../grammar/index.ts';
import type { Reply } from '../../language-door/reply.ts';
import type { LoggedEvent } from '../log.ts';
import type { TellReader } from '../told.ts';
import { eventHeaders } from './replies.ts';
import { SharedReply } from './shared-reply.ts';

/** What Watches are sent of one event of the log: it is one for all that match, whose answers differ in their In-reply-to. */
export class WatchEvent {
  readonly cursor: number;
  readonly event: 'matched' | 'changed' | 'gone';
  /** The Tell, of one that is gone as it was told last. */
  readonly #text: string;
  #shared: SharedReply | undefined;

  constructor(cursor: number, event: WatchEvent['event'], text: string) {
    this.cursor = cursor;
    this.event = event;
    this.#text = text;
  }

  /** What the Watch of an Id is sent. */
  replyTo(id: string): Reply {
    this.#shared ??= new SharedReply(eventHeaders(this.#text, this.event, this.cursor));
    return this.#shared.to(id);
  }
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

/** Asks that are told of in one slice: a few milliseconds, where all match. */
const asksASlice = 4_096;

/** What those Asks that match one of the two Tells of an event are sent, by their rows. */
export function* eventsFor(
  asks: WaitingAsks,
  turn: Turn,
  reader: TellReader,
): Sliced<Map<number, WatchEvent>> {
  const { cursor, before, after } = turn;
  const events = new Map<number, WatchEvent>();
  if (before !== undefined) {
    const gone = new WatchEvent(cursor, 'gone', before);
    yield* eachOf(yield* asks.matching(reader.party(before)), (row) => events.set(row, gone));
  }
  if (after === undefined) return events;
  const matched = new WatchEvent(cursor, 'matched', after);
  const changed = new WatchEvent(cursor, 'changed', after);
  yield* eachOf(yield* asks.matching(turn.party ?? reader.party(after)), (row) =>
    events.set(row, events.has(row) ? changed : matched),
  );
  return events;
}

/** Does something for each of what may be very many, in slices. */
export function* eachOf<T>(all: Iterable<T>, each: (one: T) => void): Sliced<void> {
  let done = 0;
  for (const one of all) {
    each(one);
    done += 1;
    if (done % asksASlice === 0) yield;
  }
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
