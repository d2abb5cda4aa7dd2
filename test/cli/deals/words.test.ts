import { expect } from 'chai';
import { agreementRows, billLines, dealLines, offerRows } from '../../../cli/deals/words.ts';
import { table } from '../../../cli/table.ts';
import type { DealView } from '../../../protocol/deals/deal.ts';
import { someDeal } from './given-brokers.ts';

const priced: DealView = { ...someDeal, price: '0.03 EUR/cpu-h', currency: 'EUR', estimate: '0.48' };
const agreed: DealView = {
  ...priced,
  agreement: 'agr-1',
  state: 'active',
  charged: '0.12',
  held: '0.36',
  untilAt: Date.UTC(2026, 11, 1, 18),
  slots: [
    { resource: 'cluster', slots: 1 },
    { resource: 'old-cluster', slots: 2 },
  ],
};

describe('deals on a terminal', () => {
  it('are a line each', () => {
    const open = { ...priced, expiresAt: Date.UTC(2026, 10, 30, 10) };
    expect(table(offerRows([open, { ...someDeal, offer: 'off-2', state: 'lapsed' }]))).to.deep.equal([
      'OFFER  STATE   APPLICATION  SLOTS  ESTIMATE  EXPIRES',
      'off-3  open    heat1.0      2      0.48 EUR  2026-11-30T10:00:00Z',
      'off-2  lapsed  heat1.0      2      free      -',
    ]);
    const free = {
      ...someDeal,
      agreement: 'agr-2',
      state: 'completed',
      endedAt: Date.UTC(2026, 0, 1),
    } as const;
    expect(table(agreementRows([{ ...agreed, short: true }, free]))).to.deep.equal([
      'AGREEMENT  STATE          APPLICATION  SLOTS  ESTIMATE  CHARGED   UNTIL',
      'agr-1      active, short  heat1.0      2      0.48 EUR  0.12 EUR  2026-12-01T18:00:00Z',
      'agr-2      completed      heat1.0      2      free      free      2026-01-01T00:00:00Z',
    ]);
  });

  it('are shown with their terms, where they are, and what is charged of the most that they cost', () => {
    expect(dealLines({ ...agreed, short: true })).to.deep.equal([
      'agr-1 active',
      '  offer       off-3',
      '  ask         ask-1',
      '  term        Application: heat1.0',
      '  term        Cpus: 8',
      '  on          cluster: 1 slot',
      '  on          old-cluster: 2 slots',
      '  short       a node left, and what is reserved is no more there as a whole',
      '  until       2026-12-01T18:00:00Z',
      '  charged     0.12 EUR of at most 0.48 EUR',
      '  held        0.36 EUR',
    ]);
    const refused = {
      ...someDeal,
      state: 'refused',
      reason: { word: 'capacity', text: 'no nodes' },
    } as const;
    expect(dealLines(refused)[0]).to.equal('off-3 refused (capacity no nodes)');
  });

  it('say what one side wants changed', () => {
    const amendment = {
      ...{ id: 'am-1', by: 'broker' as const, estimate: '0.6', expiresAt: Date.UTC(2026, 10, 30, 10) },
      terms: [{ name: 'Walltime', value: '3 h' }],
    };
    expect(dealLines({ ...agreed, amendment }).slice(-3)).to.deep.equal([
      '  amendment   am-1, by the broker, until 2026-11-30T10:00:00Z',
      '  would be    Walltime: 3 h',
      '  would cost  at most 0.6 EUR',
    ]);
  });
});

describe('a Bill on a terminal', () => {
  const bill = {
    ...{ bill: 'bill-1', agreement: 'agr-1', owner: 'ann', currency: 'EUR', at: 0 },
    ...{ lines: ['16 cpu-h at 0.03 EUR/cpu-h -> 0.48 EUR'], total: '0.48', estimate: '0.5' },
  };

  it('has each charge and the total beside the most that was agreed', () => {
    expect(billLines({ ...bill, isFinal: true })).to.deep.equal([
      'bill-1 of agr-1',
      '  16 cpu-h at 0.03 EUR/cpu-h -> 0.48 EUR',
      '  total 0.48 EUR of at most 0.5 EUR',
    ]);
  });

  it('says that more may come, and that what has no currency is free', () => {
    const free = { ...bill, currency: null, estimate: null, lines: [], total: '0', isFinal: false };
    expect(billLines(free)).to.deep.equal(['bill-1 of agr-1, so far', '  total free']);
  });
});
