import { expect } from 'chai';
import { valueBounds } from '../../grammar/documents/bounds.ts';
import type { Party } from '../../grammar/documents/model.ts';
import { defaultBounds, diagnosticLines, readAnyDocuments } from '../../grammar/index.ts';
import { explain, finish, Matcher, Supply } from '../../grammar/matching/index.ts';
import { holds } from '../../grammar/tests/evaluate.ts';
import { heads } from './corpus.ts';
import { leastMs } from './growth.ts';

/** What is said under one name of all hostile documents, as large as a header may be. */
const mostOfFact = defaultBounds.headerBytes - 100;

/** Of each of four facts of one document. */
const mostMembers = 500;

/** A set of different members. */
function setOf(member: (index: number) => string, bytes = mostOfFact): string {
  const members: string[] = [];
  for (let left = bytes; ; ) {
    const next = member(members.length);
    left -= next.length + 2;
    if (left < 0) return members.join(', ');
    members.push(next);
  }
}

const many = (count: number, part: (index: number) => string, separator: string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(separator);

const facts: Readonly<Record<string, string>> = {
  numbers: setOf((index) => `${index}`),
  texts: setOf((index) => `s${index.toString(36)}`),
  'one text over and over': setOf(() => 'a'),
  versions: setOf((index) => `1.2.${index}`),
  'long versions': setOf((index) => `1.${'1.'.repeat(58)}${index}`),
  'versions of one name': setOf((index) => `a${index % 10}`),
  'names within names': setOf(() => `"a${'-1'.repeat(40)}"`),
  'a long text': 'ab'.repeat(mostOfFact / 2),
  'a text of many characters': `"${many(2600, (index) => String.fromCodePoint(0x3400 + index), '')}"`,
  'texts and numbers': setOf((index) => (index % 3 === 0 ? `${index}` : `s${index}`)),
  money: setOf((index) => `${index} EUR`),
  moments: setOf((index) => `${1970 + (index % 8000)}-01-01`),
};

const tests: Readonly<Record<string, string>> = {
  'many texts': many(1024, (index) => `z${index}`, '|'),
  'many numbers': many(900, (index) => `${100_000 + index}`, '|'),
  'many bans': many(700, (index) => `not z${index}`, ', '),
  'many versions': many(650, (index) => `< 1.1.${index}`, '|'),
  'many ranges': many(500, (index) => `${10_000 + index}..${20_000 + index}`, '|'),
  'long versions': many(60, (index) => `1.${'0.'.repeat(58)}${index}`, '|'),
  'versions of one name': many(32, (index) => `a (${index + 100})`, '|'),
  'a name with many versions': `a (${many(31, (index) => `${index + 100}`, '|')})`,
  'names within names': many(31, (index) => `"a${'-1'.repeat(2 * index)}" (99)`, '|'),
  'an expression of options': '~ /(?:.?){150}0/',
  'an expression of any': '~ /.{300}0/',
  'an expression of classes': `~ /${many(60, (index) => `[^${String.fromCodePoint(0x4e00 + index)}]?`, '')}0/i`,
  'many expressions': many(18, (index) => `~ /z${index}$/`, '|'),
  'deep brackets': `${'('.repeat(60)}${many(950, (index) => `z${index}`, '|')}${')'.repeat(60)}`,
  'sums of money': many(500, (index) => `> ${1_000_000 + index} EUR`, '|'),
};

const conditions: Readonly<Record<string, string>> = {
  'sets in sets': many(16, () => 'their.Cache in my.Cache', ' or '),
  'sets in other sets': many(16, () => 'their.Cache in my.Other', ' or '),
  comparisons: many(250, () => 'their.Cache < my.Cache', ' or '),
  equality: many(250, () => 'their.Cache == my.Cache', ' and '),
  defaults: many(60, () => 'their.Cache', ' ?? '),
  'a list': `their.Cache in (${many(1000, (index) => `"z${index}"`, ', ')})`,
  'a search': 'their.Cache ~ /(?:.?){150}0/',
  'many searches': many(18, () => 'their.Cache ~ /z$/', ' or '),
  sums: `known(their.Cache) and 1${' + 1'.repeat(500)} > their.Load`,
};

function partyOf(text: string): Party {
  const [reading] = readAnyDocuments(text);
  if (reading === undefined || !('document' in reading)) {
    throw new Error(
      reading === undefined ? 'a document' : diagnosticLines(reading.diagnostics).slice(0, 300),
    );
  }
  const { document } = reading;
  if (!('envelope' in document) || document.party === undefined) throw new Error('a party');
  return document.party;
}

const askOf = (...headers: readonly string[]) => partyOf(`${heads.Ask}${headers.join('\n')}\n`);
const tellOf = (...headers: readonly string[]) => partyOf(`${heads.Tell}${headers.join('\n')}\n`);

/** One turn of the event loop is 20 ms; a machine that is watched closely gives half of itself to the work. */
const mostMs = 60;

describe('one clause and one fact, both as large as may be', () => {
  for (const [title, test] of Object.entries(tests)) {
    it(`are compared in a moment: ${title}`, () => {
      const { tests: read } = askOf(`Cache: ${test}`);
      for (const [said, fact] of Object.entries(facts)) {
        const about = tellOf(`Cache: ${fact}`).facts.get('cache');
        for (const each of read) {
          expect(
            leastMs(() => holds(each.test, about), mostMs),
            said,
          ).to.be.below(mostMs);
        }
      }
    });
  }

  for (const [title, condition] of Object.entries(conditions)) {
    it(`are evaluated in a moment: ${title}`, () => {
      for (const [said, fact] of Object.entries(facts)) {
        const asking = askOf(
          `My.Cache: ${fact}`,
          `My.Other: ${setOf((index) => `o${index}`, mostOfFact / 4)}`,
          `Requires: ${condition}`,
        );
        const supply = new Supply();
        supply.add(tellOf(`Cache: ${fact}`, 'Load: 1'));
        expect(
          leastMs(() => new Matcher(asking, supply).matches(0), mostMs),
          said,
        ).to.be.below(mostMs);
      }
    });
  }
});

describe('an Ask and a Tell with as many values as may be', () => {
  it('are matched and explained in a time that slices can be made of', () => {
    const names = Array.from({ length: 4 }, (_, index) => `X${index}`);
    const kinds = Object.values(tests).filter((test) => test.length < mostOfFact);
    for (const said of ['numbers', 'texts', 'versions of one name', 'a text of many characters']) {
      const fact = facts[said]?.split(', ').slice(0, mostMembers).join(', ');
      const asking = askOf(
        ...names.map((name) => `My.${name}: ${fact}`),
        ...names.map((name, index) => `${name}: ${kinds[index % kinds.length]}`).filter(fits()),
      );
      const telling = tellOf(
        ...names.map((name) => `${name}: ${fact}`),
        ...names.map((name, index) => `Their.${name}: ${kinds[(index + 4) % kinds.length]}`).filter(fits()),
      );
      const supply = new Supply();
      supply.add(telling);
      const matching = () => finish(new Matcher(asking, supply).answer());
      const explaining = () => finish(explain(new Matcher(asking, supply)));
      for (const work of [matching, explaining]) expect(leastMs(work, 8 * mostMs)).to.be.below(8 * mostMs);
    }
  });
});

/** Keeps headers as long as their values fit into a document beside the four facts. */
function fits(): (header: string) => boolean {
  let left = valueBounds.values - 4 * mostMembers;
  return (header) => {
    const values = header.split(/[|,]/).length;
    if (values >= left) return false;
    left -= values;
    return true;
  };
}
