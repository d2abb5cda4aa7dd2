import type { PartyTest } from '../documents/model.ts';
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

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  take(index: number, code: Code, row: number, told: number): void {
    const known = this.#byClause[index];
    if (known !== undefined && known.told <= told) return;
    const { ask, supply } = this.#matcher;
    const clause = ask.clauses[index];
    const test = clause?.kind === 'test' ? ask.tests[clause.index] : undefined;
    const fact = test && supply.column(test.name)?.factAt(row);
    if (test === undefined || fact === undefined) return;
    const why = code === isFalse ? caseAlone(test.test, fact) : otherKind(test.test, fact);
    if (why === undefined) return;
    this.#byClause[index] = {
      told,
      text: `${supply.idOf(row)} says '${spelled(test)}: ${fact.text}', ${why}`,
    };
  }

  lines(): string[] {
    return this.#byClause.flatMap((note) => (note === undefined ? [] : [note.text]));
  }
}

function spelled({ spelled: name }: PartyTest): string {
  return name;
}

/** What a test that compares with one value compares with. */
function literalOf(test: Test): Value | undefined {
  if (test.kind === 'compare' || test.kind === 'has') return test.value;
  return test.kind === 'range' ? (test.from ?? test.to)?.value : undefined;
}

function caseAlone(test: Test, fact: Fact): string | undefined {
  const literal = literalOf(test);
  if (literal?.kind !== 'string') return undefined;
  const same = fact.values.some(
    (value) => value.kind === 'string' && value.text.toLowerCase() === literal.text.toLowerCase(),
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
