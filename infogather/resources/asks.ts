import {
  becauseHeaders,
  type Document1,
  editedAsk,
  explain,
  type Header,
  ignoredBy,
  Matcher,
  type Sliced,
  suggest,
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
  readonly #bounds: Bounds;
  readonly #offers: Offers;
  readonly #slices: Slices;

  constructor(bounds: Bounds, offers: Offers, slices: Slices) {
    this.#bounds = bounds;
    this.#offers = offers;
    this.#slices = slices;
  }

  /** The registrations that match; where none does, why. */
  ask(ask: Document1): Promise<Found> {
    return this.#slices.run(this.#found(ask));
  }

  /** Why an Ask has the matches that it has, and what would help. */
  why(ask: Document1): Promise<readonly Header[]> {
    return this.#slices.run(this.#why(ask));
  }

  *#found(ask: Document1): Sliced<Found> {
    const { supply } = this.#offers;
    using snapshot = supply.snapshot();
    const matcher = this.#matcherOf(ask);
    const { rows, matched } = yield* matcher.answer(snapshot);
    if (rows.length === 0 && (matched === 0 || matcher.ask.count > 1)) {
      return { tells: [], because: yield* this.#explained(matcher, ask, snapshot) };
    }
    const ignored = yield* ignoredBy(matcher, snapshot);
    const tells = rows.flatMap((row) => this.#offers.at(row) ?? []);
    return { tells, because: [{ name: 'Matched', value: `${matched} of ${snapshot.size}` }, ...ignored] };
  }

  *#why(ask: Document1): Sliced<readonly Header[]> {
    using snapshot = this.#offers.supply.snapshot();
    return yield* this.#explained(this.#matcherOf(ask), ask, snapshot);
  }

  *#explained(
    matcher: Matcher,
    ask: Document1,
    snapshot: ReturnType<typeof matcher.supply.snapshot>,
  ): Sliced<readonly Header[]> {
    const explanation = yield* explain(matcher, snapshot);
    const most = this.#bounds['suggestions-tried'];
    const suggestions = yield* suggest(matcher, explanation, (edit) => editedAsk(ask, edit), most, snapshot);
    return [...becauseHeaders(matcher, explanation), ...suggestions];
  }

  #matcherOf({ party }: Document1): Matcher {
    if (party === undefined) throw new TypeError('this document asks for nothing');
    const limit = Math.min(party.limit, this.#bounds['most-answers']);
    return new Matcher({ ...party, limit }, this.#offers.supply);
  }
}
