import { expect } from 'chai';
import fc from 'fast-check';
import { printTest } from '../../../grammar/tests/print.ts';
import { readTest, readTestByRule } from '../../../grammar/tests/read.ts';
import { typePhrases, type Wanted } from '../../../grammar/values/phrase.ts';
import { literalTexts, types } from '../values/arbitraries.ts';

const wants: readonly (Wanted | undefined)[] = [
  undefined,
  ...types.map((type) => ({ type, example: typePhrases[type] })),
];

/** Texts that nearly are tests, and those that are. */
const testTexts: fc.Arbitrary<string> = fc.letrec((tie) => ({
  test: fc.oneof({ maxDepth: 4 }, tie('atom'), tie('atom'), tie('joined'), tie('nested')),
  atom: fc.oneof(
    literalTexts,
    fc
      .tuple(fc.constantFrom('==', '!=', '<', '<= ', '>', '>=  ', 'has ', '=', '!', '&&'), literalTexts)
      .map((parts) => parts.join('')),
    fc.tuple(literalTexts, fc.constantFrom('..', ' .. '), literalTexts).map((parts) => parts.join('')),
    fc.constantFrom(
      'any',
      'unsaid',
      'any time',
      '~ /a\\/(b|c)/',
      '~/x/i',
      '~ /(/',
      '~ /x/g',
      '..',
      '4..',
      '..4',
    ),
  ),
  joined: fc
    .tuple(tie('test'), fc.constantFrom(',', ' , ', '|', ' | '), tie('test'))
    .map((parts) => parts.join('')),
  nested: fc
    .tuple(
      fc.constantFrom('(', 'not (', 'not ', 'gcc (', '"a b"(', 'gcc ('),
      tie('test'),
      fc.constantFrom(')', '', ' )'),
    )
    .map((parts) => parts.join('')),
})).test as fc.Arbitrary<string>;

