import { type Header, printDocument1 } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';

const ofEach = 'In-reply-to';

/** A document that answers many, the same but for its In-reply-to: headers and text are made once, around that. */
export class SharedReply {
  readonly #headers: readonly Header[];
  /** Where In-reply-to stands among the headers. */
  readonly #place: number;
  /** The text before that and after it. */
  readonly #before: string;
  readonly #after: string;

  /** @param headers with an In-reply-to, of whatever value */
  constructor(headers: readonly Header[]) {
    const place = headers.findIndex(({ name }) => name === ofEach);
    this.#headers = headers;
    this.#place = place;
    this.#before = printDocument1({ headers: headers.slice(0, place) });
    this.#after = printDocument1({ headers: headers.slice(place + 1) });
  }

  /** As it answers the document of an Id. */
  to(id: string): Written {
    return new OwnReply(this, id);
  }

  headersTo(id: string): readonly Header[] {
    return this.#headers.with(this.#place, { name: ofEach, value: id });
  }

  textTo(id: string): string {
    return this.#before + printDocument1({ headers: [{ name: ofEach, value: id }] }) + this.#after;
  }
}

/** Made when it is taken, for thousands may wait until a slow reader takes them. */
class OwnReply implements Written {
  readonly #shared: SharedReply;
  readonly #id: string;

  constructor(shared: SharedReply, id: string) {
    this.#shared = shared;
    this.#id = id;
  }

  get headers(): readonly Header[] {
    return this.#shared.headersTo(this.#id);
  }

  get text(): string {
    return this.#shared.textTo(this.#id);
  }
}
