import { expect } from 'chai';
import fc from 'fast-check';
import { Places } from '../../infogather/places.ts';

/** What is done to places: a thing put there, or taken away. */
const step = fc.record({
  place: fc.integer({ min: 1, max: 400 }),
  removes: fc.boolean(),
  name: fc.string(),
});

describe('the places of registrations', () => {
  it('hold the last that was put at each, in their order, from any of them on', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), fc.integer({ min: 0, max: 401 }), (steps, after) => {
        const places = new Places<{ place: number; name: string }>();
        const model = new Map<number, string>();
        for (const { place, removes, name } of steps) {
          if (removes) {
            places.remove({ place });
            model.delete(place);
          } else {
            places.put({ place, name });
            model.set(place, name);
          }
        }
        const expected = [...model].filter(([place]) => place > after).sort(([a], [b]) => a - b);
        expect([...places.after(after)].map(({ place, name }) => [place, name])).to.deep.equal(expected);
        expect(places.size).to.equal(model.size);
      }),
    );
  });

  it('sweep out what has gone, and know what is left', () => {
    const places = new Places<{ place: number }>();
    for (let place = 1; place <= 1_000; place += 1) places.put({ place });
    for (let place = 1; place <= 1_000; place += 1) if (place % 100 !== 0) places.remove({ place });
    places.put({ place: 1_001 });
    expect([...places.after(500)].map(({ place }) => place)).to.deep.equal([600, 700, 800, 900, 1000, 1001]);
  });
});
