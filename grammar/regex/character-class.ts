import { caseVariants } from './case.ts';
import { type CodeSet, contains } from './code-set.ts';

/** Sets together, or all but them. */
export interface ClassMember {
  readonly sets: readonly CodeSet[];
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
  const codes = insensitive ? caseVariants(code) : [code];
  return characterClass([{ sets: codes.map((one) => [one, one]), negated: false }]);
}

/** Into how many sets must be looked at most, a letter's other case counted too. */
export function lookupsOf({ members, insensitive }: CharacterClass): number {
  const sets = members.reduce((sum, member) => sum + member.sets.length, 0);
  return insensitive ? 2 * sets : sets;
}

/** `variants` are the character in either case, itself first. */
export function takes(
  { members, negated, insensitive }: CharacterClass,
  code: number,
  variants: readonly number[],
): boolean {
  for (let index = 0; index < members.length; index += 1) {
    const member = members[index] as ClassMember;
    const found = insensitive ? holdsAny(member.sets, variants) : holds(member.sets, code);
    if (found !== member.negated) return !negated;
  }
  return negated;
}

function holdsAny(sets: readonly CodeSet[], codes: readonly number[]): boolean {
  for (let index = 0; index < codes.length; index += 1) {
    if (holds(sets, codes[index] as number)) return true;
  }
  return false;
}

function holds(sets: readonly CodeSet[], code: number): boolean {
  for (let index = 0; index < sets.length; index += 1) {
    if (contains(sets[index] as CodeSet, code)) return true;
  }
  return false;
}
