/** Values by key, of which those are kept that were used last. */
export class Recent<T> {
  readonly #most: number;
  /** A Map keeps the order of insertion, so its first entry is the one unused for longest. */
  readonly #kept = new Map<string, T>();

  /** `most` is how many are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): T | undefined {
    const value = this.#kept.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#kept.delete(key);
    this.#kept.set(key, value);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
  }

  clear(): void {
    this.#kept.clear();
  }
}
