import { caseVariants } from './case.ts';
import { type CodeSet, contains } from './code-set.ts';

/** A set, or all but it. */
export interface ClassMember {
  readonly set: CodeSet;
  readonly negated: boolean;
}

/** What one character is taken from: the members together, or all that is in none of them. */
export interface CharacterClass {
  readonly members: readonly ClassMember[];
  readonly negated: boolean;
  /** Letters of the other case are taken into a set before it is negated. */
  readonly insensitive: boolean;
}

export function characterClass(
  members: readonly ClassMember[],
  insensitive = false,
  negated = false,
): CharacterClass {
  return { members, negated, insensitive };
}

export function oneCharacter(code: number, insensitive: boolean): CharacterClass {
  return characterClass([{ set: [code, code], negated: false }], insensitive);
}

export function takes({ members, negated, insensitive }: CharacterClass, code: number): boolean {
  const variants = insensitive ? caseVariants(code) : undefined;
  for (const member of members) {
    const found = variants?.some((variant) => contains(member.set, variant)) ?? contains(member.set, code);
    if (found !== member.negated) return !negated;
  }
  return negated;
}
