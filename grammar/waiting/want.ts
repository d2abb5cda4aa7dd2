import type { Node } from '../expressions/index.ts';
import type { Arrival } from './arrival.ts';
import type { Saying } from './ask-name.ts';
import type { Effort } from './effort.ts';
import type { Clue } from './index/clue.ts';

/** Something that an Ask wants of a Tell, whatever the Ask says: Asks that want the same share it. */
export interface Want {
  /** The name that it tests by a header, which is what Explicit asks for. */
  readonly name: string | undefined;
  readonly clues: readonly Clue[];
  /** How long it takes to find out of a Tell that says little, where a look at a table is 1. */
  readonly effort: number;
  /** The same of this Tell. */
  effortOn(tell: Arrival): number;
  holds(tell: Arrival): boolean;
}

/** A condition that reads what the Ask says: Asks that spell it alike share it. */
export interface Pairing extends Effort {
  readonly node: Node;
  holds(ask: Saying, tell: Arrival): boolean;
}

/** A thing, how it is made where nobody has it yet, and the text that those that are the same share. */
export interface Keyed<T> {
  readonly key: string;
  make(): T;
}
