import { expect } from 'chai';
import fc from 'fast-check';
import type { Holding, Payee } from '../../../broker/accounts/bank.ts';
import { Ledger } from '../../../broker/accounts/ledger.ts';
import { localAdministrator } from '../../../broker/caller.ts';
import { brokerSettings } from '../../../broker/settings.ts';
import { nanoOf, nanoText } from '../../../grammar/index.ts';
import { Refusal } from '../../../platform/failure.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Sql } from '../../../platform/store/store.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';

const config = { ...brokerSettings.parse({}), currencies: ['EUR', 'CREDIT'] };

async function given() {
  const service = await openServiceStore('broker');
  const { store } = service;
  await store.write((sql) => {
    for (const name of ['ann', 'bob'])
      sql.run('INSERT INTO users (name, created_at) VALUES (@name, 0)', { name });
  });
  const ledger = new Ledger({ config, store, clock: new ManualClock(), log: silentLog });
  const grant = (owner: string, amount: string, request: string, currency = 'EUR') =>
    ledger.grant(localAdministrator, owner, currency, { amount, request });
  return { store, ledger, grant, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

/** The code by which something is refused; nothing where it is not. */
async function refusal(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** The sum over all accounts of each currency that is not zero, and every account below zero that is no issuer's. */
function faultsIn(sql: Sql): object[] {
  return sql.all(
    `SELECT currency FROM accounts GROUP BY currency
       HAVING sum(nano) % 1000000000 <> 0 OR sum(whole) + sum(nano) / 1000000000 <> 0
     UNION ALL SELECT owner FROM accounts WHERE kind <> 'issuer' AND whole < 0`,
  );
}

/** Accounts of users that say another amount held than what went from them into escrows and is there yet. */
function heldOtherwise(sql: Sql): object[] {
  return sql.all(
    `SELECT owner FROM accounts AS of_user WHERE kind = 'user'
       AND held_whole * 1000000000 + held_nano <> coalesce(
         (SELECT sum(whole * 1000000000 + nano) FROM accounts WHERE kind = 'escrow' AND account IN
           (SELECT credit FROM transfers WHERE debit = of_user.account AND kind = 'escrow')), 0)`,
  );
}

const holding = (agreement: string, owner = 'ann'): Holding => ({ agreement, owner, currency: 'EUR' });
const bob: Payee = { kind: 'user', owner: 'bob' };

describe('amounts of money', () => {
  it('are exact, and read as they are written', () => {
    const amounts = fc.bigInt({ min: -(10n ** 24n) + 1n, max: 10n ** 24n - 1n });
    fc.assert(fc.property(amounts, (amount) => nanoOf(nanoText(amount)) === amount));
    expect(['5', '-0.5', '0.000000001'].map((text) => nanoText(nanoOf(text)))).to.deep.equal([
      '5.00',
      '-0.50',
      '0.000000001',
    ]);
  });
});

describe('a ledger', () => {
  it('gives money once for each request, and says so in a statement', async () => {
    await using it = await given();
    const first = await it.grant('ann', '100.50', 'r-1');
    expect(first).to.deep.equal({
      owner: 'ann',
      currency: 'EUR',
      balance: '100.50',
      held: '0.00',
      limit: null,
    });
    expect(await it.grant('ann', '100.50', 'r-1')).to.deep.equal(first);
    expect(await refusal(it.grant('ann', '99', 'r-1'))).to.equal('request-reused');
    await it.grant('bob', '1', 'r-1');
    await it.grant('ann', '0.000000001', 'r-2');
    const { entries, next } = await it.ledger.statement('ann', 'EUR', 0, 10);
    expect(next).to.equal(null);
    expect(entries.map(({ kind, cause, amount, balance }) => [kind, cause, amount, balance])).to.deep.equal([
      ['grant', 'r-1', '100.50', '100.50'],
      ['grant', 'r-2', '0.000000001', '100.500000001'],
    ]);
    const page = await it.ledger.statement('ann', 'EUR', 0, 1);
    expect(page.entries).to.deep.equal(entries.slice(0, 1));
    expect((await it.ledger.statement('ann', 'EUR', page.next!, 1)).entries).to.deep.equal(entries.slice(1));
  });

  it('runs the currencies of its broker, for users that there are', async () => {
    await using it = await given();
    expect(await refusal(it.grant('ann', '1', 'r', 'USD'))).to.equal('no-currency');
    expect(await refusal(it.grant('eve', '1', 'r'))).to.equal('not-found');
    await it.grant('ann', '999999999999999.999999999', 'r');
    expect(await refusal(it.grant('ann', '0.000000001', 's'))).to.equal('too-much-money');
    expect(await refusal(it.grant('bob', '0.000000001', 's'))).to.equal('too-much-money');
    expect(await it.store.read(faultsIn)).to.deep.equal([]);
  });

  it('holds money for a deal, pays out of it, and gives back the rest', async () => {
    await using it = await given();
    await it.grant('ann', '10', 'r');
    const { ledger, store } = it;
    const deal = holding('agr-1');
    await store.write((sql) => ledger.hold(sql, deal, nanoOf('4'), 'acc-1'));
    await store.write((sql) => ledger.hold(sql, deal, nanoOf('4'), 'acc-1'));
    expect((await ledger.accounts('ann'))[0]).to.include({ balance: '6.00', held: '4.00' });
    await store.write((sql) => {
      ledger.charge(sql, deal, bob, nanoOf('1.25'), 'bill-1');
      ledger.charge(sql, deal, { kind: 'broker' }, nanoOf('0.05'), 'bill-1');
      ledger.charge(sql, deal, bob, nanoOf('1.25'), 'bill-1');
    });
    expect(
      await refusal(store.write((sql) => ledger.charge(sql, deal, bob, nanoOf('2.71'), 'b-2'))),
    ).to.equal('no-funds');
    await store.write((sql) => expect(ledger.release(sql, deal, 0n, 'bill-1')).to.equal(nanoOf('2.70')));
    expect(
      (await ledger.accounts(undefined)).map(({ owner, balance, held }) => [owner, balance, held]),
    ).to.deep.equal([
      ['ann', '8.70', '0.00'],
      ['bob', '1.25', '0.00'],
      ['@broker', '0.05', '0.00'],
    ]);
    expect(await store.read((sql) => ledger.held(sql, deal))).to.equal(0n);
    expect(await store.read(faultsIn)).to.deep.equal([]);
  });

  it('holds no more than there is, nor more at once than the limit of its owner', async () => {
    await using it = await given();
    await it.grant('ann', '10', 'r');
    const hold = (agreement: string, amount: string) =>
      refusal(it.store.write((sql) => it.ledger.hold(sql, holding(agreement), nanoOf(amount), agreement)));
    expect(await hold('agr-1', '10.000000001')).to.equal('no-funds');
    await it.ledger.limit(localAdministrator, 'ann', 'EUR', '5');
    expect(await hold('agr-1', '3')).to.equal(undefined);
    expect(await hold('agr-2', '2.01')).to.equal('no-funds');
    await it.ledger.limit(localAdministrator, 'ann', 'EUR', '1');
    expect(await hold('agr-1', '3'), 'what was held before').to.equal(undefined);
    await it.ledger.limit(localAdministrator, 'ann', 'EUR', '5');
    expect((await it.ledger.accounts('ann'))[0]).to.include({ balance: '7.00', held: '3.00', limit: '5.00' });
    await it.ledger.limit(localAdministrator, 'ann', 'EUR', undefined);
    expect(await hold('agr-2', '2.01')).to.equal(undefined);
  });

  it('is kept by the store itself: nothing is changed, removed, made of nothing or owed', async () => {
    await using it = await given();
    await it.grant('ann', '1', 'r');
    const tried = [
      "UPDATE transfers SET memo = 'x'",
      'DELETE FROM transfers',
      "UPDATE accounts SET whole = -1 WHERE owner = 'ann'",
      `INSERT INTO transfers (at, kind, cause, debit, credit, whole, nano, debit_whole, debit_nano, credit_whole, credit_nano)
       SELECT 0, 'charge', 'x', d.account, c.account, 2, 0, -1, 0, 0, 0 FROM accounts AS d, accounts AS c
       WHERE d.kind = 'user' AND c.kind = 'issuer'`,
    ];
    for (const text of tried) {
      const error: unknown = await it.store.write((sql) => sql.run(text)).catch((thrown: unknown) => thrown);
      expect(error, text).to.be.instanceOf(Error);
    }
    expect((await it.ledger.accounts('ann'))[0]).to.include({ balance: '1.00' });
  });

  it('pays whoever is paid, however much they have: all that was granted is no more than one account may have', async () => {
    await using it = await given();
    const most = '999999999999999.999999999';
    await it.grant('bob', '999999999999998', 'r-1');
    await it.grant('ann', '1.999999999', 'r-2');
    const all = nanoOf('1.999999999');
    await it.store.write((sql) => {
      it.ledger.hold(sql, holding('agr-1'), all, 'agr-1');
      it.ledger.charge(sql, holding('agr-1'), bob, all, 'job-1.1 #1');
    });
    expect((await it.ledger.accounts('bob'))[0]).to.include({ balance: most });
    expect(await refusal(it.grant('ann', '0.000000001', 'r-3'))).to.equal('too-much-money');
  });

  it('knows what is held of somebody by now, whatever they ever agreed to', async () => {
    await using it = await given();
    await it.grant('ann', '10', 'r-1');
    await it.ledger.limit(localAdministrator, 'ann', 'EUR', '3');
    await it.store.write((sql) => {
      for (let deal = 1; deal <= 50; deal += 1) {
        it.ledger.hold(sql, holding(`agr-${deal}`), nanoOf('2.5'), `agr-${deal}`);
        it.ledger.charge(sql, holding(`agr-${deal}`), bob, nanoOf('0.1'), `job-${deal}`);
        it.ledger.release(sql, holding(`agr-${deal}`), 0n, `bill-${deal}`);
      }
      it.ledger.hold(sql, holding('agr-a'), nanoOf('2.5'), 'agr-a');
    });
    const more = it.store.write((sql) => it.ledger.hold(sql, holding('agr-b'), nanoOf('1'), 'agr-b'));
    expect(await refusal(more)).to.equal('no-funds');
    expect((await it.ledger.accounts('ann'))[0]).to.include({ held: '2.50', limit: '3.00' });
  });

  it('sums to zero after whatever traffic, and every account is what its entries say', async () => {
    const amount = fc.bigInt({ min: 1n, max: 4_000_000_001n });
    const name = fc.constantFrom('ann', 'bob');
    const deal = fc.constantFrom('agr-1', 'agr-2');
    const cause = fc.constantFrom('d-1', 'd-2', 'd-3', 'd-4');
    const step = fc.oneof(
      fc.record({ what: fc.constant('grant' as const), name, amount, cause }),
      fc.record({ what: fc.constant('hold' as const), deal, amount, cause }),
      fc.record({ what: fc.constant('charge' as const), deal, amount, cause }),
      fc.record({ what: fc.constant('release' as const), deal, amount, cause }),
    );
    await using it = await given();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        round += 1;
        for (const [at, one] of steps.entries()) {
          const own = `${round}-${one.cause}-${one.what === 'release' ? at : ''}`;
          const doing =
            one.what === 'grant'
              ? it.grant(one.name, nanoText(one.amount), own)
              : it.store.write((sql) => act(it.ledger, sql, one, own, `${round}-${one.deal}`));
          expect(await refusal(doing)).to.be.oneOf([undefined, 'no-funds', 'request-reused']);
        }
        expect(await it.store.read(faultsIn)).to.deep.equal([]);
        expect(await it.store.read(heldOtherwise)).to.deep.equal([]);
        for (const owner of ['ann', 'bob']) {
          const { entries } = await it.ledger.statement(owner, 'EUR', 0, 100_000);
          const [account] = await it.ledger.accounts(owner);
          const sum = entries.reduce((all, entry) => all + nanoOf(entry.amount), 0n);
          expect(nanoText(sum)).to.equal(account?.balance ?? '0.00');
          expect(entries.at(-1)?.balance ?? '0.00').to.equal(account?.balance ?? '0.00');
        }
      }),
      { numRuns: 40 },
    );
  });
});

function act(
  ledger: Ledger,
  sql: Sql,
  { what, amount }: { what: 'hold' | 'charge' | 'release'; amount: bigint },
  cause: string,
  agreement: string,
): void {
  const deal = holding(agreement);
  if (what === 'hold') ledger.hold(sql, deal, amount, cause);
  else if (what === 'charge') ledger.charge(sql, deal, bob, amount, cause);
  else ledger.release(sql, deal, amount, cause);
}
