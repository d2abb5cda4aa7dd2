import { expect } from 'chai';
import { Ledger } from '../../../broker/accounts/ledger.ts';
import { localAdministrator } from '../../../broker/caller.ts';
import { brokerSettings } from '../../../broker/settings.ts';
import { nanoOf } from '../../../grammar/index.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Sql } from '../../../platform/store/store.ts';
import { itIsABank } from '../../conformance/bank.ts';
import { ManualClock } from '../../support/clock.ts';
import { NotingBank } from '../../support/noting-bank.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { openTrade, said, userNamed } from '../deals/trade.ts';

const ann = userNamed('ann');

describe('the ledger of a broker', () => {
  itIsABank(async () => {
    const service = await openServiceStore('broker');
    const { store } = service;
    const config = { ...brokerSettings.parse({}), currencies: ['EUR'] };
    const bank = new Ledger({ config, store, clock: new ManualClock(), log: silentLog });
    await store.write((sql) => sql.run("INSERT INTO users (name, created_at) VALUES ('ann', 0), ('bob', 0)"));
    await bank.grant(localAdministrator, 'ann', 'EUR', { amount: '10', request: 'r' });
    return {
      ...{ bank, store },
      free: (sql: Sql, user?: string) => {
        const text = 'SELECT whole, nano FROM accounts WHERE kind = @kind AND owner = @owner';
        const of = { kind: user === undefined ? 'broker' : 'user', owner: user ?? 'EUR' };
        const row = sql.get<{ whole: number; nano: number }>(text, of);
        return row === undefined ? 0n : BigInt(row.whole) * 10n ** 9n + BigInt(row.nano);
      },
      [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
    };
  });
});

describe('a bank elsewhere', () => {
  itIsABank(async () => {
    const service = await openServiceStore('broker');
    const { store } = service;
    const bank = await NotingBank.open(store, { ann: nanoOf('10') });
    return {
      ...{ bank, store },
      free: (sql: Sql, user?: string) => bank.free(sql, user ?? 'broker'),
      [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
    };
  });

  it('carries deals from Accept over an Amend to the Bill, and the broker’s own ledger has no part in it', async () => {
    await using service = await openServiceStore('broker');
    const { store } = service;
    const bank = await NotingBank.open(store, { ann: nanoOf('0.20') });
    const trade = await openTrade({ store, bank });
    const offered = async (id: string) => {
      const ask = ['Application: gcc4.0.2', 'Cpus: 2', 'Walltime: 2 h'];
      const offer = await say('Ask', id, ...ask);
      return say('Accept', `acc-${id}`, `Offer: ${said(offer, 'Id')}`);
    };
    const say = (action: string, id: string, ...lines: string[]) =>
      trade.say(ann, ['SLA-version: 1.0', `Action: ${action}`, `Id: ${id}`, ...lines].join('\n'));
    const first = await offered('ask-1');
    const agreement = said(first, 'Id') ?? '';
    expect([first.action, said(first, 'Estimate')]).to.deep.equal(['Agreement', '0.17 EUR']);
    expect(said(await offered('ask-2'), 'Reason'), 'there is less').to.match(/^funds /);
    const less = ['Walltime: 1 h', 'Estimate: 0.11 EUR'];
    expect((await say('Amend', 'am-1', `Agreement: ${agreement}`, ...less)).action).to.equal('Accept');
    expect(said(await say('Complete', 'com-1', `Agreement: ${agreement}`), 'State')).to.equal('completed');
    const orders = await store.read((sql) => bank.orders(sql));
    expect(orders.map(({ what, who, amount }) => [what, who, amount])).to.deep.equal([
      ['hold', 'ann', '170000000'],
      ['release', 'ann', '60000000'],
      ['release', 'ann', '110000000'],
    ]);
    expect(await store.read((sql) => sql.all('SELECT * FROM transfers'))).to.deep.equal([]);
    await trade.stop();
  });
});
