/**
 * Which part a header has in a document: about the document itself, a rule of its own, what an Ask takes, a fact or test
 * of one of the two who meet, or about the deal between them.
 */
export type Kind = 'envelope' | 'term' | 'amount' | 'clause' | 'deal';

/** Whom a clause or an amount describes. */
export type Subject = 'teller' | 'asker';

/** Whose side a document takes; in one of a deal the two speak as one. */
export type Speaker = Subject | 'deal';

/** How the value of a clause or an amount is read. `seconds` is a timestamp, or a number of seconds since 1970. */
export type ClauseType =
  | 'string'
  | 'number'
  | 'whole'
  | 'bytes'
  | 'duration'
  | 'frequency'
  | 'rate'
  | 'version'
  | 'timestamp'
  | 'seconds'
  | 'money';

/** How the value of a header about the document, or of a term, is read. */
export type OtherType =
  | 'language'
  | 'action'
  | 'id'
  | 'text'
  | 'address'
  | 'names'
  | 'versions'
  | 'lifetime'
  | 'boolean'
  | 'word'
  | 'expression'
  | 'price';

/** A standard name. Its kind and subject never change once released. */
export interface Row {
  /** In the spelling in which it is printed. */
  readonly name: string;
  readonly kind: Kind;
  /** Absent for the envelope, for terms and for what is about a deal. */
  readonly about: Subject | undefined;
  readonly type: ClauseType | OtherType;
  /** Whether it may stand several times in one document. (Facts and tests always may; amounts never.) */
  readonly repeats: boolean;
  /** What it says, for a person. */
  readonly sentence: string;
  readonly example: string;
}

/** Name, type, sentence, example. */
export type Cells<T extends Row['type'] = Row['type']> = readonly [string, T, string, string];

/** The rows of one part of the table. */
export function rows(
  kind: Kind,
  about: Subject | undefined,
  cells: readonly Cells[],
  repeated?: readonly string[],
): Row[] {
  return cells.map(([name, type, sentence, example]) => {
    const repeats = repeated?.includes(name) ?? kind === 'clause';
    return { name, kind, about, type, repeats, sentence, example };
  });
}
