import { quoted } from '../diagnostics.ts';
import { RegexBudget } from '../regex/budget.ts';
import { order } from '../values/compare.ts';
import type { Fault } from '../values/make.ts';
import { mismatch, typePhrases, valuePhrase, type Wanted } from '../values/phrase.ts';
import { readValue } from '../values/read.ts';
import type { TestBounds } from './bounds.ts';
import type { Literal, Operator, Said, Test } from './test.ts';

/** Part of a header's value, and where it begins. */
export interface Piece {
  readonly text: string;
  readonly at: number;
}

/** What is wrong with a test, as what follows the header's name in a sentence, and where in its value. */
export class TestFault extends Error {
  readonly at: number;

  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

/** Makes tests of the parts that the grammar has found, for one value. */
export class TestMaker {
  readonly #text: string;
  /** Of the values that are read now: the header's, or a version's within the brackets after a name. */
  #wanted: Wanted | undefined;
  readonly #own: Wanted | undefined;
  readonly #bounds: TestBounds;
  readonly #expressions = new RegexBudget();
  #depth = 0;
  #values = 0;
  #versions = 0;
  /** At which depth the brackets after a name were entered. */
  #versionsAt: number | undefined;

  constructor(wanted: Wanted | undefined, text: string, bounds: TestBounds) {
    this.#wanted = wanted;
    this.#own = wanted;
    this.#text = text;
    this.#bounds = bounds;
  }

  list(first: Test, rest: readonly { separator: string; test: Test }[], at: number): Test {
    if (rest.length === 0) return first;
    const tests = [first, ...rest.map(({ test }) => test)];
    const isOr = rest[0]?.separator === '|';
    if (rest.some(({ separator }) => (separator === '|') !== isOr)) {
      throw new TestFault("has ',' beside '|': say by parentheses what belongs together", at);
    }
    const turned = tests.some(isTurned);
    if (isOr && turned && tests.some((test) => !isTurned(test) && test.kind !== 'unsaid')) {
      throw new TestFault("has 'not' or '!=' beside '|': say by parentheses what is turned round", at);
    }
    if (isOr && tests.filter(isTurned).length > 1) {
      throw new TestFault(
        "has 'not' or '!=' on both sides of '|', which nearly always holds: write ',' to want both, or parentheses",
        at,
      );
    }
    return { kind: isOr ? 'or' : 'and', tests };
  }

  not(test: Test): Test {
    this.#depth -= 1;
    return { kind: 'not', test };
  }

  group(test: Test): Test {
    return { kind: 'group', test };
  }

  said(kind: Said['kind'], at: number): Test {
    this.#outsideVersions(`'${kind}'`, at);
    this.#count(at);
    return { kind };
  }

