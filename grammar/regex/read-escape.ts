import { category } from './categories.ts';
import type { ClassMember } from './character-class.ts';
import { lastCodePoint } from './code-set.ts';
import { perlClass } from './perl-classes.ts';
import { RegexFault } from './syntax.ts';

/** What a backslash stands for: one character, or a set; and where the text after it begins. */
export type Escape =
  | { readonly kind: 'character'; readonly code: number; readonly end: number }
  | { readonly kind: 'class'; readonly member: ClassMember; readonly end: number };

const control = new Map([
  ['a', 0x07],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
]);

/** Reads the escape whose backslash stands at `at`, within a class or outside. */
export function readEscape(source: string, at: number): Escape {
  const letter = source[at + 1];
  if (letter === undefined)
    throw new RegexFault("a backslash at the end stands for nothing: write '\\\\'", at);
  const set = perlClass(letter.toLowerCase());
  if (set !== undefined) {
    return { kind: 'class', member: { sets: [set], negated: letter !== letter.toLowerCase() }, end: at + 2 };
  }
  if (letter === 'p' || letter === 'P') return readCategory(source, at);
  if (letter === 'x') return readHexadecimal(source, at);
  if (letter === '0' || /^[1-7][0-7]/.test(source.slice(at + 1, at + 3))) return readOctal(source, at);
  if (letter >= '1' && letter <= '9') {
    throw new RegexFault(
      `'\\${letter}' refers back to a group, which cannot be searched for in linear time: it is not in the language`,
      at,
    );
  }
  const code = control.get(letter);
  if (code !== undefined) return { kind: 'character', code, end: at + 2 };
  if (/^[A-Za-z]$/.test(letter)) throw new RegexFault(`there is no escape '\\${letter}'`, at);
  const itself = source.codePointAt(at + 1) ?? 0;
  return { kind: 'character', code: itself, end: at + 1 + (itself > 0xffff ? 2 : 1) };
}

function readOctal(source: string, at: number): Escape {
  const digits = /^[0-7]{1,3}/.exec(source.slice(at + 1, at + 4))?.[0] ?? '';
  return { kind: 'character', code: Number.parseInt(digits, 8), end: at + 1 + digits.length };
}

function readHexadecimal(source: string, at: number): Escape {
  const found = /^(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/.exec(source.slice(at + 2, at + 12));
  const digits = found?.[1] ?? found?.[2];
  if (found === null || digits === undefined) {
    throw new RegexFault(
      "'\\x' takes two hexadecimal digits, or any number in braces: '\\x2f', '\\x{1F600}'",
      at,
    );
  }
  const code = Number.parseInt(digits, 16);
  if (code > lastCodePoint) throw new RegexFault(`Unicode has no character ${digits}`, at);
  return { kind: 'character', code, end: at + 2 + found[0].length };
}

function readCategory(source: string, at: number): Escape {
  const found = /^(?:\{(\^?)([A-Za-z_]{1,40})\}|([A-Z]))/.exec(source.slice(at + 2, at + 46));
  const name = found?.[2] ?? found?.[3];
  const sets = name === undefined ? undefined : category(name);
  if (found === null || sets === undefined) {
    throw new RegexFault(
      "'\\p' takes a general category of Unicode: '\\pL' for letters, '\\p{Lu}' for capitals",
      at,
    );
  }
  const negated = (source[at + 1] === 'P') !== (found[1] === '^');
  return { kind: 'class', member: { sets, negated }, end: at + 2 + found[0].length };
}
