import { defaultBounds } from '../../grammar/index.ts';

/** Makes a value of about so many bytes, never more. */
export type Fill = (bytes: number) => string;

/** The unit over and over between two ends. */
function filled(unit: string, begin = '', end = ''): Fill {
  return (bytes) =>
    begin + unit.repeat(Math.max(1, Math.floor((bytes - begin.length - end.length) / unit.length))) + end;
}

/** Different units, one after another, between two ends. */
function counted(unit: (index: number) => string, begin = '', end = ''): Fill {
  return (bytes) => {
    const parts = [begin];
    let left = bytes - begin.length - end.length;
    for (let index = 0; ; index += 1) {
      const part = unit(index);
      left -= part.length;
      if (left < 0) return parts.join('') + end;
      parts.push(part);
    }
  };
}

/** As many as a test, or the brackets after names, may hold. */
function atMost(count: number, fill: (count: number) => string): Fill {
  return (bytes) => fill(Math.max(1, Math.floor((count * bytes) / defaultBounds.headerBytes)));
}

/** As deep as brackets may nest, and a reader that tries one twice at each depth never ends. */
const mostNesting = 64;

/** What hostile text there is within one header. */
export const values: Readonly<Record<string, Fill>> = {
  'open brackets': filled('('),
  'brackets that close': (bytes) => `${'('.repeat(bytes / 2)}a${')'.repeat(bytes / 2 - 1)}`,
  'brackets after names': filled('a ('),
  nots: filled('not '),
  ...Object.fromEntries(
    ['(', 'not (', '!(', '-(', 'min(', 'if(1 < ', 'a ?? (', 'my.a in (', '1 < ('].map((open) => [
      `as many as may be: ${open}`,
      () => open.repeat(mostNesting),
    ]),
  ),
  'nots and brackets': filled('not ('),
  'a set': filled('a,', '', 'a'),
  'a set of different texts': counted((index) => `s${index},`, '', 'a'),
  'a set of numbers': filled('1, ', '', '1'),
  'a set of percentages': filled('1%,', '', '1%'),
  'a set of versions': counted((index) => `1.2.${index},`, '', '1.2.3'),
  'a set of moments': filled('2026-12-01,', '', '2026-12-01'),
  'a set of money': filled('1 EUR,', '', '1 EUR'),
  'a set in quotes': filled('"a",', '', '"a"'),
  alternatives: filled('a | ', '', 'a'),
  'different alternatives': counted((index) => `s${index} | `, '', 'a'),
  bans: filled('not a, ', '', 'a'),
  ranges: filled('1..2, ', '', '3'),
  commas: filled(','),
  dots: filled('.'),
  'pairs of dots': filled('1..'),
  digits: filled('9'),
  'a fraction': filled('3', '0.'),
  'a fraction with a unit': filled('3', '0.', ' GiB'),
  'a huge exponent': filled('9', '1e'),
  'a tiny exponent': filled('9', '1e-'),
  'durations that add': filled('1 ms ', '1e900 s ', '1 s'),
  'durations of long fractions': filled(`0.${'1'.repeat(400)} s `),
  'a version': filled('1.', '', '1'),
  'a version of words': filled('a1', '1.2.3'),
  'a word': filled('a'),
  words: filled('a ', '', 'a'),
  blanks: filled(' ', 'a', 'b'),
  tabs: filled('\t', '"a"', ',b'),
  quotes: filled('"'),
  escapes: filled('\\\\', '"', '"'),
  'an open quote': filled('\\"', '"'),
  operators: filled('<'),
  equals: filled('='),
  'an expression of repetitions': filled('(a*)*', '~ /', 'b/'),
  'an expression of alternatives': filled('a|', '~ /', 'b/'),
  'an expression of options': atMost(150, (count) => `~ /(?:a?){${count}}c/`),
  'an expression of any': atMost(300, (count) => `~ /.{${count}}c/`),
  'an expression of classes': filled('[^a-z]', '~ /', '/'),
  'an expression of categories': filled('\\pL', '~ /[', ']/'),
  'counts of counts': filled('(?:', '~ /((a{1,100}){1,100}){1,100}', '/'),
  'many expressions': filled('~ /a/,', '', '~ /a/'),
  'versions in brackets': () => `${'a (1) | '.repeat(31)}a (1)`,
  'many versions in brackets': filled('a (1) | ', '', 'a (1)'),
  slashes: filled('/', '~ '),
  'letters of many scripts': (bytes) => 'éあ'.repeat(bytes / 5),
  'a price of many parts': filled('1 EUR + ', '', '1 EUR'),
  names: filled('a, ', '', 'a'),
  'a moment': filled('9', '2026-12-01T18:00:00.', 'Z'),
  'minus signs': filled('-'),
  questions: filled(' ?? their.X', 'their.X'),
  sums: filled(' + 1', '1'),
  'sums without blanks': filled('+1', 'my.a'),
  'sums of money': filled(' + 1 EUR', '1 EUR'),
  products: filled('*2', 'their.X'),
  conditions: filled(' and their.X', 'their.X'),
  comparisons: filled(' or 1<2', '1<2'),
  memberships: filled(' or my.a in their.a', 'my.a in their.a'),
  'a list': filled('"a", ', 'their.X in (', '"b")'),
  'a list of moments': filled('2026-12-01, ', 'their.X in (', '1)'),
  'a function of many': filled('1, ', 'max(', '1) > 3'),
  functions: filled('min('),
  'searches in conditions': filled(' or my.a ~ /a/', 'my.a ~ /a/'),
};

