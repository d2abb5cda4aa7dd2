import type { Regex } from '../regex/index.ts';
import type { Value } from '../values/value.ts';

export type Side = 'my' | 'their';

export type Arithmetic = '*' | '/' | '+' | '-';
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Infix = '??' | Arithmetic | Comparison | 'in' | 'has' | 'and' | 'or';

export const functions = ['known', 'if', 'min', 'max', 'floor', 'ceil', 'abs'] as const;
export type FunctionName = (typeof functions)[number];

/** An expression of section 6 of the language. `at` is where a part begins, in UTF-16 units from the beginning. */
export type Node = Constant | Name | List | Group | Prefix | Binary | Matches | Call;

export interface Constant {
  readonly kind: 'constant';
  readonly value: Value;
  /** Canonical. */
  readonly text: string;
  readonly at: number;
}

/** `my.Cpus`, `their.Load` */
export interface Name {
  readonly kind: 'name';
  readonly side: Side;
  /** In small letters. */
  readonly name: string;
  /** In the vocabulary's spelling, or as it was written. */
  readonly spelled: string;
  readonly at: number;
}

/** `("a", "b")`: two members or more. */
export interface List {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly at: number;
}

/** Parentheses, which stay where they were written. */
export interface Group {
  readonly kind: 'group';
  readonly inner: Node;
  readonly at: number;
}

export interface Prefix {
  readonly kind: 'prefix';
  readonly operator: '-' | 'not';
  readonly operand: Node;
  readonly at: number;
}

export interface Binary {
  readonly kind: 'binary';
  readonly operator: Infix;
  readonly left: Node;
  readonly right: Node;
  /** Where the operator stands. */
  readonly at: number;
}

/** `x ~ /re/` */
export interface Matches {
  readonly kind: 'matches';
  readonly operand: Node;
  readonly expression: Regex;
  /** As it was written, such as `/gcc|clang/i`. */
  readonly text: string;
  readonly at: number;
}

export interface Call {
  readonly kind: 'call';
  readonly name: FunctionName;
  readonly items: readonly Node[];
  readonly at: number;
}

/** The parts of which a node is made. */
export function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'constant':
    case 'name':
      return [];
    case 'list':
    case 'call':
      return node.items;
    case 'group':
      return [node.inner];
    case 'prefix':
    case 'matches':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
  }
}
