import type { CharacterClass, ClassMember } from './character-class.ts';
import { codeSet, rangesOf } from './code-set.ts';
import { posixClass, posixNames } from './perl-classes.ts';
import { readEscape } from './read-escape.ts';
import { RegexFault } from './syntax.ts';

/** Reads the class whose `[` stands at `at`: what it takes, and where the text after it begins. */
export function readClass(
  source: string,
  at: number,
  insensitive: boolean,
): { of: CharacterClass; end: number } {
  const negated = source[at + 1] === '^';
  const begin = at + (negated ? 2 : 1);
  const ranges: [number, number][] = [];
  const members: ClassMember[] = [];
  let next = begin;
  // A ']' at the beginning stands for itself.
  while (next === begin || source[next] !== ']') {
    if (next >= source.length) throw new RegexFault("a class has no ']' that ends it", at);
    const named = readPosix(source, next) ?? readMember(source, next);
    if ('member' in named) {
      take(named.member, members, ranges);
      next = named.end;
      continue;
    }
    const range = readRange(source, named.code, next, named.end);
    ranges.push([named.code, range.last]);
    next = range.end;
  }
  if (ranges.length > 0) members.push({ sets: [codeSet(ranges)], negated: false });
  return { of: { members, negated, insensitive }, end: next + 1 };
}

/** Few ranges are merged with the others; a category has hundreds, and stands once beside them. */
function take(member: ClassMember, members: ClassMember[], ranges: [number, number][]): void {
  const isSmall = !member.negated && member.sets.every((set) => set.length <= smallSet);
  if (isSmall) for (const range of member.sets.flatMap(rangesOf)) ranges.push(range);
  else if (!members.some((other) => isSame(other, member))) members.push(member);
}

/** Twice the number of ranges: more than any class of Perl or POSIX has. */
const smallSet = 16;

function isSame(a: ClassMember, b: ClassMember): boolean {
  return (
    a.negated === b.negated &&
    a.sets.length === b.sets.length &&
    a.sets.every((set, index) => set === b.sets[index])
  );
}

type Member =
  | { readonly member: ClassMember; readonly end: number }
  | { readonly code: number; readonly end: number };

function readMember(source: string, at: number): Member {
  if (source[at] === '\\') return readEscape(source, at);
  const code = source.codePointAt(at) ?? 0;
  return { code, end: at + (code > 0xffff ? 2 : 1) };
}

/** The end of a range, where `-` and an end follow; else the one character alone. */
function readRange(source: string, first: number, at: number, end: number): { last: number; end: number } {
  if (source[end] !== '-' || source[end + 1] === ']' || end + 1 >= source.length) return { last: first, end };
  const upper = readMember(source, end + 1);
  if ('member' in upper) throw new RegexFault('a range ends with one character', at);
  if (upper.code < first) throw new RegexFault('a range goes from the lower character to the higher', at);
  return { last: upper.code, end: upper.end };
}

function readPosix(source: string, at: number): Member | undefined {
  if (!source.startsWith('[:', at)) return undefined;
  const close = source.indexOf(':]', at + 2);
  if (close < 0) return undefined;
  const name = source.slice(at + 2, close);
  const set = posixClass(name.replace('^', ''));
  if (set === undefined) {
    throw new RegexFault(`there is no class of that name; there are ${posixNames.join(', ')}`, at);
  }
  return { member: { sets: [set], negated: name.startsWith('^') }, end: close + 2 };
}
