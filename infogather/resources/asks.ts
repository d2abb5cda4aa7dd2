import {
  answerTo,
  type Document1,
  DocumentReader,
  type Header,
  Matcher,
  partyOf,
  reportOn,
  type Sliced,
  type Suggesting,
} from '../../grammar/index.ts';
import type { Slices } from '../../platform/slices.ts';
import type { Offers } from '../offers.ts';
import type { Registration } from '../registrations.ts';
import type { InfogatherSettings } from '../settings.ts';
import type { Resource } from './resource.ts';

/** What an Ask of version 1.0 finds. */
export interface Found {
  /** Best first. */
  readonly tells: readonly (Registration | Resource)[];
  /** Of the Because, from Matched on. */
  readonly because: readonly Header[];
}

type Bounds = Pick<InfogatherSettings, 'most-answers' | 'suggestions-tried'>;

/** Answers Asks of version 1.0 from the registrations as they stand when an answer is begun, in slices. */
export class ResourceAsks {
  readonly #mostAnswers: number;
  readonly #suggesting: Suggesting;
  readonly #offers: Offers;
  readonly #slices: Slices;

  constructor(bounds: Bounds, offers: Offers, slices: Slices) {
    this.#mostAnswers = bounds['most-answers'];
    this.#suggesting = { reader: new DocumentReader(), most: bounds['suggestions-tried'] };
    this.#offers = offers;
    this.#slices = slices;
  }

  /** The registrations that match; where none does, why. */
  ask(ask: Document1): Promise<Found> {
    return this.#slices.run(this.finding(ask));
  }

  /** Why an Ask has the matches that it has, and what would help. */
  why(ask: Document1): Promise<readonly Header[]> {
    return this.#slices.run(this.#why(ask));
  }

  /** The same, for who runs it: what is there when it begins is what it finds. */
  *finding(ask: Document1): Sliced<Found> {
    using snapshot = this.#offers.supply.snapshot();
    const matcher = this.#matcherOf(ask);
    const { rows, because } = yield* answerTo(ask, matcher, snapshot, this.#suggesting);
    return { tells: rows.flatMap((row) => this.#offers.at(row) ?? []), because };
  }

  *#why(ask: Document1): Sliced<readonly Header[]> {
    using snapshot = this.#offers.supply.snapshot();
    return yield* reportOn(ask, this.#matcherOf(ask), snapshot, this.#suggesting);
  }

  #matcherOf(ask: Document1): Matcher {
    const party = partyOf(ask);
    return new Matcher({ ...party, limit: Math.min(party.limit, this.#mostAnswers) }, this.#offers.supply);
  }
}
