import { expect } from 'chai';
import type { Document1 } from '../../grammar/index.ts';
import { Registry } from '../../market/registry.ts';
import { type Room, Rooms } from '../../market/rooms.ts';
import { told1 } from '../../market/told.ts';
import { Refusal } from '../../platform/failure.ts';
import { anyDocumentOf, tell1 } from './support.ts';

const row = (id: string, characters: number) => ({ teller: 'ann', id, document: 'x'.repeat(characters) });

function roomOf(made: Room | Refusal): Room {
  if (made instanceof Refusal) throw made;
  return made;
}

describe('room for Tells that arrive', () => {
  it('is kept up to the bound of bytes, and not beyond it', () => {
    const rooms = new Rooms({ 'most-tells': 10, 'most-bytes': 20 }, new Registry());
    roomOf(rooms.make(row('a', 10)));
    expect(rooms.make(row('b', 11))).to.be.an.instanceof(Refusal);
    const second = roomOf(rooms.make(row('b', 10)));
    expect(rooms.make(row('c', 1))).to.be.an.instanceof(Refusal);
    rooms.giveBack(second);
    roomOf(rooms.make(row('c', 10)));
  });

  it('is kept once for those of one name that come together', () => {
    const rooms = new Rooms({ 'most-tells': 1, 'most-bytes': 1000 }, new Registry());
    const made = [1, 2, 3].map((characters) => roomOf(rooms.make(row('a', characters)))).reverse();
    for (const room of made) {
      expect(rooms.make(row('b', 1))).to.be.an.instanceof(Refusal);
      rooms.giveBack(room);
    }
    roomOf(rooms.make(row('b', 1)));
  });

  it('is wanted of one that stands for what another text of it has more', () => {
    const registry = new Registry();
    const told = told1(anyDocumentOf(tell1('a', 'Cpus: 8')) as Document1, 'ann');
    registry.tell(told, 1, 1, undefined);
    const { length } = told.row.document;
    const rooms = new Rooms({ 'most-tells': 1, 'most-bytes': length }, registry);
    expect(roomOf(rooms.make(row('a', length))).bytes).to.equal(0);
    expect(rooms.make(row('a', length + 1))).to.be.an.instanceof(Refusal);
    expect(
      new Rooms({ 'most-tells': 1, 'most-bytes': 2 * length }, registry).make(row('a', length + 1)),
    ).to.include({
      isNew: false,
      bytes: 1,
    });
  });
});
