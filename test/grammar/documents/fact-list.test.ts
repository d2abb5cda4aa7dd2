import { expect } from 'chai';
import fc from 'fast-check';
import { FactList, placesOf } from '../../../grammar/documents/fact-list.ts';
import type { Fact } from '../../../grammar/values/fact.ts';

const factOf = (value: number): Fact => ({ values: [{ kind: 'number', value }], text: `${value}` });

describe('a list of facts', () => {
  it('is what a Map would be, asked for by name at any moment', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(), fc.boolean()));
    fc.assert(
      fc.property(steps, (said) => {
        const [list, map] = [new FactList(), new Map<string, Fact>()];
        for (const [name, number, isLookedFor] of said) {
          const fact = factOf(number);
          if (map.has(name)) list.set(name, fact);
          else list.add(name, fact);
          map.set(name, fact);
          if (isLookedFor) expect(list.get(name)).to.equal(fact);
        }
        const seen: [string, Fact][] = [];
        list.forEach((fact, name) => {
          seen.push([name, fact]);
        });
        expect(seen).to.deep.equal([...map]);
        expect([...list]).to.deep.equal([...map]);
        expect([[...list.keys()], [...list.values()], list.size]).to.deep.equal([
          [...map.keys()],
          [...map.values()],
          map.size,
        ]);
        expect(list.has('e')).to.equal(false);
      }),
    );
  });

  it('says what it was given under names that it shares, texts among it, and changes nothing for the others', () => {
    const names = ['a', 'b'];
    const places = placesOf(names);
    const [list, other] = [
      new FactList(names, ['1', factOf(2)], places),
      new FactList(names, ['x, y', '"z"'], places),
    ];
    list.add('c', factOf(3));
    list.set('b', factOf(4));
    expect([...list]).to.deep.equal([
      ['a', factOf(1)],
      ['b', factOf(4)],
      ['c', factOf(3)],
    ]);
    expect(list.get('a')).to.equal(list.get('a'));
    expect([names, places, other.size]).to.deep.equal([['a', 'b'], placesOf(['a', 'b']), 2]);
    expect([...other.values()].map(({ values }) => values)).to.deep.equal([
      [
        { kind: 'string', text: 'x' },
        { kind: 'string', text: 'y' },
      ],
      [{ kind: 'string', text: 'z' }],
    ]);
  });
});
