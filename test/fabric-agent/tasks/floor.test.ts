import { expect } from 'chai';
import fc from 'fast-check';
import { Floor, shareOf } from '../../../fabric-agent/tasks/floor.ts';

const whole = { cpus: 4, memoryBytes: 100, tasks: 5 };

const need = fc.record({
  cpus: fc.constantFrom(0.5, 1, 2, 3),
  memoryBytes: fc.constantFrom(0, 10, 30, 60),
});
const names = ['', 'b', 'c'] as const;
/** One comes, or the oldest of those inside leaves. */
const step = fc.oneof(fc.record({ name: fc.constantFrom(...names), need }), fc.constant('leave' as const));

interface Inside {
  readonly name: string;
  readonly word: string;
  readonly need: { readonly cpus: number; readonly memoryBytes: number };
}

describe('the floor of a node that several brokers share', () => {
  it('never holds more than the node has, nor more of one broker than its share, and lets all in at last', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 3 }), (steps, brokers) => {
        const floor = new Floor(whole);
        const share = shareOf(whole, brokers);
        const floors = new Map(
          names.slice(0, brokers).map((name) => [name as string, floor.of(name, share)]),
        );
        const inside: Inside[] = [];
        const waiting = new Set<string>();
        const within = (all: readonly Inside[], most: typeof whole) => {
          const sum = (what: 'cpus' | 'memoryBytes') => all.reduce((total, one) => total + one.need[what], 0);
          expect(all.length).to.be.at.most(most.tasks);
          expect(sum('cpus')).to.be.at.most(most.cpus);
          expect(sum('memoryBytes')).to.be.at.most(most.memoryBytes);
        };
        const check = () => {
          within(inside, whole);
          for (const name of floors.keys())
            within(
              inside.filter((one) => one.name === name),
              share,
            );
          expect(floor.running).to.equal(inside.length);
        };
        const leave = () => {
          const [one] = inside.splice(0, 1);
          if (one !== undefined) floors.get(one.name)?.leave(one.word);
          return one !== undefined;
        };
        floor.open();
        for (const [index, one] of steps.entries()) {
          if (one === 'leave') leave();
          else if (
            floors.has(one.name) &&
            one.need.cpus <= share.cpus &&
            one.need.memoryBytes <= share.memoryBytes
          ) {
            const word = `task.${index}`;
            waiting.add(word);
            floors.get(one.name)?.wait(word, one.need, () => {
              waiting.delete(word);
              inside.push({ name: one.name, word, need: one.need });
            });
          }
          check();
        }
        while (leave()) check();
        expect([...waiting]).to.deep.equal([]);
      }),
    );
  });

  it('lets those in first who became ready first, and past one whose broker has all of its share', () => {
    const floor = new Floor({ cpus: 2, memoryBytes: 0, tasks: 2 });
    const [a, b] = ['a', 'b'].map((name) => floor.of(name, { cpus: 1, memoryBytes: 0, tasks: 1 }));
    const order: string[] = [];
    const one = { cpus: 1, memoryBytes: 0 };
    for (const word of ['a1', 'a2']) a?.wait(word, one, () => order.push(word));
    b?.wait('b1', one, () => order.push('b1'));
    expect(order, 'not before it is known what runs').to.deep.equal([]);
    floor.open();
    expect(order).to.deep.equal(['a1', 'b1']);
    b?.wait('b2', one, () => order.push('b2'));
    a?.withdraw('a2');
    a?.leave('a1');
    expect(order).to.deep.equal(['a1', 'b1']);
    b?.leave('b1');
    expect(order).to.deep.equal(['a1', 'b1', 'b2']);
  });

  it('is shared in whole cores, and one at least', () => {
    expect(shareOf(whole, 1)).to.deep.equal(whole);
    expect(shareOf({ cpus: 5, memoryBytes: 11, tasks: 9 }, 2)).to.deep.equal({
      cpus: 2,
      memoryBytes: 5,
      tasks: 4,
    });
    expect(shareOf({ cpus: 1, memoryBytes: 10, tasks: 1 }, 3)).to.deep.equal({
      cpus: 1,
      memoryBytes: 3,
      tasks: 1,
    });
  });
});