describe('a test that is read', () => {
  it('is the same by the short path and by the grammar', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wants), testTexts, (wanted, text) => {
        const [short, long] = [readTest(wanted, text), readTestByRule(wanted, text)];
        expect(JSON.stringify(short, plain)).to.equal(JSON.stringify(long, plain));
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same by the short path and by the grammar where it is a list of words', () => {
    const words = fc.constantFrom(
      ...[
        'atlas',
        'cms 2',
        'gcc-4.0.2',
        'x..y',
        '8',
        '8 GiB',
        '1.5.',
        'not',
        'not a',
        'hash',
        'any',
        'a b',
        '',
      ],
      ...[
        'unsaid',
        'unsaid-x',
        '"a"',
        '> 3',
        'é',
        '4 .. 8',
        'true',
        '\u00a0a',
        '-1',
        'has x',
        '.5',
        '2026-01-01',
      ],
    );
    const blanks = fc.constantFrom('', ' ', '  ', '\t');
    const item = fc.tuple(blanks, fc.oneof(words, literalTexts), blanks).map((parts) => parts.join(''));
    const lists = fc
      .tuple(fc.constantFrom('|', ',', ';'), fc.array(item, { minLength: 1, maxLength: 5 }), item)
      .map(
        ([separator, items, last]) => `${items.join(separator)}${separator === ';' ? ',' : separator}${last}`,
      );
    fc.assert(
      fc.property(fc.constantFrom(...wants), lists, (wanted, list) => {
        const text = list.replace(/^[ \t]+|[ \t]+$/g, '');
        const [short, long] = [readTest(wanted, text), readTestByRule(wanted, text)];
        expect(JSON.stringify(short, plain)).to.equal(JSON.stringify(long, plain));
      }),
      { numRuns: 2000 },
    );
    const many = (count: number) => Array.from({ length: count }, (_, number) => `w${number}`).join(' | ');
    for (const text of [many(1024), many(1025)]) {
      expect(readTest(undefined, text)).to.deep.equal(readTestByRule(undefined, text));
    }
  });

  it('is the same once it was printed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wants), testTexts, (wanted, text) => {
        const read = readTest(wanted, text);
        if ('problem' in read) return;
        const printed = printTest(read.test);
        const again = readTest(wanted, printed);
        expect(JSON.stringify(again, plain)).to.equal(JSON.stringify(read, plain));
        if ('test' in again) expect(printTest(again.test)).to.equal(printed);
      }),
      { numRuns: 2000 },
    );
  });

  it('is printed with one blank between its tokens', () => {
    const canonical = {
      'gcc(>=4.0.2,<5)': 'gcc (>= 4.0.2, < 5)',
      'x86_64|arm64': 'x86_64 | arm64',
      'avx2 ,sse4.2': 'avx2, sse4.2',
      '(not  avx2)|amx': '(not avx2) | amx',
      'not( a|b )': 'not (a | b)',
      '16 .. 64GiB': '16..64 GiB',
      '8 ..': '8..',
      '.. 3': '..3',
      '"a b"(0. .. 0)': '"a b" (0. ..0)',
      '<=1h 30min': '<= 1 h 30 min',
      '~/a\\/b/i': '~ /a\\/b/i',
      'has   avx2': 'has avx2',
      '"a  b" (>=1)': '"a  b" (>= 1)',
      '5%': '5 %',
    };
    for (const [text, printed] of Object.entries(canonical)) {
      const read = readTest(undefined, text);
      expect('test' in read ? printTest(read.test) : read.problem).to.equal(printed);
    }
  });

  it('is refused with a sentence and the place where it goes wrong', () => {
    const refused: readonly (readonly [string, string, number])[] = [
      ['a, b | c', "has ',' beside '|': say by parentheses what belongs together", 0],
      ['a, (b, c | d)', "has ',' beside '|': say by parentheses what belongs together", 4],
      ['not us | eu', "has 'not' or '!=' beside '|': say by parentheses what is turned round", 0],
      ['!= us | eu', "has 'not' or '!=' beside '|': say by parentheses what is turned round", 0],
      ['not us | unsaid | eu', "has 'not' or '!=' beside '|': say by parentheses what is turned round", 0],
      ['((a)', "has a '(' without a ')'", 4],
      ['a)', "has a ')' without a '('", 1],
      ['= 8', "has '=' for equality, which is written '=='", 0],
      ['! a', "has '!', which is written 'not' here", 0],
      ['a,', 'needs a value here', 2],
      ['a | | b', "needs a value here; found '|'", 4],
      ['<', 'needs a value here', 1],
      ['any time', "goes on after a whole test; found 'time'. Tests are joined by ',' (and) or '|' (or)", 4],
      ['~ x', "has no expression after '~', such as '~ /^gcc/'", 2],
      ['~ /x/gi', "has 'gi' after its expression, where only 'i' may stand", 2],
      ['"a', 'has a quote that is not closed', 0],
      ['..', "has '..' without an end, such as '8..16' or '8..'", 0],
      [
        '1 h..2 GiB',
        "has a range from a duration to an amount of data, which do not compare; found '1 h..2 GiB'",
        0,
      ],
      ['a..', "has a range between texts, which have no order; found 'a..'", 0],
      ['a..5', "has a text as the end of a range; found 'a'", 0],
      [
        '1..5 m',
        "has a value that cannot be read: found '5 m', whose 'm' could be min (minutes) or ms (milliseconds)",
        3,
      ],
      ['gcc (any)', "has 'any' in the brackets after a name, where tests of its version stand", 5],
      [
        'gcc (a (1))',
        'has a name with brackets in the brackets after a name, where tests of its version stand',
        5,
      ],
      ['5 (>= 4)', "has '5' before '(', where a name such as 'gcc' stands", 0],
    ];
    for (const [text, problem, at] of refused)
      expect(readTest(undefined, text), text).to.deep.equal({ problem, at });
    const load: Wanted = { type: 'number', example: '0.2' };
    expect(readTest(load, '~ /x/')).to.have.property('problem', "is a number, and '~' looks into a text");
    expect(readTest(load, 'gcc (4)')).to.have.property(
      'problem',
      'is a number, and no name with a version in brackets',
    );
    const region: Wanted = { type: 'string', example: 'eu' };
    expect(readTest(region, '< eu')).to.have.property(
      'problem',
      "is a text, and texts have no order; found '< eu'",
    );
  });

  it('nests 64 deep and no deeper', () => {
    const nested = (deep: number, open: string, close: string) =>
      `${open.repeat(deep)}a${close.repeat(deep)}`;
    for (const [open, close] of [
      ['(', ')'],
      ['not ', ''],
    ] as const) {
      expect(readTest(undefined, nested(64, open, close))).to.have.property('test');
      expect(readTest(undefined, nested(65, open, close))).to.have.property(
        'problem',
        "nests deeper than 64 brackets and 'not'",
      );
    }
    expect(readTest(undefined, nested(32, 'not (', ')'))).to.have.property('test');
    expect(readTest(undefined, nested(33, 'not (', ')'))).to.have.property('problem');
  });
});

/** JSON knows no bigint; an expression is known by its source. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
