import { expect } from 'chai';
import type { Holding } from '../../../broker/accounts/bank.ts';
import { Ledger } from '../../../broker/accounts/ledger.ts';
import { accountRoutes } from '../../../broker/accounts/routes.ts';
import { localAdministrator, setCaller } from '../../../broker/caller.ts';
import { brokerSettings } from '../../../broker/settings.ts';
import { statementHead, statementLine } from '../../../cli/deals/statement.ts';
import { AccountsClient } from '../../../client/index.ts';
import { nanoOf } from '../../../grammar/index.ts';
import { silentLog } from '../../../platform/log.ts';
import { ManualClock } from '../../support/clock.ts';
import { refusalOf } from '../../support/documents.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { userNamed } from '../deals/trade.ts';
import { openHttpDoor } from '../http-door.ts';

const config = { ...brokerSettings.parse({}), currencies: ['EUR', 'CREDIT'] };
const agreement: Holding = { agreement: 'agr-1', owner: 'ann', currency: 'EUR' };

/** A broker that was paid 0.05 EUR by ann for a job and that ann and an administrator ask, each as they are. */
async function given() {
  const service = await openServiceStore('broker');
  const { store } = service;
  const clock = new ManualClock();
  const ledger = new Ledger({ config, store, clock, log: silentLog });
  await store.write((sql) => sql.run("INSERT INTO users (name, created_at) VALUES ('ann', 0)"));
  await ledger.grant(localAdministrator, 'ann', 'EUR', { amount: '1', request: 'r-1' });
  await store.write((sql) => {
    ledger.hold(sql, agreement, nanoOf('0.5'), 'acc-1');
    ledger.charge(sql, agreement, { kind: 'broker' }, nanoOf('0.05'), 'job-1.1#1');
  });
  const door = (who: typeof localAdministrator) =>
    openHttpDoor([accountRoutes(ledger, 1)], [], {}, (request, sender) => {
      setCaller(request, who);
      return { sender };
    });
  const doors = [await door(localAdministrator), await door(userNamed('ann'))] as const;
  const [administrator, ann] = doors.map(({ url }) => new AccountsClient({ url, fetch }));
  return {
    administrator: administrator!,
    ann: ann!,
    at: clock.now(),
    async [Symbol.asyncDispose]() {
      for (const one of doors) await one[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

describe('the account of the broker itself', () => {
  it('is listed to administrators behind those of users, and alone where it is asked for', async () => {
    await using it = await given();
    const own = { owner: '@broker', currency: 'EUR', balance: '0.05', held: '0.00', limit: null };
    const all = await it.administrator.list({ owner: '*' });
    expect(all.map(({ owner }) => owner)).to.deep.equal(['ann', '@broker']);
    expect(all.at(-1)).to.deep.equal(own);
    expect(await it.administrator.list({ owner: '@broker' })).to.deep.equal([own]);
  });

  it('has a statement, of which each line is in the CSV too', async () => {
    await using it = await given();
    const entries = await Array.fromAsync(it.administrator.statement('@broker', 'EUR'));
    const [entry] = entries;
    expect(entries).to.deep.equal([
      {
        ...{ entry: entry?.entry, at: it.at, kind: 'charge', cause: 'job-1.1#1', memo: null },
        ...{ amount: '0.05', balance: '0.05' },
      },
    ]);
    expect([statementHead, ...entries.map(statementLine)].join('\n')).to.match(
      /,charge,job-1.1#1,0.05,0.05,$/,
    );
    expect(
      await Array.fromAsync(it.administrator.statement('@broker', 'CREDIT')),
      'nothing came',
    ).to.deep.equal([]);
  });

  it('is shown to nobody else, and given nothing', async () => {
    await using it = await given();
    const code = async (asked: Promise<unknown>) => (await refusalOf(asked)).code;
    expect((await it.ann.list()).map(({ owner }) => owner)).to.deep.equal(['ann']);
    for (const owner of ['*', '@broker']) expect(await code(it.ann.list({ owner }))).to.equal('not-allowed');
    expect(await code(Array.fromAsync(it.ann.statement('@broker', 'EUR')))).to.equal('not-allowed');
    const grant = it.administrator.grant('@broker', 'EUR', { amount: '1', request: 'r-2' });
    expect(await code(grant)).to.equal('not-found');
  });
});
