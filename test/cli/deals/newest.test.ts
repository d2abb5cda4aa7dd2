import { expect } from 'chai';
import { newest } from '../../../cli/deals/newest.ts';
import type { DealView } from '../../../protocol/deals/deal.ts';

describe('a list of deals', () => {
  it('has the latest that are wanted, reads no further, and says whether there are more', async () => {
    let read = 0;
    async function* deals() {
      for (; read < 10; read += 1) yield { offer: `off-${read}`, short: read % 2 === 0 } as DealView;
    }
    const wanted = ({ short }: DealView) => short;
    const some = await newest(deals(), wanted, 2);
    expect(some.deals.map(({ offer }) => offer)).to.deep.equal(['off-0', 'off-2']);
    expect([some.isMore, read]).to.deep.equal([true, 4]);
    read = 0;
    const all = await newest(deals(), wanted, 5);
    expect([all.deals.length, all.isMore]).to.deep.equal([5, false]);
  });
});