/** Headers that read such values each in a way of its own. */
export const names = [
  'Cache',
  'My.Cache',
  'Their.Cache',
  'Application',
  'Memory',
  'Walltime',
  'Os-Version',
  'Price',
  'Budget',
  'Requires',
  'Rank',
  'Critical',
  'Explicit',
  'Expires',
  'Title',
] as const;

/** Whole headers, one after another, of documents that are hostile by their number. */
export const lines: Readonly<Record<string, (index: number) => string>> = {
  'new names': (index) => `X${index}: ${index}\n`,
  'one name, sets': () => 'Features: avx2, sse4.2, amx\n',
  'one name, tests': (index) => `Load: > ${index}, < ${index + 1}, (5 | 6)\n`,
  'one name, longer sets': () => `X: ${'a, '.repeat(18)}a\n`,
  'one name, lists in brackets': (index) => `Load: (> ${index}, < ${index + 1}) | (5 | 6)\n`,
  'bans in brackets': (index) => `X${index}: not (a, not (b | has c)), any\n`,
  'names with versions': (index) => `X: gcc (>= ${index}.1, < ${index}.2) | "cl ang" (3.${index})\n`,
  prices: (index) => `Price: 1 A${index}BC\n`,
  budgets: (index) => `Budget: 1 A${index}BC\n`,
  'names with a slip': (index) => `Memor${index}: 1\n`,
  'tests of the asker': (index) => `Their.Walltime: > ${index} h\n`,
  conditions: (index) => `Requires: their.X${index} > 3\n`,
  'conditions that are always so': (index) => `Requires: ${index} < 3 or my.Features has "a" or true\n`,
  preferences: (index) => `Prefer: their.X${index} > 3\n`,
  notes: () => 'Note: a\n',
  'refused values': () => 'Memory: many\n',
  'refused names': () => 'Mem ory: 1\n',
  continuations: () => 'X: a,\n b,\n c\n',
  comments: () => '# a\n',
  'more versions': () => 'SLA-version: 1.0\n',
  'ends of lines': () => 'X: a\r\n',
  'bans of many': (index) => `X${index}: not (${'0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | '.repeat(3)}z), 1\n`,
  wishes: (index) => `X${index}: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, z\n`,
  'needs beside each other': (index) => `Their.Walltime: (${index} h.. | 1 h)\n`,
  searches: (index) => `X${index}: ~ /a.{5}b/\n`,
};

export const heads = {
  Ask: 'SLA-version: 1.0\nAction: Ask\nId: a1\n',
  Tell: 'SLA-version: 1.0\nAction: Tell\nId: t1\nBroker-IP: 127.0.0.1:7685\n',
  Watch: 'SLA-version: 1.0\nAction: Watch\nId: w1\n',
  'Ask of version 0.1': 'SLA-version: 0.1\nAction: Ask\nApplication: gcc4.0.2\n',
};

/** A document of about so many bytes that is one header, said as often as it takes. */
export function documentOfValues(head: string, name: string, fill: Fill, bytes: number): string {
  const mostOfValue = defaultBounds.headerBytes - name.length - 8;
  const least = Math.min(bytes - head.length, mostOfValue);
  const line = `${name}: ${fill(least)}\n`;
  return head + line.repeat(Math.max(1, Math.floor((bytes - head.length) / line.length)));
}

/** A document of about so many bytes and no more headers than may be. */
export function documentOfLines(head: string, line: (index: number) => string, bytes: number): string {
  const parts = [head];
  let left = bytes - head.length;
  for (let index = 0; index < defaultBounds.headers - 8; index += 1) {
    const part = line(index);
    left -= part.length;
    if (left < 0) break;
    parts.push(part);
  }
  return parts.join('');
}
