import { isCondition, knownType, startOf } from './check.ts';
import { printNode } from './print.ts';
import type { Node } from './syntax.ts';
import { phraseOf, type Type } from './types.ts';

/** An operand of `and` or `or` that can be neither TRUE nor FALSE, and so is UNKNOWN there. */
export interface NoTruth {
  /** Canonical. */
  readonly text: string;
  /** What it is, as part of a sentence: 'a number'. */
  readonly phrase: string;
  /** What it stands in, in canonical text. */
  readonly within: string;
  readonly operator: 'and' | 'or';
  /** Where it begins, in UTF-16 units from the beginning of what was read. */
  readonly at: number;
}

/** Those of an expression that can be read, as its literals and the types of the vocabulary say. */
export function operandsOfNoTruth(root: Node): NoTruth[] {
  const types = new Map<Node, Type>();
  knownType(root, (node, type) => types.set(node, type));
  const found: NoTruth[] = [];
  for (const node of types.keys()) {
    if (node.kind !== 'binary' || (node.operator !== 'and' && node.operator !== 'or')) continue;
    const { operator, left, right } = node;
    for (const operand of [left, right]) {
      const type = types.get(operand);
      if (type === undefined || isCondition(type)) continue;
      const [text, within] = [printNode(operand), printNode(node)];
      found.push({ text, phrase: phraseOf(type), within, operator, at: startOf(operand) });
    }
  }
  return found;
}
