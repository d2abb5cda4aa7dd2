/** Bytes of the first part, or as many as a part may have at most. */
const firstBytes = 1024 * 1024;

/** Milliseconds that a part is to take: short enough that a call is not cut, and that who looks on sees it go on. */
const wantedMs = 1_000;

/** How large parts of a file are to be: larger where the way is fast, so that asking takes no time, and smaller where it is slow. */
export class PartSizes {
  readonly #mostBytes: number;
  readonly #leastBytes: number;
  #bytes: number;

  /** @param mostBytes that a part may have */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
    this.#leastBytes = Math.min(mostBytes, firstBytes / 4);
    this.#bytes = Math.min(mostBytes, firstBytes);
  }

  /** Bytes of the next part. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A part came over in so many milliseconds. */
  took(ms: number): void {
    if (ms < wantedMs / 2) this.#bytes = Math.min(this.#mostBytes, this.#bytes * 2);
    else if (ms > wantedMs * 2) this.broke();
  }

  /** A part did not come over whole. */
  broke(): void {
    this.#bytes = Math.max(this.#leastBytes, Math.floor(this.#bytes / 2));
  }
}
