import { quoted } from '../diagnostics.ts';
import { type ExpressionBounds, expressionBounds } from './bounds.ts';
import { SyntaxError as PeggySyntaxError, parse } from './generated/expressions.js';
import { ExpressionFault, ExpressionMaker } from './make.ts';
import { type Node, partsOf } from './syntax.ts';

/** Why a text is no expression, as what follows the header's name in a sentence, and where in the text. */
export interface ExpressionProblem {
  readonly problem: string;
  readonly at: number;
}

/** Reads the whole text. */
export function readNode(
  text: string,
  bounds: ExpressionBounds = expressionBounds,
): Node | ExpressionProblem {
  const { nesting } = bounds;
  try {
    refuseShape(text, nesting);
    const node = parse(text, { startRule: 'whole', make: new ExpressionMaker(bounds) });
    const deep = tooDeep(node, nesting);
    return deep === undefined ? node : tooDeepProblem(nesting, deep);
  } catch (error) {
    if (error instanceof ExpressionFault) return { problem: error.message, at: error.at };
    if (error instanceof PeggySyntaxError) return unread(text, error.location.start.offset);
    throw error;
  }
}

function tooDeepProblem(nesting: number, at: number): ExpressionProblem {
  return { problem: `nests brackets, 'not', minus and '??' more than ${nesting} deep`, at };
}

const skipped = /"(?:[^"\\]|\\.)*"?|~[ \t]*\/(?:[^/\\]|\\.)*\/?|[()]|(?:(?:not\b|!(?!=)|-)[ \t]*)+/g;

/**
 * Before anything is parsed: a parser that descends for each bracket of a hostile text would run out of stack, and
 * one that seeks the end of a quoted text would say that the end is what is wrong.
 */
function refuseShape(text: string, nesting: number): void {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(skipped)) {
    if (token.startsWith('"') && !/^"(?:[^"\\]|\\.)*"$/.test(token)) {
      throw new ExpressionFault('has a text whose quotes do not end', index);
    }
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    const turns = /^[n!-]/.test(token) ? token.split(/not|!|-/).length - 1 : 0;
    if (depth > nesting || turns > nesting) {
      const { problem, at } = tooDeepProblem(nesting, index);
      throw new ExpressionFault(problem, at);
    }
  }
}

/** Where a part stands that is nested deeper than may be. */
function tooDeep(root: Node, nesting: number): number | undefined {
  const open: [Node, number][] = [[root, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    if (depth > nesting) return node.at;
    const isCoalesce = node.kind === 'binary' && node.operator === '??';
    const nests =
      node.kind === 'group' || node.kind === 'list' || node.kind === 'call' || node.kind === 'prefix';
    for (const part of partsOf(node)) {
      open.push([part, depth + Number(nests || (isCoalesce && part === node.right))]);
    }
  }
  return undefined;
}

/** What no rule takes: what was found, and what a person would have written there. */
function unread(text: string, offset: number): ExpressionProblem {
  const at = operatorStart(text, offset);
  const before = text.slice(0, at).trimEnd();
  const start = at + (/^[ \t]*/.exec(text.slice(at))?.[0].length ?? 0);
  const token = /^(?:"[^"]*"?|[A-Za-z0-9_.-]+|[=!<>&|?]+|[^ \t])/u.exec(text.slice(start))?.[0];
  const complete = /[A-Za-z0-9_)"%]$/.test(before) && !/(?:^|[ \t(])(?:and|or|not|in|has)$/.test(before);
  const open = [...before.matchAll(/[()]/g)].reduce((sum, [bracket]) => sum + (bracket === '(' ? 1 : -1), 0);
  if (token === undefined) {
    if (complete && open > 0) return { problem: "has a '(' without its ')'", at: before.lastIndexOf('(') };
    return { problem: 'ends where a value or a name should stand, such as 8 or their.Cpus', at: start };
  }
  if (token === ')' && open <= 0) return { problem: "has a ')' without its '('", at: start };
  const instead = Object.hasOwn(operatorsMeant, token) ? operatorsMeant[token] : undefined;
  const expected = complete
    ? `an operator should stand, such as '+', '==' or 'and'`
    : 'a value or a name should stand, such as 8 or their.Cpus';
  const hint = instead === undefined ? '' : `; did you mean '${instead}'?`;
  return { problem: `has ${quoted(token)} where ${expected}${hint}`, at: start };
}

/** Where an operator begins that the grammar has gone beyond: '<>' is seen whole, and 'AND' after a number is no unit. */
function operatorStart(text: string, offset: number): number {
  const before = text.slice(0, offset);
  const word = /(?<=[ \t)])(?:AND|And|OR|Or|IN|HAS|NOT)[ \t]*$/.exec(before.slice(-wordBefore))?.[0];
  if (word !== undefined) return offset - word.length;
  if (!/^[=!<>&|?]/.test(text.slice(offset, offset + 1))) return offset;
  return offset - (/[=!<>&|?]{1,2}$/.exec(before)?.[0].length ?? 0);
}

/** So far is looked back for an operator's word and the blanks after it. */
const wordBefore = 32;

const operatorsMeant: Readonly<Record<string, string>> = {
  '===': '==',
  '!==': '!=',
  '<>': '!=',
  '=<': '<=',
  '=?=': '==',
  '=!=': '!=',
  '&': 'and',
  '|': 'or',
  AND: 'and',
  And: 'and',
  OR: 'or',
  Or: 'or',
  IN: 'in',
  HAS: 'has',
  NOT: 'and not',
  '?': '??',
};