  has(piece: Piece): Test {
    this.#count(piece.at);
    return { kind: 'has', ...this.#literal(piece) };
  }

  compare(operator: Operator, piece: Piece, at: number): Test {
    this.#count(at);
    const literal = this.#literal(piece);
    if (operator !== '==' && operator !== '!=' && this.#wanted?.type === 'string') {
      throw new TestFault(`is a text, and texts have no order; found ${quoted(this.#text.slice(at))}`, at);
    }
    return { kind: 'compare', operator, ...literal };
  }

  matches(source: string, flags: string, at: number): Test {
    this.#outsideVersions("'~'", at);
    if (this.#wanted !== undefined && this.#wanted.type !== 'string') {
      throw new TestFault(`is ${typePhrases[this.#wanted.type]}, and '~' looks into a text`, at);
    }
    if (flags !== '' && flags !== 'i') {
      throw new TestFault(`has ${quoted(flags)} after its expression, where only 'i' may stand`, at);
    }
    this.#count(at);
    const expression = this.#expressions.read(source, flags === 'i');
    if ('problem' in expression) {
      throw new TestFault(
        `has an expression that cannot be read: ${expression.problem}`,
        at + 1 + expression.at,
      );
    }
    return { kind: 'matches', expression, text: `/${source}/${flags}` };
  }

  /** A value or a range. */
  plain(piece: Piece): Test {
    const { text, at } = piece;
    this.#count(at);
    const dots = text.startsWith('"') || this.#wanted?.type === 'string' ? -1 : text.indexOf('..');
    const range = dots < 0 ? undefined : this.#range(text, at, dots);
    return range ?? { kind: 'compare', operator: '=', ...this.#literal(piece) };
  }

  /** The bracket after a name opens: what stands in it is about a version. */
  enter(piece: Piece, at: number): boolean {
    this.#outsideVersions('a name with brackets', piece.at);
    this.#count(piece.at);
    if (this.#wanted !== undefined && this.#wanted.type !== 'string') {
      throw new TestFault(`is ${typePhrases[this.#wanted.type]}, and no name with a version in brackets`, at);
    }
    const name = readValue(this.#wanted?.type, piece.text);
    if ('problem' in name || name.value.kind !== 'string') {
      throw new TestFault(
        `has ${quoted(piece.text)} before '(', where a name such as 'gcc' stands`,
        piece.at,
      );
    }
    this.deeper(at);
    this.#versionsAt = this.#depth;
    this.#wanted = versionWanted;
    return true;
  }

  versioned(piece: Piece, test: Test): Test {
    const name = readValue(this.#own?.type, piece.text);
    if ('problem' in name || name.value.kind !== 'string')
      throw new TypeError('a name stands before a bracket');
    return { kind: 'versioned', name: name.value.text, text: name.text, test };
  }

  deeper(at: number): boolean {
    this.#depth += 1;
    if (this.#depth > this.#bounds.nesting) {
      throw new TestFault(`nests deeper than ${this.#bounds.nesting} brackets and 'not'`, at);
    }
    return true;
  }

  shallower(): void {
    if (this.#depth === this.#versionsAt) {
      this.#versionsAt = undefined;
      this.#wanted = this.#own;
    }
    this.#depth -= 1;
  }

  missing(at: number): never {
    const found = this.#text[at];
    if (found === '=') throw new TestFault("has '=' for equality, which is written '=='", at);
    if (found === '!') throw new TestFault("has '!', which is written 'not' here", at);
    throw new TestFault(`needs a value here${found === undefined ? '' : `; found '${found}'`}`, at);
  }

  unexpected(at: number): never {
    throw new TestFault(
      `goes on after a whole test; found ${quoted(this.#text.slice(at))}. Tests are joined by ',' (and) or '|' (or)`,
      at,
    );
  }

  fault(problem: string, at: number): never {
    throw new TestFault(problem, at);
  }

  #literal({ text, at }: Piece): Literal {
    const read = readValue(this.#wanted?.type, text);
    if ('value' in read) return read;
    throw new TestFault(mismatch(this.#wanted, text, read.problem), at);
  }

  /** Nothing where both ends are texts, for then so is the whole. */
  #range(text: string, at: number, dots: number): Test | undefined {
    const low = text.slice(0, dots).trimEnd();
    const high = text.slice(dots + 2).trimStart();
    const highAt = at + text.length - high.length;
    if (low === '' && high === '')
      throw new TestFault("has '..' without an end, such as '8..16' or '8..'", at);
    const to = high === '' ? undefined : readValue(this.#wanted?.type, high);
    const lowText = to === undefined || 'problem' in to ? low : withUnit(low, to);
    const from = low === '' ? undefined : readValue(this.#wanted?.type, lowText);
    const isText = (end: typeof to) => end === undefined || ('value' in end && end.value.kind === 'string');
    if (isText(from) && isText(to)) {
      if (low !== '' && high !== '') return undefined;
      throw new TestFault(`has a range between texts, which have no order; found ${quoted(text)}`, at);
    }
    for (const [end, endText, endAt] of [[from, low, at] as const, [to, high, highAt] as const]) {
      if (end === undefined) continue;
      if ('problem' in end) throw new TestFault(mismatch(this.#wanted, endText, end.problem), endAt);
      if (isText(end))
        throw new TestFault(`has a text as the end of a range; found ${quoted(endText)}`, endAt);
    }
    const lower = literalOf(from);
    const upper = literalOf(to);
    if (lower !== undefined && upper !== undefined && order(lower.value, upper.value) === undefined) {
      const problem = `has a range from ${valuePhrase(lower.value)} to ${valuePhrase(upper.value)}`;
      throw new TestFault(`${problem}, which do not compare; found ${quoted(text)}`, at);
    }
    return {
      kind: 'range',
      from: lower && { value: lower.value, text: lowText === low ? lower.text : low },
      to: upper,
    };
  }

  #count(at: number): void {
    const { values, versions } = this.#bounds;
    this.#values += 1;
    if (this.#values > values) throw new TestFault(`has more than ${values} values`, at);
    if (this.#versionsAt === undefined) return;
    this.#versions += 1;
    if (this.#versions > versions) {
      throw new TestFault(`has more than ${versions} values in the brackets after names`, at);
    }
  }

  #outsideVersions(what: string, at: number): void {
    if (this.#versionsAt === undefined) return;
    throw new TestFault(`has ${what} in the brackets after a name, where tests of its version stand`, at);
  }
}

const versionWanted: Wanted = { type: 'version', example: '4.0.2' };

function isTurned(test: Test): boolean {
  return test.kind === 'not' || (test.kind === 'compare' && test.operator === '!=');
}

function literalOf(read: Literal | Fault | undefined): Literal | undefined {
  return read === undefined || 'problem' in read ? undefined : read;
}

/** A number at the lower end of a range with the unit of the upper end, where that has one. */
function withUnit(low: string, high: Literal): string {
  const unit = /^[^ ]+ ([^ ]+)$/.exec(high.text)?.[1];
  const isMeasured = unit !== undefined && high.value.kind !== 'string';
  return isMeasured && plainNumber.test(low) ? `${low} ${unit}` : low;
}

const plainNumber = /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
