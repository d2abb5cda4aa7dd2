import { expect } from 'chai';
import { emptyBlock } from '../../infogather/history/series.ts';
import { HistoryStore } from '../../infogather/history/store.ts';
import { openServiceStore } from '../support/service-store.ts';
import { givenInfogather } from './support.ts';

describe('what infogather forgets', () => {
  it('goes a few nodes at a time, however many have gone', async () => {
    await using given = await givenInfogather({ 'most-gone': 0 });
    const { store } = given.files;
    await store.write((sql) => {
      for (let node = 1; node <= 120; node += 1)
        sql.run(
          `INSERT INTO nodes (owner, name, state, since, reason, cursor) VALUES ('', @name, 'joining', 0, '', 0)`,
          { name: `n${node}` },
        );
      sql.run(`UPDATE nodes SET state = 'gone'`);
    });
    const left: number[] = [120];
    const write = store.write.bind(store);
    store.write = (verb) =>
      write((sql) => {
        const result = verb(sql);
        left.push(sql.get<{ count: number }>('SELECT count(*) AS count FROM nodes')!.count);
        return result;
      });
    await given.infogather.sweep(given.clock.now());
    expect(left.at(-1)).to.equal(0);
    expect(Math.max(...left.map((count, index) => (left[index - 1] ?? count) - count))).to.equal(50);
  });

  it('is all of the history in steps that were set before, and nothing else', async () => {
    await using service = await openServiceStore('infogather');
    const history = new HistoryStore(service.store);
    const blocks = [10, 20, 30, 40].flatMap((stepMs) =>
      [1, 2, 3].map((node) => ({ node, stepMs, ...emptyBlock(0, stepMs) })),
    );
    await history.keep(blocks);
    const counts: number[] = [];
    do counts.push(await history.forgetOther([20], 4));
    while (counts.at(-1) === 4);
    expect(counts).to.deep.equal([4, 4, 1]);
    const left = await service.store.read((sql) =>
      sql.all('SELECT step, count(*) AS count FROM history GROUP BY step'),
    );
    expect(left).to.deep.equal([{ step: 20, count: 3 }]);
  });
});
