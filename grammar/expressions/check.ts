import { quoted } from '../diagnostics.ts';
import { type Cell, isMeasured } from './cell.ts';
import { compile, varying } from './compile.ts';
import { ExpressionFault } from './make.ts';
import { printNode } from './print.ts';
import type { Binary, Call, Node } from './syntax.ts';
import {
  common,
  countable,
  isNothing,
  joined,
  phraseOf,
  single,
  type Type,
  typeOfName,
  typeOfValue,
  union,
} from './types.ts';

const boolean = single('boolean');
const nothing = single();

/**
 * What an expression may come to. Throws an ExpressionFault for the first part that, by its literals and the types of
 * the vocabulary, can only be UNKNOWN.
 */
export function typeOf(root: Node): Type {
  const type = knownType(root);
  const zeros = new Set<Node>();
  compile<undefined>(
    root,
    () => varying(() => undefined),
    (node, compiled) => {
      if (!compiled.isConstant && node.kind === 'binary' && node.operator === '/' && zeros.has(node.right)) {
        refuse(node, 'it divides by zero');
      }
      if (!compiled.isConstant) return;
      if (compiled.value === undefined) refuse(node, 'it has no value');
      if (isZero(compiled.value)) zeros.add(node);
    },
  );
  return type;
}

function isZero(value: Cell): boolean {
  return value === 0 || (isMeasured(value) && value.value === 0 && value.version === undefined);
}

function refuse(node: Node, why: string): never {
  throw new ExpressionFault(
    `has ${quoted(printNode(node))}, which can only be UNKNOWN: ${why}`,
    startOf(node),
  );
}

/** Where the text of a part begins. */
export function startOf(node: Node): number {
  if (node.kind === 'binary') return startOf(node.left);
  return node.kind === 'matches' ? startOf(node.operand) : node.at;
}

/** What an expression may come to by its types alone. `seen` is told of each part and what that may come to. */
export function knownType(root: Node, seen?: (node: Node, type: Type) => void): Type {
  const of = (node: Node): Type => {
    const type = typeOfNode(node, of);
    seen?.(node, type);
    return type;
  };
  return of(root);
}

function typeOfNode(node: Node, of: (part: Node) => Type): Type {
  switch (node.kind) {
    case 'constant':
      return typeOfValue(node.value);
    case 'name':
      return typeOfName(node.name);
    case 'group':
      return of(node.inner);
    case 'list': {
      const items = node.items.map(of);
      const set = items.find(({ one }) => one.length === 0);
      if (set !== undefined) refuse(node, 'a set has no set in it');
      return { one: [], many: [...new Set(items.flatMap(({ one }) => one))] };
    }
    case 'prefix': {
      const operand = of(node.operand);
      if (node.operator === 'not')
        return isCondition(operand) ? boolean : refuse(node, `${phraseOf(operand)} is not turned round`);
      const negative = single(...countable(operand.one));
      return isNothing(negative) ? refuse(node, `${phraseOf(operand)} has no minus`) : negative;
    }
    case 'matches': {
      const operand = of(node.operand);
      return operand.one.includes('string') ? boolean : refuse(node, `${phraseOf(operand)} is not searched`);
    }
    case 'call':
      return callType(node, node.items.map(of));
    case 'binary': {
      const [left, right] = [of(node.left), of(node.right)];
      const type = binaryType(node, left, right);
      return isNothing(type)
        ? refuse(node, `${phraseOf(left)} and ${phraseOf(right)} ${cannot(node)}`)
        : type;
    }
  }
}

export function isCondition({ one }: Type): boolean {
  return one.includes('boolean');
}

function binaryType({ operator }: Binary, left: Type, right: Type): Type {
  const shared = common(left.one, right.one);
  switch (operator) {
    case '??':
      return union(left, right);
    case 'and':
    case 'or':
      return isCondition(left) || isCondition(right) ? boolean : nothing;
    case 'in':
    case 'has':
      return common(joined(left.one, left.many), joined(right.one, right.many)).length > 0
        ? boolean
        : nothing;
    case '+':
    case '-':
      return single(...countable(shared));
    case '*':
      return single(...joined(scaled(left, right), scaled(right, left)));
    case '/':
      return single(...joined(scaled(left, right), quotient(left, right)));
    case '==':
    case '!=':
      return shared.length > 0 ? boolean : nothing;
    default:
      return shared.some((kind) => kind !== 'string' && kind !== 'boolean') ? boolean : nothing;
  }
}

/** What a may be if it is multiplied or divided by a number. */
function scaled(a: Type, b: Type): readonly string[] {
  return b.one.includes('number') ? countable(a.one) : [];
}

function quotient(a: Type, b: Type): readonly string[] {
  const ratio = countable(common(a.one, b.one)).length > 0 ? ['number'] : [];
  return a.one.includes('bytes') && b.one.includes('rate') ? [...ratio, 'duration'] : ratio;
}

function cannot({ operator }: Binary): string {
  switch (operator) {
    case '+':
    case '-':
      return 'do not add';
    case '*':
      return 'do not multiply';
    case '/':
      return 'do not divide';
    case 'and':
    case 'or':
      return 'are no conditions';
    default:
      return 'do not compare';
  }
}

function callType(node: Call, items: readonly Type[]): Type {
  const [first = nothing, second = nothing, third = nothing] = items;
  switch (node.name) {
    case 'known':
      return boolean;
    case 'if':
      return isCondition(first) ? union(second, third) : refuse(node, `${phraseOf(first)} is no condition`);
    case 'floor':
    case 'ceil':
      return first.one.includes('number')
        ? single('number')
        : refuse(node, `${phraseOf(first)} is not rounded`);
    default: {
      const type = single(...countable(items.map(({ one }) => one).reduce(common)));
      return isNothing(type) ? refuse(node, `${items.map(phraseOf).join(' and ')} do not compare`) : type;
    }
  }
}
