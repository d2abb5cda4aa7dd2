import type { Party, PartyTest } from '../documents/model.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import { typePhrases } from '../values/phrase.ts';
import type { Value } from '../values/value.ts';
import type { ClauseType } from '../vocabulary/row.ts';
import type { Matcher } from './matcher.ts';
import { type Code, isFalse } from './truth.ts';

interface Note {
  readonly told: number;
  readonly text: string;
}

/** What a person may want to know of a clause that does not hold: one note for each, of the Tell told first. */
export class Notes {
  readonly #matcher: Matcher;
  readonly #byClause: (Note | undefined)[] = [];
  /** By clause and number of a fact why it does not hold, where there is something to say. */
  readonly #why: Map<number, string | undefined>[] = [];

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  /** Takes a row of which the clause of this index is not TRUE. */
  take(index: number, code: Code, row: number): void {
    const { ask, supply } = this.#matcher;
    const clause = ask.clauses[index];
    if (clause?.kind !== 'test') return;
    const told = supply.toldOf(row);
    const before = this.#byClause[index];
    if (before !== undefined && before.told <= told) return;
    const test = ask.tests[clause.index];
    const column = test && supply.column(test.name);
    const number = column?.at(row) ?? 0;
    if (test === undefined || number === 0) return;
    const why = this.#whyOf(index, code, test, number);
    if (why === undefined) return;
    const fact = column?.fact(number)?.text;
    this.#byClause[index] = { told, text: `${supply.idOf(row)} says '${spelled(test)}: ${fact}', ${why}` };
  }

  #whyOf(index: number, code: Code, { name, test }: PartyTest, number: number): string | undefined {
    this.#why[index] ??= new Map();
    const byNumber = this.#why[index];
    if (byNumber.has(number)) return byNumber.get(number);
    const fact = this.#matcher.supply.column(name)?.fact(number);
    const why = fact && (code === isFalse ? caseAlone(test, fact) : otherKind(test, fact));
    byNumber.set(number, why);
    return why;
  }

  lines(): string[] {
    return this.#byClause.flatMap((note) => (note === undefined ? [] : [note.text]));
  }
}

function spelled({ spelled: name }: PartyTest): string {
  return name;
}

/** What is to be said of so many Tells of which it is UNKNOWN whether a Budget holds, for the Ask says no Walltime. */
export function walltimeNote(tells: number): string[] {
  if (tells === 0) return [];
  const charge = tells === 1 ? '1 Tell charges' : `${tells} Tells charge`;
  return [`say Walltime: ${charge} by time, so that without it nobody knows whether a Budget holds`];
}

/** What is to be said of matches that do not carry Count. */
export function shortNote(
  { count }: Party,
  { matched, carried }: { readonly matched: number; readonly carried: number },
): string[] {
  if (matched === 0 || carried === count) return [];
  const carry = matched === 1 ? 'the match carries' : 'the matches carry';
  return [`${carry} ${carried} of the ${count} slots that Count asks for`];
}

/** What a test that compares with one value compares with. */
function literalOf(test: Test): Value | undefined {
  if (test.kind === 'compare' || test.kind === 'has') return test.value;
  return test.kind === 'range' ? (test.from ?? test.to)?.value : undefined;
}

function caseAlone(test: Test, fact: Fact): string | undefined {
  const literal = literalOf(test);
  if (literal?.kind !== 'string') return undefined;
  const { length } = literal.text;
  const small = literal.text.toLowerCase();
  const same = fact.values.some(
    (value) => value.kind === 'string' && value.text.length === length && value.text.toLowerCase() === small,
  );
  return same ? 'which differs in capital letters alone' : undefined;
}

function otherKind(test: Test, fact: Fact): string | undefined {
  const literal = literalOf(test);
  if (literal === undefined || literal.kind === 'boolean') return undefined;
  const kind = kindOf(literal);
  if (fact.values.some((value) => kindOf(value) === kind)) return undefined;
  const phrase = typePhrases[kind as ClauseType];
  return phrase === undefined ? undefined : `which is ${phrase.replace(/^an? /, 'no ')}`;
}

function kindOf(value: Value): string {
  return value.kind === 'quantity' ? value.dimension : value.kind;
}
