import type { Node } from './syntax.ts';

/** The canonical text of an expression. */
export function printNode(node: Node): string {
  switch (node.kind) {
    case 'constant':
      return node.text;
    case 'name':
      return `${node.side}.${node.spelled}`;
    case 'list':
      return `(${node.items.map(printNode).join(', ')})`;
    case 'group':
      return `(${printNode(node.inner)})`;
    case 'prefix':
      return `${node.operator === 'not' ? 'not ' : '-'}${printNode(node.operand)}`;
    case 'binary':
      return `${printNode(node.left)} ${node.operator} ${printNode(node.right)}`;
    case 'matches':
      return `${printNode(node.operand)} ~ ${node.text}`;
    case 'call':
      return `${node.name}(${node.items.map(printNode).join(', ')})`;
  }
}
