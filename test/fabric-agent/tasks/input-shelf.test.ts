import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputShelf } from '../../../fabric-agent/tasks/input-shelf.ts';
import { mostMarks } from '../../../protocol/agent/inputs.ts';
import { GivenCache, hashOf } from './given-cache.ts';

/** As docs/agent-protocol.md says. */
const markOf = (owner: string, bytes: Buffer) => hashOf(`${owner}\n${hashOf(bytes)}`).slice(0, 16);

describe('what a broker is told of inputs', () => {
  const large = (letter: string) => Buffer.alloc(2 ** 20, letter);
  const [a, b, c] = [large('a'), large('b'), large('c')];

  it('is which large ones are here since, and which no more, each once', async () => {
    await using given = await GivenCache.open({ mostBytes: 2 * 2 ** 20 });
    await given.bring('small');
    await given.bring(a);
    given.shelf.tell();
    given.shelf.tell();
    await given.bring(b);
    await given.bring(c);
    given.shelf.tell();
    expect(given.said).to.deep.equal([
      { type: 'holds', gained: [markOf('ann', a)], lost: [] },
      { type: 'holds', gained: [markOf('ann', b), markOf('ann', c)], lost: [markOf('ann', a)] },
    ]);
  });

  it('is what is here, at the beginning of a session, and nothing of other brokers', async () => {
    await using given = await GivenCache.open({ mostBytes: 4 * 2 ** 20, brokers: ['b1', 'b2'] });
    await given.bring(a);
    await given.bring(b, 'eve');
    await given.bring(c, 'ann', new InputShelf(given.cache, 'b2', () => {}));
    await given.start({ mostBytes: 4 * 2 ** 20, brokers: ['b1', 'b2'] });
    expect(given.shelf.greeting()).to.deep.equal([
      { type: 'holds', gained: [markOf('eve', b), markOf('ann', a)], lost: [] },
    ]);
    given.shelf.tell();
    expect(given.said).to.deep.equal([]);
  });

  it('is no more than a session may name, in parts', async () => {
    await using given = await GivenCache.open({ mostBytes: 1e12 });
    await Promise.all(
      Array.from({ length: mostMarks + 10 }, async (_, number) => {
        const file = join(given.folder, 'b1', hashOf(`${number}`));
        await writeFile(file, '');
        await truncate(file, 2 ** 20);
      }),
    );
    await given.start({ mostBytes: 1e12 });
    const said = given.shelf.greeting();
    expect(said.map(({ gained }) => gained.length)).to.deep.equal([1000, 1000]);
    await given.bring(a);
    given.shelf.tell();
    expect(given.said).to.deep.equal([]);
  });
});
