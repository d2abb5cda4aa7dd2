import { type CodeSet, codeSet } from './code-set.ts';

type Ranges = readonly (readonly [string, string])[];

const digit: Ranges = [['0', '9']];
const lower: Ranges = [['a', 'z']];
const upper: Ranges = [['A', 'Z']];
const space: Ranges = [
  ['\t', '\n'],
  ['\f', '\r'],
  [' ', ' '],
];
const word: Ranges = [...digit, ...lower, ...upper, ['_', '_']];

const perl = new Map([
  ['d', digit],
  ['s', space],
  ['w', word],
]);

/** The classes of POSIX, as in `[[:alpha:]]`: ASCII alone, as in RE2. */
const posix = new Map<string, Ranges>([
  ['alnum', [...digit, ...lower, ...upper]],
  ['alpha', [...lower, ...upper]],
  ['ascii', [['\0', '\x7f']]],
  [
    'blank',
    [
      ['\t', '\t'],
      [' ', ' '],
    ],
  ],
  [
    'cntrl',
    [
      ['\0', '\x1f'],
      ['\x7f', '\x7f'],
    ],
  ],
  ['digit', digit],
  ['graph', [['!', '~']]],
  ['lower', lower],
  ['print', [[' ', '~']]],
  [
    'punct',
    [
      ['!', '/'],
      [':', '@'],
      ['[', '`'],
      ['{', '~'],
    ],
  ],
  [
    'space',
    [
      ['\t', '\r'],
      [' ', ' '],
    ],
  ],
  ['upper', upper],
  ['word', word],
  ['xdigit', [...digit, ['a', 'f'], ['A', 'F']]],
]);

export const posixNames: readonly string[] = [...posix.keys()];

/** The class of `\d`, `\s` or `\w` by its letter: ASCII alone, as in RE2. */
export function perlClass(letter: string): CodeSet | undefined {
  return setOf(perl.get(letter));
}

export function posixClass(name: string): CodeSet | undefined {
  return setOf(posix.get(name));
}

function setOf(ranges: Ranges | undefined): CodeSet | undefined {
  if (ranges === undefined) return undefined;
  return codeSet(ranges.map(([first, last]) => [first.charCodeAt(0), last.charCodeAt(0)]));
}
