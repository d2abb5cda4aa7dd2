import { Misplaced } from './faults.ts';
import { parameterName } from './words.ts';

/** Which combinations of parameters are wanted. */
export interface Condition {
  holds(valueFor: (name: string) => string): boolean;
}

type Value = number | string | boolean;
type At = (valueFor: (name: string) => string) => Value;

interface Token {
  readonly text: string;
  readonly at: number;
}

const tokens =
  /\s*(?:(\d+(?:\.\d+)?)|("[^"]*"|'[^']*')|\$\{([^}]*)\}|([A-Za-z_]\w*)|(<=|>=|==|!=|&&|\|\||[-+*/%()<>=!]))/y;

/** Operators by how tightly they bind, the loosest first. */
const ranks: readonly (readonly string[])[] = [
  ['||', 'or'],
  ['&&', 'and'],
  ['==', '=', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Brackets and signs (a count) within each other. */
const mostDeep = 50;

/**
 * Reads a condition over parameters: comparisons of numbers and texts, joined by `and`, `or`, `not` and brackets, with
 * `+ - * / %` of numbers. Throws a Misplaced where it is none.
 *
 * @param from the offset in the line at which it begins
 */
export function readCondition(line: string, from: number, isKnown: (name: string) => boolean): Condition {
  const all = tokensOf(line, from);
  let next = 0;
  const peek = () => all[next];
  const fail = (message: string): never => {
    throw new Misplaced(message, peek()?.at ?? line.trimEnd().length);
  };
  const rank = (level: number, depth: number): At => {
    if (level === ranks.length) return single(depth);
    let left = rank(level + 1, depth);
    for (;;) {
      const token = peek();
      if (token === undefined || !ranks[level]!.includes(token.text)) return left;
      next += 1;
      left = combined(token, left, rank(level + 1, depth));
      if (level === 2 && ranks[2]!.includes(peek()?.text ?? ''))
        fail('compares once: join two comparisons by and');
    }
  };
  const single = (depth: number): At => {
    if (depth > mostDeep) fail(`has more than ${mostDeep} brackets or signs within each other`);
    const token = peek() ?? fail('ends where a value or a parameter should stand');
    next += 1;
    const { text, at } = token;
    if (text === '(') {
      const inner = rank(0, depth + 1);
      if (peek()?.text !== ')') fail("has '(' without its ')'");
      next += 1;
      return inner;
    }
    if (text === '-') {
      const operand = single(depth + 1);
      return (valueFor) => -numberOf(operand(valueFor));
    }
    if (text === '!' || text === 'not') {
      const operand = text === '!' ? single(depth + 1) : rank(2, depth + 1);
      return (valueFor) => operand(valueFor) !== true;
    }
    if (/^\d/.test(text)) return () => Number(text);
    if (/^["']/.test(text)) return () => text.slice(1, -1);
    if (!parameterName.test(text))
      throw new Misplaced(`has '${text}' where a value or a parameter should stand`, at);
    if (!isKnown(text)) throw new Misplaced(`there is no parameter ${text} before it`, at);
    return (valueFor) => parameterValue(valueFor(text));
  };
  const whole = rank(0, 0);
  if (next < all.length) fail(`has '${peek()?.text}' where it should end`);
  return { holds: (valueFor) => whole(valueFor) === true };
}

function tokensOf(line: string, from: number): Token[] {
  const found: Token[] = [];
  for (let at = from; ; ) {
    const rest = /^\s*(?:#.*)?$/.exec(line.slice(at));
    if (rest !== null) return found;
    tokens.lastIndex = at;
    const match = tokens.exec(line);
    if (match === null) {
      const spot = at + (/^\s*/.exec(line.slice(at))?.[0].length ?? 0);
      throw new Misplaced(`has '${line.charAt(spot)}', which means nothing here`, spot);
    }
    const text = match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? '';
    const lead = /^\s*/.exec(match[0])?.[0].length ?? 0;
    found.push({ text, at: at + lead });
    at = tokens.lastIndex;
  }
}

/** What a parameter holds: a number where it looks like one. */
function parameterValue(text: string): Value {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
}

function numberOf(value: Value): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function combined({ text }: Token, left: At, right: At): At {
  switch (text) {
    case '||':
    case 'or':
      return (valueFor) => left(valueFor) === true || right(valueFor) === true;
    case '&&':
    case 'and':
      return (valueFor) => left(valueFor) === true && right(valueFor) === true;
    case '==':
    case '=':
      return (valueFor) => left(valueFor) === right(valueFor);
    case '!=':
      return (valueFor) => left(valueFor) !== right(valueFor);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (valueFor) => compares(text, left(valueFor), right(valueFor));
    default:
      return (valueFor) => calculated(text, numberOf(left(valueFor)), numberOf(right(valueFor)));
  }
}

/** Numbers by what they are, texts by their characters; a number and a text have no order. */
function compares(operator: string, left: Value, right: Value): boolean {
  if (typeof left !== typeof right) return false;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function calculated(operator: string, left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  return operator === '/' ? left / right : left % right;
}
