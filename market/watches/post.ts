import type { Line } from '../../language-door/receiver.ts';
import type { Reply } from '../../language-door/reply.ts';

/** One Watch's share of a connection: held until it ends, by the connection's own end or by ours. */
export class Post {
  readonly #line: Line;
  readonly #release: () => void;
  readonly #ended: (() => void)[] = [];
  #isOver = false;

  constructor(line: Line) {
    this.#line = line;
    this.#release = line.hold();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether a line is of the same connection. */
  isOn(line: Line | undefined): boolean {
    return this.#line.closed === line?.closed;
  }

  /** Calls `ended` once, when it ends. */
  whenOver(ended: () => void): void {
    if (this.#isOver) ended();
    else this.#ended.push(ended);
  }

  /** Resolves when there is room for more. */
  async push(replies: readonly Reply[]): Promise<void> {
    if (!this.#isOver) await this.#line.push(replies);
  }

  /** Ends it, with a last word where there is one. */
  end(last?: Reply): void {
    if (this.#isOver) return;
    // What is pushed is written in its order before the connection may end, so nobody need wait for it.
    if (last !== undefined) void this.#line.push([last]);
    this.#isOver = true;
    this.#release();
    for (const ended of this.#ended) ended();
  }
}

/** The connections over which Watches go: each is listened to once, for it may carry thousands. */
export class Connections {
  readonly #posts = new Map<AbortSignal, Set<Post>>();

  open(line: Line): Post {
    const post = new Post(line);
    const { closed } = line;
    if (closed.aborted) {
      post.end();
      return post;
    }
    const posts = this.#posts.get(closed) ?? this.#listen(closed);
    posts.add(post);
    post.whenOver(() => posts.delete(post));
    return post;
  }

  #listen(closed: AbortSignal): Set<Post> {
    const posts = new Set<Post>();
    this.#posts.set(closed, posts);
    const end = () => {
      this.#posts.delete(closed);
      for (const post of [...posts]) post.end();
    };
    closed.addEventListener('abort', end, { once: true });
    return posts;
  }
}
