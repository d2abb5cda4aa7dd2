import { expect } from 'chai';
import { Departures } from '../../market/watches/departures.ts';
import type { Sliced } from '../../platform/slices.ts';

describe('Watches that have something to be sent', () => {
  it('begin to send one after another, with a slice for each', () => {
    const { departures, slice } = given();
    const gone: string[] = [];
    for (const name of ['a', 'b', 'c']) departures.add({ depart: () => gone.push(name) });
    expect(gone).to.deep.equal([]);
    slice();
    expect(gone).to.deep.equal(['a']);
    slice();
    expect(gone).to.deep.equal(['a', 'b']);
  });

  it('begin after those that were there before, and also when all before have begun', () => {
    const { departures, sliceAll } = given();
    const gone: string[] = [];
    const late = { depart: () => gone.push('late') };
    departures.add({ depart: () => departures.add(late) });
    departures.add({ depart: () => gone.push('second') });
    sliceAll();
    expect(gone).to.deep.equal(['second', 'late']);
    departures.add(late);
    sliceAll();
    expect(gone).to.deep.equal(['second', 'late', 'late']);
  });

  it('keep back who would add more while they are many', () => {
    const { departures, slice } = given();
    let gone = 0;
    const many = 100;
    for (let count = 0; count < many; count += 1)
      departures.add({
        depart: () => {
          gone += 1;
        },
      });
    const waiting = departures.untilFew();
    for (let slices = 0; slices < many && waiting.next().done === false; slices += 1) slice();
    expect(gone).to.be.within(many / 2, many - 1);
  });
});

/** Departures, what does one slice of them and says whether there may be more, and what does all of the few there are. */
function given() {
  let work: Sliced<unknown> | undefined;
  const departures = new Departures({
    run<T>(sliced: Sliced<T>) {
      work = sliced;
      return new Promise<T>(() => {});
    },
  });
  const slice = () => work?.next().done === false;
  const sliceAll = () => {
    for (let slices = 0; slices < 10 && slice(); slices += 1);
  };
  return { departures, slice, sliceAll };
}
