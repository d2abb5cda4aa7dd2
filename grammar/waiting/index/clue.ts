import type { Node } from '../../expressions/index.ts';
import type { Narrowing } from '../narrowing.ts';

/** Something that a match needs, as the index keeps it: of one subject, in one unit, to one side. */
export interface Clue {
  /** Clues of one key are kept together. */
  readonly key: string;
  readonly subject: Subject;
  readonly needs:
    | { readonly kind: 'least' | 'most'; readonly unit: string; readonly value: number }
    | { readonly kind: 'keys'; readonly keys: readonly string[] };
}

/** What a Tell is looked at for. */
export interface Subject {
  /** A name in small letters, or an expression in parentheses. */
  readonly text: string;
  /** The expression; absent of a name. */
  readonly node: Node | undefined;
}

/** What a Tell says of a subject in numbers of one unit. */
export interface Measured {
  /** Of the subject and the unit: no other has it. */
  readonly key: string;
  readonly subject: Subject;
  readonly unit: string;
}

export function measuredOf(subject: Subject, unit: string): Measured {
  return { key: `${unit} ${subject.text}`, subject, unit };
}

export function cluesOf(subject: Subject, { keys, span }: Narrowing): Clue[] {
  const { text } = subject;
  if (keys !== undefined) return [{ key: `keys ${text}`, subject, needs: { kind: 'keys', keys } }];
  if (span === undefined) return [];
  const { unit, least, most } = span;
  const clues: Clue[] = [];
  for (const [kind, value] of [['least', least] as const, ['most', most] as const]) {
    if (Number.isFinite(value))
      clues.push({ key: `${kind} ${unit} ${text}`, subject, needs: { kind, unit, value } });
  }
  return clues;
}

/** A Tell's own test of what Asks say under a name. */
export interface Sought {
  readonly name: string;
  readonly narrowing: Narrowing;
  /** Whether an Ask passes that does not say the name. */
  readonly passesUnsaid: boolean;
}

/** A Tell as the index looks at it. */
export interface Looked {
  /** The lowest and the highest of these numbers. */
  extremes(measured: Measured): { readonly lowest: number; readonly highest: number } | undefined;
  /** Each once. Undefined where they are too many. */
  keys(name: string): readonly string[] | undefined;
  readonly sought: readonly Sought[];
}
