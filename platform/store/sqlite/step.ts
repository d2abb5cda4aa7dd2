import { types } from 'node:util';
import type { Refusal } from '../../failure.ts';
import type { Effort, Sql } from '../store.ts';
import { isOfTheDisk, storeRefusal } from './faults.ts';
import type { Statements } from './statements.ts';

/** A verb or a query that waits for its turn, whatever it returns. */
export interface Queued {
  readonly kind: 'verb' | 'query';
  /** Runs it and keeps the outcome; returns whether it succeeded. May be called again: the last outcome counts. */
  run(): boolean;
  /** Lets the caller know of the outcome. */
  settle(): void;
  /** Lets the caller know that it did not happen. */
  refuse(reason: Refusal): void;
  /** What the caller does when it hears of it. */
  readonly effort: number;
  /** What the disk did to its last run, if that is why it failed. */
  readonly fault: Refusal | undefined;
}

const little: Effort = () => 1;

/** One verb or query from when it was begun to when its caller hears of it. */
export class Step<T> implements Queued {
  readonly kind: 'verb' | 'query';
  readonly promise: Promise<T>;
  readonly #work: (sql: Sql) => T;
  readonly #sql: Statements;
  readonly #file: string;
  readonly #effort: Effort;
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  fault: Refusal | undefined;

  constructor(
    kind: 'verb' | 'query',
    work: (sql: Sql) => T,
    sql: Statements,
    file: string,
    effort: Effort = little,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.kind = kind;
    this.promise = promise;
    this.#work = work;
    this.#sql = sql;
    this.#file = file;
    this.#effort = effort;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get effort(): number {
    return this.#effort();
  }

  run(): boolean {
    this.fault = undefined;
    try {
      const value = this.#sql.within(this.kind, this.#work);
      if (types.isPromise(value)) this.#disown(value);
      this.#outcome = { value };
      return true;
    } catch (error) {
      if (isOfTheDisk(error)) {
        this.fault = storeRefusal(error, this.#file, this.kind === 'verb' ? 'written' : 'read');
      }
      this.#outcome = { error: this.fault ?? error };
      return false;
    }
  }

  settle(): void {
    if (this.#outcome === undefined) throw new Error(`a ${this.kind} was settled before it ran`);
    if ('error' in this.#outcome) this.#reject(this.#outcome.error);
    else this.#resolve(this.#outcome.value);
  }

  refuse(reason: Refusal): void {
    this.#reject(reason);
  }

  /** A promise would go on in a later turn, outside the transaction. Its own end interests nobody any more. */
  #disown(promise: Promise<unknown>): never {
    promise.catch(() => {});
    throw new Error(`A ${this.kind} of the store must not return a promise: it has to end within its turn`);
  }
}
