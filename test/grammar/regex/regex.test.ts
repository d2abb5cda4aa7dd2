import { expect } from 'chai';
import fc from 'fast-check';
import { category, categoryNames } from '../../../grammar/regex/categories.ts';
import { codeSet, rangesOf } from '../../../grammar/regex/code-set.ts';
import { compileRegex, type Regex } from '../../../grammar/regex/index.ts';
import { growth, slowness } from '../../hostile/growth.ts';
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
        const bounds = { steps: 320, stepsEach: 8, repetitions: 1000, nesting: 64, states: 2 };
        const forgetful = compileRegex(source, false, 0, bounds);
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
      const set = codeSet((category(name) ?? []).flatMap(rangesOf));
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

describe('the bound on steps', () => {
  const problemOf = (source: string, spent = 0) => {
    const compiled = compileRegex(source, false, spent);
    return 'problem' in compiled ? compiled.problem : undefined;
  };

  it('refuses an expression that is too large once its repetitions are written out', () => {
    expect(regex('.{300}c').steps).to.be.at.most(320);
    for (const source of ['.{400}c', '.{1000}c', '(.{1,30}){1,20}c', '(a|b)*a(a|b){200}c', 'x'.repeat(400)]) {
      expect(problemOf(source), source).to.equal(
        'the expression is too large: written out without its repetitions it has more than 320 steps',
      );
    }
  });

  it('counts the sets of a class that is used once or often alike', () => {
    expect(regex('\\pL{100}').steps).to.equal(regex('\\pL{50}').steps + 50);
    expect(problemOf(Array.from({ length: 80 }, (_, at) => `[^${at}\\pL]`).join(''))).to.match(/too large/);
  });

  it('is on the expressions of one header together', () => {
    expect(problemOf('a{300}')).to.equal(undefined);
    expect(problemOf('a{300}', 200)).to.equal(
      'the expressions of one header are too large: written out without repetitions they have more than 320 steps',
    );
  });

  it('keeps the reading of a thousand categories as short as that of one', () => {
    expect(problemOf('\\pL'.repeat(2000))).to.match(/too large/);
    expect(finds(`[${'\\pL'.repeat(2000)}]`, '7')).to.equal(false);
  });
});

describe('the time of a search', () => {
  /** Some ten times what it takes. */
  const mostMs = 100;
  const hostile = [
    '(a*)*b',
    '(x+x+)+y',
    '(a|aa)+$b',
    '(.*)*c',
    `${'a?'.repeat(100)}${'a'.repeat(100)}c`,
    '(a|b)*a(a|b){70}c',
    '(.{1,12}){1,12}c',
    '.{300}c',
    '(?:.?){150}c',
    '\\pL{300}9',
    `(?i)${Array.from({ length: 70 }, (_, at) => `[^${String.fromCodePoint(0x4e00 + at)}]?`).join('')}0`,
  ];
  const mixed = 'ab ax é\u4e00';
  const texts = ['ax', 'a', mixed].map((unit) => unit.repeat(8192 / unit.length));
  for (const source of hostile) {
    it(`grows with the text and no faster: ${source.slice(0, 24)}`, () => {
      for (const text of texts) {
        const part = text.slice(0, text.length / growth);
        const searched = (one: string) => () => regex(source).found(one);
        expect(slowness(searched(part), searched(text), mostMs), text.slice(0, 8)).to.equal(undefined);
      }
    });
  }
});
