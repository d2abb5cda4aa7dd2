import { expect } from 'chai';
import fc from 'fast-check';
import type { Bank, Holding, Payee } from '../../broker/accounts/bank.ts';
import { nanoOf } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql, Store } from '../../platform/store/store.ts';

/** A bank of EUR in which ann has 10 of them and bob has none, and the store in whose verbs it takes part. */
export interface GivenBank extends AsyncDisposable {
  readonly bank: Bank;
  readonly store: Store;
  /** What is free on the account of a user, or of the broker where none is named, in 10^-9 EUR. */
  free(sql: Sql, user?: 'ann' | 'bob'): bigint;
}

const holding = (agreement: string): Holding => ({ agreement, owner: 'ann', currency: 'EUR' });
const bob: Payee = { kind: 'user', owner: 'bob' };
const broker: Payee = { kind: 'broker' };
const deal = holding('agr-1');

/** The suite for banks that stand behind deals: the broker's own, and any other. */
export function itIsABank(open: () => Promise<GivenBank>): void {
  /** How it is refused; undefined where it is not. */
  const refusal = async (promise: Promise<unknown>): Promise<string | undefined> => {
    try {
      await promise;
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  };
  /** What is held for the deal, and what ann, bob and the broker have free, in whole cents. */
  const standing = ({ bank, store, free }: GivenBank) =>
    store.read((sql) =>
      [bank.held(sql, deal), free(sql, 'ann'), free(sql, 'bob'), free(sql)].map(
        (nano) => Number(nano) / 10_000_000,
      ),
    );

  it('holds, pays out of what is held, and gives back the rest', async () => {
    await using given = await open();
    const { bank, store } = given;
    await store.write((sql) => bank.hold(sql, deal, nanoOf('4'), 'acc-1'));
    expect(await standing(given)).to.deep.equal([400, 600, 0, 0]);
    await store.write((sql) => {
      bank.charge(sql, deal, bob, nanoOf('1.25'), 'job-1.1 #1');
      bank.charge(sql, deal, broker, nanoOf('0.05'), 'job-1.1 #1');
    });
    expect(await standing(given)).to.deep.equal([270, 600, 125, 5]);
    const back = await store.write((sql) => bank.release(sql, deal, nanoOf('1'), 'am-1'));
    expect(back).to.equal(nanoOf('1.70'));
    expect(await standing(given)).to.deep.equal([100, 770, 125, 5]);
    expect(await store.write((sql) => bank.release(sql, deal, 0n, 'bill-1'))).to.equal(nanoOf('1'));
    expect(await store.write((sql) => bank.release(sql, deal, 0n, 'bill-2'))).to.equal(0n);
    expect(await standing(given)).to.deep.equal([0, 870, 125, 5]);
  });

  it('does each thing once for its cause', async () => {
    await using given = await open();
    const { bank, store } = given;
    for (const _again of [1, 2])
      await store.write((sql) => {
        bank.hold(sql, deal, nanoOf('4'), 'acc-1');
        bank.charge(sql, deal, bob, nanoOf('1'), 'job-1.1 #1');
      });
    expect(await standing(given)).to.deep.equal([300, 600, 100, 0]);
    const other = store.write((sql) => bank.charge(sql, deal, bob, nanoOf('2'), 'job-1.1 #1'));
    expect(await refusal(other), 'another amount').to.equal('request-reused');
    expect(await standing(given)).to.deep.equal([300, 600, 100, 0]);
  });

  it('neither holds nor pays what is not there, and only of its currencies', async () => {
    await using given = await open();
    const { bank, store } = given;
    const tried = (verb: (sql: Sql) => void) => refusal(store.write(verb));
    expect(await tried((sql) => bank.hold(sql, deal, nanoOf('10.000000001'), 'acc-1'))).to.equal('no-funds');
    expect(await tried((sql) => bank.hold(sql, deal, nanoOf('10'), 'acc-2'))).to.equal(undefined);
    const more = holding('agr-2');
    expect(await tried((sql) => bank.hold(sql, more, 1n, 'acc-3'))).to.equal('no-funds');
    expect(await tried((sql) => bank.charge(sql, deal, bob, nanoOf('10.01'), 'b-1'))).to.equal('no-funds');
    expect(await tried((sql) => bank.charge(sql, more, bob, 1n, 'b-2')), 'of another deal').to.equal(
      'no-funds',
    );
    const foreign = { ...deal, currency: 'USD' };
    expect(await tried((sql) => bank.hold(sql, foreign, 1n, 'acc-4'))).to.equal('no-currency');
    expect([bank.runs('EUR'), bank.runs('USD')]).to.deep.equal([true, false]);
    expect(await standing(given)).to.deep.equal([1000, 0, 0, 0]);
  });

  it('takes part in the verb of the deal: what is undone has moved nothing', async () => {
    await using given = await open();
    const { bank, store } = given;
    const undone = store.write((sql) => {
      bank.hold(sql, deal, nanoOf('4'), 'acc-1');
      bank.charge(sql, deal, bob, nanoOf('1'), 'b-1');
      throw new Error('undone');
    });
    expect(await undone.catch(({ message }: Error) => message)).to.equal('undone');
    expect(await standing(given)).to.deep.equal([0, 1000, 0, 0]);
    await store.write((sql) => bank.hold(sql, deal, nanoOf('4'), 'acc-1'));
    expect(await standing(given)).to.deep.equal([400, 600, 0, 0]);
  });

  it('neither makes nor loses money, whatever is wanted of it', async () => {
    const amount = fc.bigInt({ min: 1n, max: 4_000_000_001n });
    const step = fc.record({
      what: fc.constantFrom('hold', 'charge', 'release'),
      of: fc.constantFrom('agr-1', 'agr-2'),
      cause: fc.constantFrom('c-1', 'c-2', 'c-3', 'c-4'),
      amount,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
        await using given = await open();
        const { bank, store, free } = given;
        for (const { what, of, cause, amount: nano } of steps) {
          const verb = (sql: Sql) => {
            if (what === 'hold') bank.hold(sql, holding(of), nano, cause);
            else if (what === 'charge') bank.charge(sql, holding(of), bob, nano, cause);
            else bank.release(sql, holding(of), nano, `${cause} ${nano}`);
          };
          expect(await refusal(store.write(verb))).to.be.oneOf([undefined, 'no-funds', 'request-reused']);
          const all = await store.read((sql) => [
            ...[free(sql, 'ann'), free(sql, 'bob'), free(sql)],
            ...['agr-1', 'agr-2'].map((agreement) => bank.held(sql, holding(agreement))),
          ]);
          expect(all.reduce((sum, one) => sum + one, 0n)).to.equal(nanoOf('10'));
          expect(all.every((one) => one >= 0n)).to.equal(true);
        }
      }),
      { numRuns: 15 },
    );
  });
}
