import { expect } from 'chai';
import type { Party } from '../../grammar/documents/model.ts';
import { readAnyDocuments } from '../../grammar/index.ts';
import { charactersAnEffort, effortASlice } from '../../grammar/matching/effort.ts';
import { explain, finish, Matcher, Supply, suggest } from '../../grammar/matching/index.ts';
import { heads } from './corpus.ts';

const tells = 40;
const manyTells = 160;

/** Rates that one Tell charges by, each in a currency of its own. */
const rates = 400;

/** Characters of a fact of one Tell, each of which says another. */
const characters = 6_000;

const many = (count: number, part: (index: number) => string, separator = '') =>
  Array.from({ length: count }, (_, index) => part(index)).join(separator);

function partyOf(text: string): Party {
  const [reading] = readAnyDocuments(text);
  if (reading === undefined || !('document' in reading) || !('party' in reading.document))
    throw new Error(`a party: ${text.slice(0, 200)}`);
  return reading.document.party as Party;
}

const askOf = (lines: string) => partyOf(`${heads.Ask}${lines}`);

function supplyOf(lines: (tell: number) => string, count = tells): Supply {
  const supply = new Supply();
  for (let tell = 0; tell < count; tell += 1) supply.add(partyOf(`${heads.Tell}${lines(tell)}`));
  return supply;
}

const currency = (index: number) => `X${String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26))}`;
const charges = (tell: number) =>
  many(rates, (index) => `Price: ${index + 1}.${tell} ${currency(index)}/cpu-h\n`);
const texts = (tell: number) => `Cache: ${many(characters / 10, (index) => `s${index}-t${tell}`, ', ')}\n`;
const numbers = (tell: number) =>
  `Cache: ${many(characters / 10, (index) => `${1e6 * tell + index}`, ', ')}\n`;

/** In how many slices it is done. */
function slicesOf(work: Iterator<unknown>): number {
  for (let slices = 1; ; slices += 1) if (work.next().done) return slices;
}

/** So many slices at least of work of some effort, which is counted too high rather than too low. */
const leastOf = (effort: number) => Math.floor((0.75 * effort) / effortASlice);

describe('hostile Tells, each of which says something else', () => {
  const dear = askOf(`Walltime: 1 h\n${many(20, (index) => `Budget: 0.001 ${currency(index)}\n`)}`);

  it('are explained in slices, where each charges in many currencies', () => {
    const supply = supplyOf(charges);
    expect(slicesOf(explain(new Matcher(dear, supply)))).to.be.at.least(leastOf(2 * tells * rates));
  });

  it('are ordered in slices, where each charges in many currencies', () => {
    const answer = new Matcher(askOf('Walltime: 1 h\n'), supplyOf(charges)).answer();
    expect(slicesOf(answer)).to.be.at.least(leastOf(tells * rates));
  });

  it('are tried with what an Ask could be instead in slices, where each charges in many currencies', () => {
    const supply = supplyOf(charges);
    const matcher = new Matcher(dear, supply);
    const explanation = finish(explain(matcher));
    const without = askOf('Walltime: 1 h\n');
    const work = suggest(matcher, explanation, () => without, 1);
    expect(slicesOf(work)).to.be.at.least(leastOf(tells * rates));
  });

  for (const [what, says, test] of [
    ['texts that may differ in capitals alone', texts, 'has S1'],
    ['texts where a number is wanted', texts, 'has 1'],
    ['numbers that are near or far', numbers, 'has 0.5'],
    ['numbers that are near or far, and something else is in the way', numbers, 'has 0.5\nGpus: 1'],
  ] as const) {
    it(`are explained in slices, where each says many ${what}`, () => {
      const explanation = explain(new Matcher(askOf(`Cache: ${test}\n`), supplyOf(says, manyTells)));
      // Once for the verdict, and once for what is said of it.
      const looks = 2 * manyTells * (characters / charactersAnEffort);
      expect(slicesOf(explanation)).to.be.at.least(leastOf(looks));
    });
  }
});
