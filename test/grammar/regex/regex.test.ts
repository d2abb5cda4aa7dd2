import { expect } from 'chai';
import fc from 'fast-check';
import { category, categoryNames } from '../../../grammar/regex/categories.ts';
import { compileRegex, type Regex } from '../../../grammar/regex/index.ts';
import { commonRegex, commonText, shortText, tameRegex } from './arbitraries.ts';

function regex(source: string, insensitive = false): Regex {
  const compiled = compileRegex(source, insensitive);
  if ('problem' in compiled) throw new Error(`${source}: ${compiled.problem}`);
  return compiled;
}

const finds = (source: string, text: string, insensitive = false) => regex(source, insensitive).found(text);

describe('a regular expression', () => {
  it('is found where JavaScript finds it', () => {
    fc.assert(
      fc.property(tameRegex, fc.array(shortText, { minLength: 1, maxLength: 5 }), (source, texts) => {
        const mine = regex(source);
        const theirs = new RegExp(source.replaceAll('.', '[^\\n]').replaceAll('\\[^\\n]', '\\.'), 'u');
        // V8 looks for \\B between the two halves of a character beyond U+FFFF too.
        const fair = source.includes('\\B') ? texts.map((text) => text.replaceAll('😀', 'é')) : texts;
        for (const text of fair) expect(mine.found(text), text).to.equal(theirs.test(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('is found without regard to case where JavaScript finds it', () => {
    const source = tameRegex.filter((text) => !/\\[bBP]|\^\\p/.test(text));
    fc.assert(
      fc.property(source, fc.array(shortText, { minLength: 1, maxLength: 5 }), (text, texts) => {
        const mine = regex(text, true);
        const theirs = new RegExp(text.replaceAll('.', '[^\\n]').replaceAll('\\[^\\n]', '\\.'), 'iu');
        for (const each of texts) expect(mine.found(each), each).to.equal(theirs.test(each));
      }),
      { numRuns: 2000 },
    );
  });

  it('is found alike whether its states are remembered or not', () => {
    fc.assert(
      fc.property(commonRegex, fc.array(commonText, { minLength: 1, maxLength: 8 }), (source, texts) => {
        const bounds = { instructions: 1500, repetitions: 1000, nesting: 64, states: 2 };
        const forgetful = compileRegex(source, false, bounds);
        if ('problem' in forgetful) throw new Error(forgetful.problem);
        for (const text of texts) expect(forgetful.found(text)).to.equal(finds(source, text));
      }),
    );
  });

  it('is not anchored', () => {
    expect(finds('cc', 'gcc4')).to.equal(true);
    expect(finds('^cc', 'gcc4')).to.equal(false);
    expect(finds('cc$', 'gcc')).to.equal(true);
  });

  it('knows what RE2 knows beside JavaScript', () => {
    expect(finds('[[:alpha:]]+[[:^digit:]]', 'ab-')).to.equal(true);
    expect(finds('(?i)GCC', 'gcc')).to.equal(true);
    expect(finds('a(?i:B)c', 'abc')).to.equal(true);
    expect(finds('a(?i:B)c', 'abC')).to.equal(false);
    expect(finds('(?i)a(?-i)B', 'Ab')).to.equal(false);
    expect(finds('\\Qa.b*\\E+', 'a.b***')).to.equal(true);
    expect(finds('\\pL\\p{^L}\\PN', 'é1x')).to.equal(true);
    expect(finds('\\x{1F600}\\x41\\101', '😀AA')).to.equal(true);
    expect(finds('\\Aa\\z', 'a')).to.equal(true);
    expect(finds('(?P<name>a)(?<other>b)', 'ab')).to.equal(true);
    expect(finds('(?m)^b$', 'a\nb\nc')).to.equal(true);
    expect(finds('^b$', 'a\nb\nc')).to.equal(false);
    expect(finds('a.b', 'a\nb')).to.equal(false);
    expect(finds('(?s)a.b', 'a\nb')).to.equal(true);
    expect(finds('x{,2}', 'x{,2}')).to.equal(true);
    expect(finds('[]a]', ']')).to.equal(true);
    expect(finds('', '')).to.equal(true);
  });

  it('takes letters of either case before a class is negated', () => {
    expect(finds('[^a]', 'A', true)).to.equal(false);
    expect(finds('\\W', 'k', true)).to.equal(false);
    expect(finds('\u212a', 'k', true)).to.equal(true);
    expect(finds('ß', '\u1e9e', true)).to.equal(true);
  });

  const refused: readonly [string, number, RegExp][] = [
    ['a(?=b)', 1, /ahead or back/],
    ['(?<!a)b', 0, /ahead or back/],
    ['(a)\\1', 3, /linear time/],
    ['a**', 2, /quantifier/],
    ['a++', 2, /quantifier/],
    ['*a', 0, /nothing does/],
    ['a{1001}', 1, /1000/],
    ['a{2,1}', 1, /lower number/],
    ['[b-a]', 1, /lower character/],
    ['[a', 0, /ends it/],
    ['(a', 0, /no '\)'/],
    ['a)', 1, /closes no group/],
    ['\\y', 0, /no escape/],
    ['\\', 0, /backslash/],
    ['\\p{Greek}', 0, /category/],
    ['[[:alpa:]]', 1, /no class/],
    ['(?>a)', 0, /this is none/],
    ['(a{1000}){1000}', 0, /too large/],
    ['a{1000}{1000}', 7, /quantifier/],
    [`${'('.repeat(65)}a${')'.repeat(65)}`, 64, /64 deep/],
  ];
  for (const [source, at, problem] of refused) {
    it(`is refused with a sentence and a place: ${source.slice(0, 20)}`, () => {
      const compiled = compileRegex(source, false);
      expect(compiled).to.have.property('at', at);
      expect(compiled).to.have.property('problem').that.matches(problem);
    });
  }

  it('knows the categories as the engine of the same version of Unicode does', function () {
    if (!process.versions.unicode?.startsWith('17')) this.skip();
    for (const name of categoryNames) {
      const set = category(name) ?? [];
      const inside = new RegExp(`^\\p{${name}}$`, 'u');
      for (let at = 0; at < set.length; at += 2) {
        const [first = 0, last = 0] = [set[at], set[at + 1]];
        const of = (code: number) => inside.test(String.fromCodePoint(code));
        const next = last < 0x10ffff && name !== 'C' ? of(last + 1) : false;
        expect([of(first), of(last), next], `${name} ${first}`).to.deep.equal([
          true,
          name === 'Cn' ? false : of(last),
          next,
        ]);
      }
    }
  });
});

describe('the time of a search', () => {
  const hostile = [
    '(a*)*b',
    '(x+x+)+y',
    '(a|aa)+$b',
    '(.*)*c',
    `${'a?'.repeat(200)}${'a'.repeat(200)}c`,
    '(a|b)*a(a|b){200}c',
    '(.{1,30}){1,20}c',
    '.{1000}c',
    '\\pL{500}9',
  ];
  for (const source of hostile) {
    it(`grows with the text and no faster: ${source.slice(0, 24)}`, () => {
      const text = 'ax'.repeat(4096);
      const expression = regex(source);
      expect(expression.found(text)).to.equal(false);
      const begin = process.hrtime.bigint();
      for (let index = 0; index < 2; index += 1) expression.found(text.replace('ax', `${index}b`));
      const ms = Number(process.hrtime.bigint() - begin) / 2e6;
      // 8 KiB, the longest value, within a bound that a busy machine keeps: exponential time would take for ever.
      expect(ms).to.be.below(1000);
    });
  }
});
