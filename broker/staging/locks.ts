/** Lets one at a time work under a name; those that wait come in the order in which they asked. */
export class Locks {
  readonly #last = new Map<string, Promise<unknown>>();

  async within<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const done = before === undefined ? work() : before.then(work, work);
    this.#last.set(name, done);
    try {
      return await done;
    } finally {
      if (this.#last.get(name) === done) this.#last.delete(name);
    }
  }
}
