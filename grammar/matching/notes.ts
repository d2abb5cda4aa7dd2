import type { Party, PartyTest } from '../documents/model.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import { typePhrases } from '../values/phrase.ts';
import type { Value } from '../values/value.ts';
import type { ClauseType } from '../vocabulary/row.ts';
import { hasIgnoringCase } from './letters.ts';
import type { Matcher } from './matcher.ts';
import { type Code, isFalse } from './truth.ts';

interface Note {
  readonly told: number;
  readonly text: string;
}

/** A clause of an Ask that compares with one value. */
interface Compared {
  readonly test: PartyTest;
  readonly with: Value;
}

/** Facts of a clause of which it is remembered why it does not hold: so few that no step takes long to remember more. */
const factsRemembered = 1024;

/** Characters up to which a text is looked through each time: that takes no longer than to remember what was found. */
const shortText = 256;

/** What a person may want to know of a clause that does not hold: one note for each, of the Tell told first. */
export class Notes {
  readonly #matcher: Matcher;
  readonly #byClause: (Note | undefined)[] = [];
  /** By clause; of others there is nothing to say. */
  readonly #compared: readonly (Compared | undefined)[];
  /** By clause and number of a fact why it does not hold, where there is something to say. */
  readonly #why: readonly Map<number, string | undefined>[];
  /** What effort it was to look at facts. */
  #read = 0;

  constructor(matcher: Matcher) {
    const { clauses, tests } = matcher.ask;
    this.#matcher = matcher;
    this.#compared = clauses.map(({ kind, index }) => comparedBy(kind === 'test' ? tests[index] : undefined));
    this.#why = clauses.map(() => new Map());
  }

  /** Takes a row of which the clause of this index is not TRUE, and returns what effort that was. */
  take(index: number, code: Code, row: number): number {
    const compared = this.#compared[index];
    if (compared === undefined || !maySay(code, compared.with)) return 0;
    const { supply } = this.#matcher;
    const { test } = compared;
    const column = supply.column(test.name);
    const number = column?.at(row) ?? 0;
    if (number === 0) return 0;
    const told = supply.toldOf(row);
    const before = this.#byClause[index];
    if (before !== undefined && before.told <= told) return 0;
    const read = this.#read;
    const why = this.#whyOf(index, code, compared, number);
    if (why === undefined) return this.#read - read;
    const fact = column?.fact(number)?.text;
    this.#byClause[index] = { told, text: `${supply.idOf(row)} says '${spelled(test)}: ${fact}', ${why}` };
    return this.#read - read;
  }

  #whyOf(index: number, code: Code, compared: Compared, number: number): string | undefined {
    const column = this.#matcher.supply.column(compared.test.name);
    const kept = column?.things.at(number);
    const isShort = typeof kept === 'string' && kept.length <= shortText;
    // Nearly all facts differ in more than capitals, which their text says without being read.
    if (isShort && code === isFalse && !mayDifferInCase(compared.with, kept)) return undefined;
    const byNumber = this.#why[index];
    if (byNumber?.has(number)) return byNumber.get(number);
    this.#read += column?.effortOf(number) ?? 0;
    const fact = column?.fact(number);
    const why = fact && (code === isFalse ? caseAlone : otherKind)(compared.with, fact);
    if (byNumber?.size === factsRemembered) byNumber.clear();
    byNumber?.set(number, why);
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

function comparedBy(test: PartyTest | undefined): Compared | undefined {
  const literal = test && literalOf(test.test);
  return test && literal && { test, with: literal };
}

/** Whether there may be something to say of a fact that is not equal to a value, or that does not compare with it. */
function maySay(code: Code, { kind }: Value): boolean {
  return code === isFalse ? kind === 'string' : kind !== 'boolean';
}

/** Whether a fact, of which the text says all, may have a member that differs from a value in capital letters alone. */
function mayDifferInCase(wanted: Value, text: string): boolean {
  return wanted.kind === 'string' && hasIgnoringCase(text, wanted.text);
}

function caseAlone(wanted: Value, fact: Fact): string | undefined {
  if (wanted.kind !== 'string') return undefined;
  const { length } = wanted.text;
  const small = wanted.text.toLowerCase();
  const same = fact.values.some(
    (value) => value.kind === 'string' && value.text.length === length && value.text.toLowerCase() === small,
  );
  return same ? 'which differs in capital letters alone' : undefined;
}

function otherKind(wanted: Value, fact: Fact): string | undefined {
  const kind = kindOf(wanted);
  if (fact.values.some((value) => kindOf(value) === kind)) return undefined;
  const phrase = typePhrases[kind as ClauseType];
  return phrase === undefined ? undefined : `which is ${phrase.replace(/^an? /, 'no ')}`;
}

function kindOf(value: Value): string {
  return value.kind === 'quantity' ? value.dimension : value.kind;
}
