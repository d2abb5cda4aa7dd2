import { type Document1, DocumentReader, type Sliced, type Suggesting, Supply } from '../../grammar/index.ts';
import { AskReader } from '../ask-reader.ts';
import { answerOf, type Found, matcherOf, type Report, reportOf, type Stand } from '../found.ts';
import { TellReader } from '../told.ts';
import type { RebuildingBounds, Replies, Request } from './messages.ts';

/** The market as it stood at a cursor, built from the texts of the Tells that lived then. It has a thread for itself. */
export class Rebuilt {
  readonly #mostAnswers: number;
  readonly #documents = new DocumentReader();
  readonly #tells = new TellReader(this.#documents);
  readonly #asks = new AskReader(this.#documents);
  readonly #suggesting: Suggesting;
  #supply = new Supply();

  constructor({ mostAnswers, suggestionsTried }: RebuildingBounds) {
    this.#mostAnswers = mostAnswers;
    this.#suggesting = { reader: this.#documents, most: suggestionsTried };
  }

  take(request: Request): Replies[Request['kind']] {
    switch (request.kind) {
      case 'begin':
        this.#supply = new Supply();
        return undefined;
      case 'add':
        for (const [place, text] of request.texts) this.#supply.add(this.#tells.party(text), place);
        return undefined;
      case 'ask':
        return this.#ask(this.#asks.ask(request.text), request.cursor);
      case 'why':
        return this.#why(this.#asks.ask(request.text), request.cursor);
    }
  }

  #ask(ask: Document1, cursor: number): Found {
    const matcher = matcherOf(ask, this.#supply, this.#mostAnswers);
    const found = this.#wholly(cursor, (stand) => answerOf(matcher, ask, this.#suggesting, stand));
    return { ...found, ...plain(found) };
  }

  #why(ask: Document1, cursor: number): Report {
    const matcher = matcherOf(ask, this.#supply, this.#mostAnswers);
    return plain(this.#wholly(cursor, (stand) => reportOf(matcher, ask, this.#suggesting, stand)));
  }

  /** Nobody else has a turn here, so the slices of work are done one after another. */
  #wholly<T>(cursor: number, work: (stand: Stand) => Sliced<T>): T {
    using snapshot = this.#supply.snapshot();
    const slices = work({ cursor, snapshot });
    for (;;) {
      const slice = slices.next();
      if (slice.done) return slice.value;
    }
  }
}

/** Headers may be of classes, which do not cross to another thread. */
function plain({ cursor, because }: Report): Report {
  return { cursor, because: because.map(({ name, value }) => ({ name, value })) };
}
