import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { askBest } from '../../../cli/deals/best.ts';
import { temporaryFolder } from '../../journeys/support/house.ts';
import { refusalOf } from '../../support/documents.ts';
import { GivenBroker, givenContext, heat } from './given-brokers.ts';

const never = new AbortController().signal;

/** An Ask in a file, put to brokers of which the first is away. */
async function givenAway(json: boolean) {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'ask.sla');
  await writeFile(file, heat.text);
  const [away, there] = [new GivenBroker(1, '1 EUR'), new GivenBroker(2, '2 EUR')];
  away.isAway = true;
  const { context, printed, notes } = givenContext([away, there], { json });
  return {
    ...{ there, printed, notes },
    ask: () => askBest(context, file, never),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('the best of Offers', () => {
  it('is kept where another broker was not reached, which is named with why', async () => {
    await using given = await givenAway(false);
    await given.ask();
    expect(given.printed.join('\n')).to.contain(`Id: off-${given.there.address}-1`);
    expect(given.notes.find((line) => line.startsWith('127.0.0.1:7601'))).to.match(/ - +- +\S/);
    expect(given.there.holds).to.have.length(1);
  });

  it('is told as JSON with all brokers, also where there is none', async () => {
    await using given = await givenAway(true);
    await given.ask();
    const outcomes = () =>
      given.printed
        .splice(0)
        .map((line) => JSON.parse(line) as { outcome: string; broker: string; why: string });
    expect(outcomes().map(({ outcome, broker }) => [outcome, broker])).to.deep.equal([
      ['best', '127.0.0.1:7602'],
      ['failed', '127.0.0.1:7601'],
    ]);
    given.there.declines = 'policy not today';
    expect(await refusalOf(given.ask())).to.include({ code: 'unavailable' });
    expect(
      outcomes()
        .map(({ outcome }) => outcome)
        .toSorted(),
    ).to.deep.equal(['declined', 'failed']);
  });
});
