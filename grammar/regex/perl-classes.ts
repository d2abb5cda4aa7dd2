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
  ['d', setOf(digit)],
  ['s', setOf(space)],
  ['w', setOf(word)],
]);

/** The classes of POSIX, as in `[[:alpha:]]`: ASCII alone, as in RE2. */
const posixRanges: readonly (readonly [string, Ranges])[] = [
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
];

const posix = new Map(posixRanges.map(([name, ranges]) => [name, setOf(ranges)]));

export const posixNames: readonly string[] = [...posix.keys()];

/** The class of `\d`, `\s` or `\w` by its letter: ASCII alone, as in RE2. */
export function perlClass(letter: string): CodeSet | undefined {
  return perl.get(letter);
}

export function posixClass(name: string): CodeSet | undefined {
  return posix.get(name);
}

function setOf(ranges: Ranges): CodeSet {
  return codeSet(ranges.map(([first, last]) => [first.charCodeAt(0), last.charCodeAt(0)]));
}
