import { expect } from 'chai';
import { Claims, claim } from '../../../broker/capacity/claims.ts';
import { tasksAtOnce, timesFit } from '../../../broker/capacity/timeline.ts';
import { Node } from '../../../broker/jobs/agent-node.ts';
import { OneQueue } from '../../../broker/jobs/one-queue.ts';
import { Rooms } from '../../../broker/jobs/rooms.ts';

const hourMs = 3_600_000;
const oneTask = new Map([[tasksAtOnce, 1]]);

/** Nodes, each with one task that is all of it. */
const count = 500;

describe('the room of a node', () => {
  it('is found without what one deal has of it, with no look at what that has elsewhere', () => {
    const claims = new Claims();
    const rooms = new Rooms({ claims, queues: new OneQueue(() => 0), marginMs: 0 });
    const nodes = Array.from({ length: count }, (_, index) => {
      const node = new Node({ resource: `node-${index}`, owner: 'local' }, { send() {} });
      const total = new Map<string, number>();
      node.occupancy.capacity = { total, queues: false, mostTasks: 1, mostHeld: 0, draining: false };
      return node;
    });
    let looks = 0;
    for (const { resource: agent } of nodes) {
      const made = claim({
        ...{ deal: 1, agent, slots: 1, amounts: new Map(), from: 0, until: hourMs },
        ...{ agreement: 'agr-1', backEnd: false, short: false },
      });
      const get = () => {
        looks += 1;
        return agent;
      };
      claims.put(Object.defineProperty(made, 'agent', { get }));
    }
    const before = looks;
    const timesBeside = (instead?: number) =>
      nodes.reduce((sum, node) => sum + timesFit(rooms.roomOf(node, 0, instead), oneTask, 0, hourMs), 0);
    expect(timesBeside()).to.equal(0);
    expect(timesBeside(1)).to.equal(count);
    expect(timesBeside(2)).to.equal(0);
    expect(looks - before, 'a deal may have ten thousand').to.be.at.most(4 * count);
  });
});
