import { expect } from 'chai';
import fc from 'fast-check';
import { FactList } from '../../../grammar/documents/fact-list.ts';
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
});
