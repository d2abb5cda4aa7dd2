import { expect } from 'chai';
import { randomOf } from '../chaos/plan.ts';
import { nodeCpus, TradingHouse } from './house.ts';
import { violationsIn } from './invariants.ts';
import { trading } from './trading.ts';

describe('users and brokers that trade at random', () => {
  it('lose no money and no capacity, and every Ask is answered', async () => {
    const least = ['Ask -> Offer', 'Accept -> Agreement', 'Complete -> Ack', 'jobs', 'looks'];
    const report = await trading({ users: 24, brokers: 2, ms: 4_000, restMs: 400, least, seed: 7 });
    expect(report.wrong).to.deep.equal([]);
    expect(report.answered).to.equal(report.asked);
    expect(report.counts).to.include.keys(least);
  });

  it('are looked at so that money, holds and capacity that are not as they are to be are seen', async () => {
    const options = { name: 'one', users: ['ann'], nodes: 1, amount: '5', random: randomOf(1) };
    await using house = await TradingHouse.open({ ...options, settings: { currencies: ['CREDIT'] } });
    const seen = (isOver = false) =>
      house.store.read((sql) => violationsIn(sql, { total: { cpus: nodeCpus }, isOver }));
    const ask = [
      { name: 'Application', value: 'echo' },
      { name: 'Walltime', value: '1 h' },
    ];
    const [offer] = await house.say('ann', 'Ask', 'a-1', ask);
    expect(offer !== undefined && 'headers' in offer && offer.headers[1]?.value).to.equal('Offer');
    expect(await seen()).to.deep.equal([]);
    expect((await seen(true)).join('\n')).to.equal('1 deals that are not over are left\n1 holds are left');
    const spoil = (text: string) => house.store.write((sql) => sql.run(text));
    await spoil(`UPDATE holds SET slots = slots + ${nodeCpus}`);
    expect((await seen()).join('\n')).to.match(/^node-0 has 8 cpus, and 9 are promised at \d+$/);
    await spoil('UPDATE holds SET slots = 1');
    await spoil(`UPDATE deals SET state = 'lapsed', verb = 'lapse'`);
    expect((await seen()).join('\n')).to.match(/^a hold on node-0 is of deal 1, which is lapsed$/);
    await spoil('DELETE FROM holds');
    await spoil(`UPDATE accounts SET whole = whole + 1 WHERE kind = 'user'`);
    expect((await seen()).join('\n')).to.match(
      /^the ledger of CREDIT sums to 1000000000 billionths\naccount \d+ has 1000000000 billionths that no transfer brought$/,
    );
    await spoil(
      `UPDATE accounts SET whole = whole - 1, kind = 'escrow', owner = 'agr-x' WHERE kind = 'user'`,
    );
    expect((await seen()).join('\n')).to.match(
      /^5000000000 billionths are in escrow for agr-x, which is no deal$/,
    );
  });
});
