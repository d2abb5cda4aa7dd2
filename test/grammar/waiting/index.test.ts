import { expect } from 'chai';
import type { Party } from '../../../grammar/documents/model.ts';
import { Arrival } from '../../../grammar/waiting/arrival.ts';
import { Entries } from '../../../grammar/waiting/entries.ts';
import { Segment } from '../../../grammar/waiting/index/segment.ts';
import { newScratch } from '../../../grammar/waiting/index/step.ts';
import { ask, tell } from '../matching/support.ts';

const many = 1000;

/** So many Asks, no two of them equal, indexed; `before` are keys of what others before them wanted. */
function indexed(header: (number: number) => string, before: Iterable<string> = []) {
  const entries = new Entries();
  const segment = new Segment((place, name) => entries.fact(place, name), before);
  const add = (asking: Party) => {
    const place = entries.take(asking);
    segment.add(place, entries.clues(asking, place));
    return place;
  };
  const places = Array.from({ length: many }, (_, number) =>
    add(ask(header(number), `My.Number: ${number}`)),
  );
  const leftFrom = (first: number, ...headers: readonly string[]) => [
    ...segment.candidates(new Arrival(tell('t', ...headers), 2), first, newScratch()),
  ];
  return {
    places,
    keys: segment.keys,
    remove: (place: number) => {
      segment.remove(place);
      entries.remove(place);
    },
    add,
    left: (...headers: readonly string[]) => leftFrom(0, ...headers),
    leftFrom,
  };
}

/** Asks of which only a tenth can match the Tell, by something that the index knows. */
const narrowed: Readonly<Record<string, readonly [header: (number: number) => string, headers: string]>> = {
  'the least that they need': [(number) => `Cpus: ${number + 1}`, 'Cpus: 100'],
  'the most that they take': [(number) => `Load: < ${number}`, 'Load: 900'],
  'texts that they want': [(number) => `Region: r${number % 10}`, 'Region: r3'],
  'the least of an expression': [(number) => `Requires: their.Cpus * 2 >= ${number}`, 'Cpus: 50'],
  'the most of an expression': [(number) => `Requires: their.Load * 2 <= ${number}`, 'Load: 450'],
  'a name that they want said': [
    (number) => (number % 10 === 0 ? 'Cpus: 1' : `Load: < ${number}`),
    'Cpus: 4',
  ],
};

/** The same by what the Asks say and the Tell wants. */
const wanted: Readonly<Record<string, readonly [header: (number: number) => string, headers: string]>> = {
  'the most of a number': [(number) => `Priority: ${number}`, 'Their.Priority: <= 99'],
  'the least of a number': [(number) => `Priority: ${number}`, 'Their.Priority: >= 900'],
  'a text': [(number) => `Owner: o${number % 10}`, 'Owner: o3'],
};

/** A tenth, and what is beside it in the same step of an index. */
const few = many / 5;

describe('the index of Asks that wait', () => {
  for (const [by, [header, headers]] of Object.entries(narrowed)) {
    it(`leaves few of those that cannot match by ${by}`, () => {
      expect(indexed(header).left(headers)).to.have.length.within(many / 10 - 1, few);
    });
  }

  for (const [by, [header, headers]] of Object.entries(wanted)) {
    it(`leaves few of those that a Tell does not want by ${by}, once Tells have wanted so often enough`, () => {
      const asks = indexed(header);
      expect(asks.left(headers)).to.have.length(many);
      for (let times = 0; times < 40; times += 1) asks.left(headers);
      expect(asks.left(headers)).to.have.length.within(many / 10 - 1, few);
    });
  }

  it('leaves fewer by two things that they need than by one of them', () => {
    const asks = indexed((number) => `Cpus: ${number + 1}\nRegion: r${number % 10}`);
    const byRegion = asks.left('Cpus: 5000', 'Region: r3').length;
    const regions = Array.from({ length: 10 }, (_, region) => `Region: r${region}`);
    const byCpus = asks.left('Cpus: 100', ...regions).length;
    const byBoth = asks.left('Cpus: 100', 'Region: r3').length;
    expect(byBoth).to.be.below(Math.min(byRegion, byCpus) / 2);
  });

  it('leaves each once, where all want one of a few things and a Tell says two of them', () => {
    const header = (number: number) => `Region: r${number} | s${number}`;
    const asks = indexed(header, indexed(header).keys);
    const headers = 'Region: s4, r3, s3';
    expect(asks.left(headers)).to.deep.equal([3, 4]); // by which it is known what to ask first
    expect(asks.left(headers)).to.deep.equal([3, 4]);
    expect(asks.leftFrom(70_000, headers)).to.deep.equal([70_003, 70_004]);
    asks.remove(3);
    expect(asks.left(headers)).to.deep.equal([4]);
    expect(asks.add(ask('Region: s3', 'My.Number: 5000'))).to.equal(3);
    expect(asks.left(headers)).to.deep.equal([3, 4]);
    const any = asks.add(ask('Cpus: 1'));
    expect(asks.left(headers)).to.include.members([3, 4, any]);
  });

  it('leaves those that say nothing of what a Tell takes unsaid too', () => {
    const asks = indexed((number) => (number % 10 === 0 ? 'Priority: 1' : `Owner: o${number}`));
    const headers = 'Owner: nobody | unsaid';
    for (let times = 0; times < 40; times += 1) asks.left(headers);
    const unsaid = asks.places.filter((_, number) => number % 10 === 0);
    expect(asks.left(headers)).to.include.members(unsaid);
    expect(asks.left(headers)).to.have.length.below(few);
  });

  it('leaves those of which one of several values is wanted', () => {
    const asks = indexed((number) => `My.Tag: ${number}, ${number + 500}`);
    for (let times = 0; times < 40; times += 1) asks.left('Their.Tag: >= 1200', 'Cpus: 4');
    const wanted = asks.places.filter((_, number) => number >= 700);
    expect(asks.left('Their.Tag: >= 1200')).to.include.members(wanted);
  });

  it('leaves those out again that came in the place of others', () => {
    const asks = indexed((number) => `Cpus: ${number + 1}`);
    const gone = asks.places.slice(0, 500);
    for (const place of gone) asks.remove(place);
    expect(asks.left('Cpus: 500')).to.have.length.below(few);
    const come = Array.from({ length: 500 }, (_, number) => asks.add(ask(`Cpus: ${5000 + number}`)));
    expect(asks.left('Cpus: 500')).to.have.length.below(few);
    expect(asks.left('Cpus: 9000')).to.include.members(come);
  });
});
