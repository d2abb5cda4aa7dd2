import { expect } from 'chai';
import type { Document1 } from '../../grammar/index.ts';
import { type LiveTell, Registry } from '../../market/registry.ts';
import { told1 } from '../../market/told.ts';
import { anyDocumentOf, tell1 } from './support.ts';

/** That of a few Tells is far below it. */
const mostEffort = 1_000_000;

/** Tells in memory, all of which lapse at 100. */
function givenTells(...ids: readonly string[]) {
  const registry = new Registry();
  const lives = ids.map((id, at) => {
    const told = told1(anyDocumentOf(tell1(id, 'Cpus: 8')) as Document1, 'ann');
    return registry.tell(told, at + 1, 100, undefined).after;
  });
  const end = (live: LiveTell) => registry.end(live, registry.cursor + 1);
  return { registry, lives, end };
}

describe('a Tell in memory', () => {
  it('has lapsed when its time has come, and not before', () => {
    const { registry, lives } = givenTells('a');
    expect(registry.takeDue(99, 10, mostEffort)).to.deep.equal([]);
    expect(registry.takeDue(100, 10, mostEffort)).to.deep.equal(lives);
  });

  it('lapses once where it was renewed for less', () => {
    const { registry, lives, end } = givenTells('a');
    const [live] = lives as [LiveTell];
    registry.renew(live, 50);
    expect(registry.nextEnding).to.equal(50);
    expect(registry.takeDue(50, 10, mostEffort)).to.deep.equal([live]);
    end(live);
    expect(registry.takeDue(100, 10, mostEffort)).to.deep.equal([]);
  });

  it('lapses later where it was renewed for longer', () => {
    const { registry, lives } = givenTells('a');
    registry.renew(lives[0] as LiveTell, 200);
    expect(registry.takeDue(100, 10, mostEffort)).to.deep.equal([]);
    expect(registry.nextEnding).to.equal(200);
    expect(registry.takeDue(200, 10, mostEffort)).to.deep.equal(lives);
  });

  it('is looked at together with no more than so many others', () => {
    const { registry } = givenTells('a', 'b', 'c');
    expect(registry.takeDue(100, 2, mostEffort)).to.have.length(2);
    expect(registry.takeDue(100, 2, mostEffort)).to.have.length(1);
  });
});
