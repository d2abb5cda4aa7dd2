import { expect } from 'chai';
import fc from 'fast-check';
import { Room } from '../../../fabric-agent/tasks/room.ts';

const need = fc.record({
  cpus: fc.constantFrom(0.1, 0.3, 0.5, 1, 2, 3),
  memoryBytes: fc.constantFrom(0, 10, 60, 100),
});
const steps = fc.array(
  fc.oneof(
    fc.record({ word: fc.constantFrom('a', 'b', 'c', 'd', 'e'), need }),
    fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  ),
  { maxLength: 60 },
);

describe('the room of a node', () => {
  it('never holds more than the node has, and forgets nothing', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const room = new Room({ cpus: 2, memoryBytes: 100, tasks: 3 });
        const inside = new Map<string, { cpus: number; memoryBytes: number }>();
        const sum = (what: 'cpus' | 'memoryBytes') =>
          Array.from(inside.values(), (one) => one[what]).reduce((a, b) => a + b, 0);
        for (const step of all) {
          if (typeof step === 'string') {
            expect(room.leave(step)).to.equal(inside.delete(step));
            continue;
          }
          const before = inside.has(step.word);
          const fits =
            inside.size < 3 &&
            sum('cpus') + step.need.cpus <= 2 + 1e-9 &&
            sum('memoryBytes') + step.need.memoryBytes <= 100;
          expect(room.enter(step.word, step.need)).to.equal(before || fits);
          if (!before && fits) inside.set(step.word, step.need);
          expect(inside.size).to.be.at.most(3);
          expect(sum('cpus')).to.be.at.most(2 + 1e-9);
        }
      }),
    );
  });

  it('takes in what runs already, and others only once that has left', () => {
    const room = new Room({ cpus: 1, memoryBytes: 0, tasks: 5 });
    room.admit('a', { cpus: 2, memoryBytes: 0 });
    expect(room.enter('b', { cpus: 1, memoryBytes: 0 })).to.equal(false);
    room.leave('a');
    expect(room.enter('b', { cpus: 1, memoryBytes: 0 })).to.equal(true);
  });
});
