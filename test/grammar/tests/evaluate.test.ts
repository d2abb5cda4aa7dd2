import { expect } from 'chai';
import { holds } from '../../../grammar/tests/evaluate.ts';
import { readTest } from '../../../grammar/tests/read.ts';
import type { Fact } from '../../../grammar/values/fact.ts';
import type { Wanted } from '../../../grammar/values/phrase.ts';
import { readFact } from '../../../grammar/values/read-fact.ts';
import type { Truth } from '../../../grammar/values/value.ts';

const text: Wanted = { type: 'string', example: 'gcc' };

function factOf(said: string | undefined, wanted?: Wanted): Fact | undefined {
  if (said === undefined) return undefined;
  const fact = readFact(wanted, said, false);
  if ('problem' in fact) throw new Error(fact.problem);
  return fact;
}

function truth(test: string, said: string | undefined, wanted?: Wanted): Truth {
  const read = readTest(wanted, test);
  if ('problem' in read) throw new Error(`${test}: ${read.problem}`);
  return holds(read.test, factOf(said, wanted));
}

const signs = new Map<Truth, string>([
  [true, 'T'],
  [false, 'F'],
  [undefined, '?'],
]);

/** A row of outcomes for the tests of a table, such as `TF?`. */
const row = (tests: readonly string[], said: string | undefined, wanted?: Wanted): string =>
  tests.map((test) => signs.get(truth(test, said, wanted))).join('');

describe('a test', () => {
  it('of one value compares it, UNKNOWN where the types differ or nothing is said', () => {
    const tests = [
      '3',
      '== 3',
      '!= 3',
      '< 3',
      '<= 3',
      '> 3',
      '>= 3',
      '1..3',
      '..2',
      '4..',
      'has 3',
      'not 3',
      'any',
      'unsaid',
    ];
    expect(row(tests, '3')).to.equal('TTFFTFTTFFTFTF');
    expect(row(tests, '2')).to.equal('FFTTTFFTTFFTTF');
    expect(row(tests, '4')).to.equal('FFTFFTTFFTFTTF');
    expect(row(tests, 'abc')).to.equal('????????????TF');
    expect(row(tests, '3 GiB')).to.equal('????????????TF');
    expect(row(tests, undefined)).to.equal('????????????FT');
  });

  it('of a set holds where a member passes, and is UNKNOWN where none does and one is UNKNOWN', () => {
    const tests = [
      '3',
      '4',
      'not 3',
      'not 4',
      '!= 3',
      '!= 4',
      '4 | abc',
      '3, abc',
      '3, 4',
      '> 2',
      '< 2',
      '2..4',
    ];
    expect(row(tests, '3, abc')).to.equal('T?F?F?TT?T?T');
    expect(row(tests, '3, 4')).to.equal('TTFFFFT?TTFT');
    expect(row(tests, '5, 1')).to.equal('FFTTTT?FFTTF');
  });

  it('of strings has no order, and compares by code point', () => {
    expect(row(['a', 'A', '!= b', '< b', '>= a', '"a"'], 'a')).to.equal('TFT??T');
  });

  it('joins by and, or and not as three truth values do', () => {
    const [yes, no, unknown] = ['any', 'unsaid', '"x"'];
    const both = [yes, no, unknown].flatMap((a) => [yes, no, unknown].map((b) => [a, b] as const));
    expect(
      row(
        both.map(([a, b]) => `${a}, ${b}`),
        '3',
      ),
    ).to.equal('TF?FFF?F?');
    expect(
      row(
        both.map(([a, b]) => `${a} | ${b}`),
        '3',
      ),
    ).to.equal('TTTTF?T??');
    expect(
      row([`not ${yes}`, `not ${no}`, `not ${unknown}`, `not (not ${unknown})`, 'not not any'], '3'),
    ).to.equal('FT??T');
    expect(row(['not us-east | unsaid', 'unsaid | not us-east'], undefined, text)).to.equal('TT');
    expect(row(['not us-east | unsaid', 'unsaid | != us-east'], 'us-east', text)).to.equal('FF');
  });

  it('by an expression looks into a string, and is UNKNOWN of all else', () => {
    expect(row(['~ /^\\/usr\\//', '~ /BIN/', '~ /BIN/i', '~ /\\/.*\\//'], '"/usr/bin"')).to.equal('TFTT');
    expect(row(['~ /3/'], '3')).to.equal('?');
    expect(row(['~ /b/'], 'abc, 3')).to.equal('T');
    expect(row(['~ /x/'], 'abc, 3')).to.equal('?');
  });

  it('of a name and a version finds the version behind the name', () => {
    const outcomes = (name: string, test: string, facts: readonly string[]) =>
      facts.map((fact) => signs.get(truth(`${name} (${test})`, fact, text))).join('');
    const said = [
      'gcc4.0.2',
      'gcc-4.1',
      'gcc_4.1',
      'gcc/4.1',
      'gcc 4.1',
      'gcc3.4',
      'gcc',
      'gcc4.0.2rc1',
      'gcc-v4.2',
    ];
    expect(outcomes('gcc', '>= 4.0.2', said)).to.equal('TTTTTF?FT');
    const none = [
      'clang4',
      'gccv12',
      'gcc--4',
      'gcc-rc4',
      'gcc4.1 beta',
      'gcc-4.1/x',
      'gcc-',
      'GCC4',
      'gcc4..1',
      'gcc-4..1',
    ];
    expect(outcomes('gcc', '>= 0', none)).to.equal('F'.repeat(none.length));
    expect(outcomes('lib2', '>= 1', ['lib23', 'lib2-3', 'lib2'])).to.equal('FT?');
    expect(outcomes('matlab', '>= R2022b, < R2023b', ['matlab R2023a', 'matlab-R2024a'])).to.equal('TF');
    expect(truth('gcc (>= 4, < 5)', 'gcc3, gcc6', text)).to.equal(false);
    expect(truth('gcc (3 | 6)', 'gcc3, gcc6', text)).to.equal(true);
    expect(truth('gcc (>= 4)', '4.0.2')).to.equal(false);
    expect(truth('gcc (>= 4)', undefined)).to.equal(undefined);
    expect(truth('not gcc (>= 5)', 'gcc', text)).to.equal(undefined);
  });

  it('gives a number at the lower end of a range the unit of the upper end', () => {
    expect(row(['16..64 GiB', '41..64 GiB', '1 MiB..64 GiB', '16 .. 39GiB'], '40 GiB')).to.equal('TFTF');
    expect(row(['5..10 %', '8..10 %'], '0.07')).to.equal('TF');
    expect(row(['1..3 EUR/h'], '2 EUR/h')).to.equal('T');
  });
});
