import { expect } from 'chai';
import fc from 'fast-check';
import { UnderWay } from '../../market/under-way.ts';

/** Lets what waits for promises that are settled go on. */
async function rest(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await Promise.resolve();
}

describe('what is under way', () => {
  it('is over for who waits when all is over that was begun before, whatever was begun since', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom('begin', 'wait'), fc.nat(20)), { maxLength: 40 }),
        async (steps) => {
          const underWay = new UnderWay();
          const ends: { over: () => void; isOver: boolean }[] = [];
          const waits: { before: number; isOver: boolean }[] = [];
          for (const step of steps) {
            if (step === 'begin') ends.push({ over: underWay.begin(), isOver: false });
            else if (step === 'wait') {
              const wait = { before: ends.length, isOver: false };
              waits.push(wait);
              void underWay.settled().then(() => {
                wait.isOver = true;
              });
            } else {
              const one = ends[Number(step) % Math.max(1, ends.length)];
              if (one === undefined || one.isOver) continue;
              one.isOver = true;
              one.over();
            }
            await rest();
            for (const { before, isOver } of waits) {
              expect(isOver).to.equal(ends.slice(0, before).every((one) => one.isOver));
            }
          }
        },
      ),
    );
  });
});
