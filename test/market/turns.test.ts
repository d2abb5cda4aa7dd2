import { expect } from 'chai';
import { jobAsk, machineTell } from '../../bench/match/documents.ts';
import { slowdown } from '../hostile/growth.ts';
import { cursorOf, givenMarket, said } from './support.ts';

/** What one turn of the event loop may take. */
const mostMs = 20;
const machines = 1_500;
const tries = 4;

/** The longest turn of the event loop while work is done, in milliseconds of its thread: what runs beside it adds nothing. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  let before = process.threadCpuUsage();
  const watch = () => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.threadCpuUsage();
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  isOver = true;
  return longest;
}

describe('the event loop of a market', () => {
  it('has no long turn while Asks are answered as of then, and others explained', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const numbers = Array.from({ length: machines }, (_, number) => number);
    await Promise.all(numbers.map((number) => said(market, machineTell(number))));
    const head = cursorOf((await said(market, jobAsk(0))).at(-1) ?? '') ?? 0;
    let turn = 0;
    const questions = () => {
      turn += 1;
      return [
        ...[1, 2].map((back) => `${jobAsk(turn)}Cursor: ${head - turn * 2 - back}\n`),
        `${jobAsk(turn)}Limit: 100\n`,
        jobAsk(turn).replace('Action: Ask', 'Action: Why'),
      ];
    };
    // The engine compiles and cleans up at its own times, so one of a few tries has to be well.
    let least = Number.POSITIVE_INFINITY;
    for (let tried = 0; tried < tries && least > mostMs; tried += 1) {
      const asked = questions();
      least = Math.min(least, await longestTurn(() => Promise.all(asked.map((text) => said(market, text)))));
    }
    expect(least <= mostMs ? least : least / slowdown()).to.be.at.most(mostMs);
  });
});
