import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Identify } from '../../platform/doors/identify.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** How long a link to the page opens it, in milliseconds; it does so once. */
const linkMs = 60_000;
/** Links and pages (a count of each) that are good at once; the oldest go. */
const mostKept = 16;

/**
 * By what somebody is known as the owner of the agent where the system does not say whose a connection is. Who may read the
 * data folder has the token, and with it makes links; what a link holds is exchanged, once, for a token of that page alone.
 */
export class PageKeys {
  readonly #clock: Clock;
  readonly #token = newSecret();
  readonly #links = new Map<string, number>(); // until when, by their hashes
  readonly #pages = new Set<string>(); // the hashes of their tokens
  readonly #open: ReadonlySet<string>;

  /** @param open paths that hold nothing of anybody, or where it is said who one is */
  constructor(clock: Clock, open: readonly string[]) {
    this.#clock = clock;
    this.#open = new Set(open);
  }

  /** What is kept in the data folder, for its owner alone. */
  get token(): string {
    return this.#token;
  }

  readonly identify: Identify = (request, sender) => {
    if (!sender.guest || this.#open.has(pathOf(request))) return { sender };
    const [, shown] = /^Bearer ([\w-]{43})$/.exec(request.headers.authorization ?? '') ?? [];
    const isKnown =
      shown !== undefined && (sha256(shown) === sha256(this.#token) || this.#pages.has(sha256(shown)));
    if (isKnown) return { sender: { address: sender.address, uid: sender.uid } };
    return {
      failure: failure(
        'not-authenticated',
        'this page is for the owner of the agent, and the system does not say that you are',
        'open the link that ogm agent status --link prints',
      ),
    };
  };

  /** What stands in a link to the page. */
  link(): string {
    const secret = newSecret();
    this.#links.set(sha256(secret), this.#clock.now() + linkMs);
    const [oldest] = this.#links.keys();
    if (this.#links.size > mostKept && oldest !== undefined) this.#links.delete(oldest);
    return secret;
  }

  /** The token of a page that was opened by a link. Throws a Refusal `not-authenticated`. */
  exchange(link: string): string {
    const hash = sha256(link);
    const until = this.#links.get(hash);
    this.#links.delete(hash);
    if (until === undefined || until < this.#clock.now())
      throw new Refusal(failure('not-authenticated', 'this link opens nothing any more'));
    const token = newSecret();
    this.#pages.add(sha256(token));
    const [oldest] = this.#pages;
    if (this.#pages.size > mostKept && oldest !== undefined) this.#pages.delete(oldest);
    return token;
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
