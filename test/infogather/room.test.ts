import { expect } from 'chai';
import { Room } from '../../infogather/room.ts';
import { Refusal } from '../../platform/failure.ts';

const nobody = { size: 0, bytes: 0 };
const most = { 'most-registrations': 10, 'most-bytes': 1000, 'agent-registrations': 2, 'agent-bytes': 100 };

describe('the room for registrations', () => {
  it('counts what is on its way of an agent as long as it is, whatever of it came and went before', () => {
    const room = new Room([nobody], most);
    const take = (name: string, bytes: number, before?: number) =>
      room.take({ name, bytes, before, agent: { owner: 'a', held: nobody } });
    const [first, second] = [take('known', 5, 5), take('known', 5, 5)];
    first();
    take('one', 50);
    second();
    take('two', 40);
    expect(() => take('three', 1)).to.throw(Refusal);
    expect(() => take('two', 60)).to.throw(Refusal);
  });
});
