import { expect } from 'chai';
import fc from 'fast-check';
import type { Price } from '../../../grammar/documents/model.ts';
import {
  billLines,
  charged,
  nothingUsed,
  type Used,
  usedLines,
  withAttempt,
} from '../../../grammar/index.ts';
import { estimate } from '../../../grammar/matching/index.ts';
import { tell } from '../matching/support.ts';

const priceOf = (text: string): Price => tell('t', `Price: ${text}`).prices[0]!;
const hour = 3_600_000;

const amounts = fc.record({
  cpus: fc.constantFrom(0.1, 0.5, 1, 8, 64),
  gpus: fc.constantFrom(0, 1, 4),
  memory: fc.constantFrom(0, 1, 2 ** 30, 3 * 2 ** 30 + 7),
});
const prices = fc.constantFrom(
  ...[
    '0.03 EUR/cpu-h + 0.05 EUR/job',
    '1 EUR/h',
    '0.000000001 EUR/GiB-h',
    '7 EUR + 0.1 EUR/task + 3 EUR/gpu-h',
  ],
);

describe('what is charged', () => {
  it('is each rate times what was used, and what stands once from the first exec on', () => {
    const price = priceOf('0.03 EUR/cpu-h + 0.05 EUR/job');
    expect(charged(price, nothingUsed)).to.equal(0n);
    const slot = { cpus: 8, gpus: 0, memory: 16 * 2 ** 30 };
    const used = withAttempt(nothingUsed, slot, { ms: 2 * hour, counts: true });
    expect(charged(price, used)).to.equal(530_000_000n);
    expect(billLines(price, used)).to.deep.equal([
      '16 cpu-h at 0.03 EUR/cpu-h -> 0.48 EUR',
      '1 job at 0.05 EUR/job -> 0.05 EUR',
    ]);
    expect(usedLines(used)).to.deep.equal(['2 h', '16 cpu-h', '32 GiB-h', '1 task', '1 job']);
    expect(usedLines(nothingUsed)).to.deep.equal([]);
  });

  it('counts no attempt as a task that was lost, and its time neither where that is 0', () => {
    const price = priceOf('1 EUR/task + 1 EUR/h');
    const slot = { cpus: 1, gpus: 0, memory: 0 };
    expect(charged(price, withAttempt(nothingUsed, slot, { ms: 0, counts: false }))).to.equal(0n);
    expect(charged(price, withAttempt(nothingUsed, slot, { ms: 0, counts: true }))).to.equal(1_000_000_000n);
  });

  it('never passes the estimate, however the work was cut into attempts', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: hour }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(amounts, prices, cuts, (slot, text, spans) => {
        const price = priceOf(text);
        const most = estimate(price, { ...slot, walltime: 3600, tasks: spans.length })!;
        let used: Used = nothingUsed;
        let [before, sum] = [0n, 0n];
        for (const ms of spans) {
          used = withAttempt(used, slot, { ms, counts: true });
          const now = charged(price, used);
          expect(now >= before).to.equal(true);
          sum += now - before;
          before = now;
        }
        expect(sum).to.equal(charged(price, used));
        expect(sum <= most, `${sum} ${most}`).to.equal(true);
      }),
    );
  });

  it('is the same whether work came in one piece or in many', () => {
    fc.assert(
      fc.property(amounts, prices, fc.integer({ min: 2, max: hour }), (slot, text, ms) => {
        const price = priceOf(text);
        const whole = withAttempt(nothingUsed, slot, { ms, counts: true });
        const parts = withAttempt(withAttempt(nothingUsed, slot, { ms: 1, counts: false }), slot, {
          ms: ms - 1,
          counts: true,
        });
        expect(parts).to.deep.equal(whole);
        expect(charged(price, parts)).to.equal(charged(price, whole));
      }),
    );
  });
});
