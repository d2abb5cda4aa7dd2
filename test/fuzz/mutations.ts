import fc from 'fast-check';

/** What means something in the language, where a character at random rarely does. */
const tokens = [
  ...[
    '\n',
    '\n\n',
    '\r\n',
    ' ',
    '\t',
    ':',
    ': ',
    '#',
    '?',
    '.',
    '..',
    ',',
    '|',
    '(',
    ')',
    '"',
    '\\',
    '/',
    '~',
    '~ /',
  ],
  ...[
    '==',
    '!=',
    '<=',
    '>',
    '=',
    '!',
    '&&',
    '||',
    '??',
    '+',
    '-',
    '*',
    '%',
    'e9',
    '0',
    '9'.repeat(20),
    '-1',
    '1e999',
  ],
  ...[
    'not ',
    'any',
    'unsaid',
    'has ',
    ' and ',
    ' or ',
    ' in ',
    'my.',
    'their.',
    'My.',
    'Their.',
    'known(',
    'if(',
    'min(',
  ],
  ...[
    'GiB',
    'ms',
    'EUR',
    'EUR/h',
    'v1',
    '4.0.2',
    '2026-12-01',
    'true',
    'T18:00Z',
    '{1,9}',
    '[a-z]',
    '\\pL',
    '(?i)',
    '*',
  ],
  ...[
    'SLA-version: 1.0\n',
    'SLA-version: 0.1\n',
    'RESOURCE-version: 1.0\n',
    'Action: Tell\n',
    'Id: a\n',
    'Cpus: 8\n',
  ],
  ...['é', '\u{1F600}', '\uFEFF', '\u2028', '\0', '\u0085', '\uD800'],
];

type Mutation = (text: string) => string;

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const length = fc.oneof({ weight: 4, arbitrary: fc.nat(8) }, fc.nat(60));

/** Changes of a text that may be one of some others. */
function mutation(others: readonly string[]): fc.Arbitrary<Mutation> {
  const at = (text: string, where: number) => Math.floor(where * (text.length + 1));
  const insert = (text: string, where: number, part: string) =>
    text.slice(0, at(text, where)) + part + text.slice(at(text, where));
  return fc.oneof(
    fc.tuple(place, fc.constantFrom(...tokens)).map(
      ([where, token]): Mutation =>
        (text) =>
          insert(text, where, token),
    ),
    fc.tuple(place, fc.string({ maxLength: 3 })).map(
      ([where, part]): Mutation =>
        (text) =>
          insert(text, where, part),
    ),
    fc.tuple(place, length).map(
      ([where, count]): Mutation =>
        (text) =>
          text.slice(0, at(text, where)) + text.slice(at(text, where) + count),
    ),
    fc.tuple(place, length, place, fc.integer({ min: 1, max: 5 })).map(
      ([from, count, to, times]): Mutation =>
        (text) =>
          insert(text, to, text.slice(at(text, from), at(text, from) + count).repeat(times)),
    ),
    fc.tuple(place, fc.constantFrom(...others), place, length).map(
      ([where, other, from, count]): Mutation =>
        (text) =>
          insert(text, where, other.slice(at(other, from), at(other, from) + count)),
    ),
  );
}

/** A text of the corpus, changed in some places. */
export function mutated(corpus: readonly string[], most = 6): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(mutation(corpus), { maxLength: most }))
    .map(([seed, mutations]) => mutations.reduce((text, mutate) => mutate(text), seed));
}
