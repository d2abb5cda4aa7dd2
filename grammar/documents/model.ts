import type { Expression } from '../expressions/index.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { Charge, Dimension, MoneyValue } from '../values/value.ts';

/**
 * What matching sees of a Tell or an Ask of version 1.0 (of a Why or a Watch too, which ask). Names are in small
 * letters where they are looked up, headers are canonical text such as `Memory: 16 GiB`, without the line's end. A
 * 0.1 Tell is given to 1.0 Asks in the same shape.
 */
export interface Party {
  readonly action: 'Tell' | 'Ask';
  readonly version: string;
  /** In memory of its own. */
  readonly id: string | undefined;
  /** By name: what the other side's tests and expressions see. */
  readonly facts: ReadonlyMap<string, Fact>;
  /** Tests about the other; a test of Price in an Ask is one of them, named `price`. */
  readonly tests: readonly PartyTest[];
  /** Of an Ask what it needs of amounts, of a Tell what it has left for one slot (Slots is not among them). */
  readonly needs: readonly Need[];
  /** Of a Tell how many slots it has left; of an Ask 1. */
  readonly slots: number;
  readonly requires: readonly Condition[];
  readonly prefers: readonly Condition[];
  readonly rank: Expression | undefined;
  /** Of a Tell; one for each currency. */
  readonly prices: readonly Price[];
  /** Of an Ask, in its order; one for each currency. */
  readonly budgets: readonly Budget[];
  /** Of a Tell: the names that an Ask must test. */
  readonly explicit: readonly string[];
  readonly count: number;
  readonly limit: number;
  /** In small letters. */
  readonly understands: readonly string[];
  /** In small letters. */
  readonly critical: readonly string[];
  readonly acceptsVersions: readonly string[];
  /** Of an Ask: the terms in it that only a broker can keep. */
  readonly promises: readonly Promised[];
  /** Of an Ask, in seconds. */
  readonly walltime: number | undefined;
  /** Of an Ask. */
  readonly tasks: number | undefined;
  /** Of an Ask what an explanation counts, in the document's order. */
  readonly clauses: readonly Clause[];
}

export type Promised = 'Deadline' | 'Start' | 'Guarantee';

export interface PartyTest {
  readonly name: string;
  /** In the vocabulary's spelling, or as it was written. */
  readonly spelled: string;
  readonly test: Test;
  readonly header: string;
  readonly negotiable: boolean;
}

/** An amount, in bytes where it has that dimension. */
export interface Need {
  readonly name: string;
  readonly spelled: string;
  readonly dimension: Dimension | undefined;
  /** The least that will do. */
  readonly from: number;
  /** The most that is taken. */
  readonly upTo: number;
  /** Whether the slot must be of exactly this size. */
  readonly exact: boolean;
  readonly header: string;
  readonly negotiable: boolean;
}

export interface Condition {
  readonly expression: Expression;
  readonly header: string;
}

/** A sum of rates and perhaps plain amounts in one currency. */
export interface Price {
  readonly currency: string;
  readonly rates: readonly Rate[];
  readonly header: string;
}

export interface Rate {
  /** In 10^-9 of the currency. */
  readonly nano: bigint;
  /** Absent for a plain amount. */
  readonly per: Charge | undefined;
}

export interface Budget {
  readonly currency: string;
  /** In 10^-9 of the currency. */
  readonly nano: bigint;
  readonly header: string;
}

/** Something that an explanation counts; `index` is its place in the list of its kind. All Budgets are one. */
export interface Clause {
  readonly kind: 'test' | 'need' | 'requires' | 'budgets' | 'explicit';
  readonly index: number;
  readonly header: string;
}

/** An amount of money. */
export type Amount = Pick<MoneyValue, 'nano' | 'currency'>;

/**
 * What a document of a deal says (section 10 of the language): a bare header is a term of the deal, no test and no range.
 * Where it is a Counter or an Amend, only what changes.
 */
export interface Deal {
  /** By name, in small letters: clauses and amounts of both sides, as agreed. */
  readonly facts: ReadonlyMap<string, Fact>;
  readonly price: Price | undefined;
  readonly count: number | undefined;
  /** In milliseconds since 1970. */
  readonly start: number | undefined;
  /** In milliseconds since 1970. */
  readonly deadline: number | undefined;
  /** Ids of what the document names. */
  readonly tell: string | undefined;
  readonly offer: string | undefined;
  readonly agreement: string | undefined;
  readonly state: string | undefined;
  readonly isFinal: boolean;
  /** In milliseconds since 1970. */
  readonly until: number | undefined;
  readonly estimate: Amount | undefined;
  readonly total: Amount | undefined;
}
