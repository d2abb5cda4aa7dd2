import { quoted } from '../diagnostics.ts';
import { nearest } from '../near.ts';
import { RegexBudget } from '../regex/budget.ts';
import { make as makeValue } from '../values/make.ts';
import { readValue } from '../values/read.ts';
import { units } from '../values/units.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { ExpressionBounds } from './bounds.ts';
import { type FunctionName, functions, type Infix, type Node, type Prefix } from './syntax.ts';

/** What is wrong with an expression, as what follows the header's name in a sentence, and where in its value. */
export class ExpressionFault extends Error {
  readonly at: number;

  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

interface Tail {
  readonly operator: Infix;
  readonly right: Node;
  readonly at: number;
}

const operatorWords: ReadonlySet<string> = new Set(['and', 'or', 'in', 'has', 'not']);

const counts: Readonly<Record<FunctionName, readonly [least: number, most: number]>> = {
  known: [1, 1],
  if: [3, 3],
  min: [1, Number.POSITIVE_INFINITY],
  max: [1, Number.POSITIVE_INFINITY],
  floor: [1, 1],
  ceil: [1, 1],
  abs: [1, 1],
};

/** A short path for the texts of long lists. */
const plainQuoted = /^"[^"\\\t]*"$/;

/** Makes nodes of the parts that the grammar has found in one text, and refuses what a person may well get wrong. */
export class ExpressionMaker {
  readonly #bounds: ExpressionBounds;
  readonly #expressions = new RegexBudget();
  #parts = 0;
  #memberships = 0;

  constructor(bounds: ExpressionBounds) {
    this.#bounds = bounds;
  }

  fail(problem: string, at: number): never {
    throw new ExpressionFault(problem, at);
  }

  /** Operators of one rank, from the left. */
  chain(first: Node, rest: readonly Tail[]): Node {
    return rest.reduce<Node>(
      (left, { operator, right, at }) => this.binary(operator, left, right, at),
      first,
    );
  }

  binary(operator: Infix, left: Node, right: Node, at: number): Node {
    this.#count(at);
    if (operator === 'in' || operator === 'has') this.#countMembership(at);
    return { kind: 'binary', operator, left, right, at };
  }

  prefix(operator: Prefix['operator'], operand: Node, at: number): Node {
    this.#count(at);
    return { kind: 'prefix', operator, operand, at };
  }

  group(inner: Node, at: number): Node {
    this.#count(at);
    return { kind: 'group', inner, at };
  }

  list(items: readonly Node[], at: number): Node {
    this.#count(at);
    return { kind: 'list', items, at };
  }

  constant(text: string, at: number): Node {
    this.#count(at);
    const read = plainQuoted.test(text) ? makeValue.quoted(text) : readValue(undefined, text);
    if ('problem' in read) throw new ExpressionFault(`has ${quoted(text)}, ${read.problem}`, at);
    return { kind: 'constant', value: read.value, text: read.text, at };
  }

  name(side: string, written: string, at: number): Node {
    this.#count(at);
    const row = rowOf(written);
    if (row?.kind === 'envelope' || row?.kind === 'term') {
      const what = row.kind === 'term' ? 'a rule of its own' : 'about the document itself';
      throw new ExpressionFault(`reads ${row.name}, which is ${what} and no fact of either side`, at);
    }
    return {
      kind: 'name',
      side: side.toLowerCase() === 'my' ? 'my' : 'their',
      name: written.toLowerCase(),
      spelled: row?.name ?? written,
      at,
    };
  }

  matches(
    operand: Node,
    { source, flags, at }: { source: string; flags: string; at: number },
    sign: number,
  ): Node {
    this.#count(sign);
    if (flags !== '' && flags !== 'i') {
      throw new ExpressionFault(
        `has '${flags}' after an expression, where only 'i' can stand`,
        at + source.length + 2,
      );
    }
    const expression = this.#expressions.read(source, flags === 'i');
    if ('problem' in expression) {
      throw new ExpressionFault(
        `has an expression that cannot be searched for: ${expression.problem}`,
        at + 1 + expression.at,
      );
    }
    return { kind: 'matches', operand, expression, text: `/${source}/${flags}`, at: sign };
  }

  call(written: string, items: readonly Node[], at: number): Node {
    this.#count(at);
    const name = functions.find((each) => each === written);
    if (name === undefined) {
      const near = nearest(written, functions);
      const hint = near === undefined ? `there are ${functions.join(', ')}` : `did you mean '${near}'?`;
      throw new ExpressionFault(`has no function ${quoted(written)}; ${hint}`, at);
    }
    const [least, most] = counts[name];
    if (items.length < least || items.length > most) {
      const wanted = least === 3 ? 'three values' : least === most ? 'one value' : 'one value or more';
      throw new ExpressionFault(`gives ${items.length} to '${name}', which takes ${wanted}`, at);
    }
    return { kind: 'call', name, items, at };
  }

  /** A word that stands where a value or a name should. */
  word(word: string, at: number): never {
    const lower = word.toLowerCase();
    if (lower === 'true' || lower === 'false' || operatorWords.has(lower)) {
      const hint = lower === word ? 'where a value or a name should stand' : `which is written '${lower}'`;
      throw new ExpressionFault(`has '${word}', ${hint}`, at);
    }
    const named = /^(?:target|self|their|theirs|mine|my|other)\.(.+)$/i.exec(word)?.[1];
    if (named !== undefined) {
      const said = quoted(named).slice(1, -1);
      throw new ExpressionFault(`has ${quoted(word)}; write 'my.${said}' or 'their.${said}'`, at);
    }
    const said = quoted(word).slice(1, -1);
    const hint = `a text stands in quotes: "${said}"; a name says whose it is: 'their.${said}'`;
    throw new ExpressionFault(`has ${quoted(word)} without quotes: ${hint}`, at);
  }

  isUnit(text: string): boolean {
    return units.has(text);
  }

  /** Whether a word after a number is an operator and no unit. */
  isOperator(word: string): boolean {
    return operatorWords.has(word.trim().toLowerCase());
  }

  #count(at: number): void {
    this.#parts += 1;
    if (this.#parts <= this.#bounds.parts) return;
    throw new ExpressionFault(`has more than ${this.#bounds.parts} values, names and operators`, at);
  }

  #countMembership(at: number): void {
    this.#memberships += 1;
    if (this.#memberships <= this.#bounds.memberships) return;
    throw new ExpressionFault(`has 'in' and 'has' more than ${this.#bounds.memberships} times`, at);
  }
}
