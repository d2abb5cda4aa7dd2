import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Lane, type Sliced, Slices } from '../../platform/slices.ts';

/** Work of so many slices; `done` is called for each. */
function* work(slices: number, done: () => void): Sliced<number> {
  for (let slice = 1; slice < slices; slice += 1) {
    done();
    yield;
  }
  done();
  return slices;
}

describe('work in slices', () => {
  it('gives everything that is under way a slice in its turn, so that short work waits for no long one', async () => {
    const slices = new Slices(1000);
    const order: string[] = [];
    const named = (name: string, count: number) => slices.run(work(count, () => order.push(name)));
    const all = [named('long', 1000), named('long', 1000), named('short', 3)];
    expect(await Promise.all(all)).to.deep.equal([1000, 1000, 3]);
    expect(order.lastIndexOf('short')).to.equal(8);
    expect(order).to.have.length(2003);
  });

  it('lets the event loop go round when the time of a turn is over', async () => {
    const slices = new Slices(0);
    let spent = 0;
    const done = slices.run(
      work(50, () => {
        spent += 1;
      }),
    );
    const seen: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      await turn();
      seen.push(spent);
    }
    expect(seen.every((count, index) => count - (seen[index - 1] ?? 0) <= 1)).to.equal(true);
    expect(await done).to.equal(50);
  });

  it('hands on what work throws, and goes on with the rest', async () => {
    const slices = new Slices(1000);
    const failing = slices.run(
      (function* (): Sliced<void> {
        yield;
        throw new Error('broken');
      })(),
    );
    const other = slices.run(work(5, () => {}));
    expect(await failing.catch((error: Error) => error.message)).to.equal('broken');
    expect(await other).to.equal(5);
  });

  it('lets work that waits in between rest until the others had their slice', async () => {
    const slices = new Slices(1000);
    const order: string[] = [];
    const other = slices.run(work(3, () => order.push('slice')));
    const rested = slices.rest().then(() => order.push('rested'));
    expect(order).to.deep.equal([]);
    await Promise.all([other, rested]);
    expect(order.slice(0, 1)).to.deep.equal(['slice']);
    expect(order).to.have.length(4);
  });

  it('gives other work every second slice, however much waits in a lane', async () => {
    const slices = new Slices(1000);
    const lane = new Lane(slices);
    const order: string[] = [];
    const laned = Array.from({ length: 200 }, () => lane.run(work(5, () => order.push('lane'))));
    const other = slices.run(work(10, () => order.push('other')));
    expect(await Promise.all([...laned, other])).to.deep.equal([...Array(200).fill(5), 10]);
    expect(order.lastIndexOf('other')).to.be.lessThan(21);
    expect(order).to.have.length(1010);
  });

  it('gives all that waits in a lane a slice in its turn, opens it again, and hands on what one throws', async () => {
    const slices = new Slices(1000);
    const lane = new Lane(slices);
    const order: string[] = [];
    const failing = (function* (): Sliced<void> {
      yield;
      throw new Error('broken');
    })();
    const all = [
      lane.run(work(100, () => order.push('long'))),
      lane.run(failing).catch((error: Error) => error.message),
      lane.run(work(2, () => order.push('short'))),
    ];
    expect(await Promise.all(all)).to.deep.equal([100, 'broken', 2]);
    expect(order.slice(0, 4)).to.deep.equal(['long', 'short', 'long', 'short']);
    expect(await lane.run(work(3, () => {}))).to.equal(3);
  });
});
