import { expect } from 'chai';
import type { Document1 } from '../../grammar/index.ts';
import { Registry } from '../../market/registry.ts';
import { told1 } from '../../market/told.ts';
import { Demand } from '../../market/watches/demand.ts';
import type { AskedEvent } from '../../market/watches/store.ts';
import { silentLog } from '../../platform/log.ts';
import type { Sliced } from '../../platform/slices.ts';
import { ManualClock } from '../support/clock.ts';
import { anyDocumentOf, ask1, tell1 } from './support.ts';

const teller = 'user 7';
const brokers = 20;
const long = 'a'.repeat(8000);
/** Characters of what some Asks come to for all brokers: several commits. */
const mostACommit = 1024 * 1024;

/** Brokers with a Watch and a Tell each, and the commits that tell them of Asks. */
function givenDemand(headerOf: (broker: number) => string) {
  const registry = new Registry();
  const commits: (readonly AskedEvent[])[] = [];
  let slices = 0;
  const demand = new Demand({
    registry,
    store: {
      ask: async (events) => {
        commits.push(events);
        return new Map();
      },
    },
    slices: {
      run: async <T>(work: Sliced<T>) => {
        for (;;) {
          const step = work.next();
          if (step.done) return step.value;
          slices += 1;
        }
      },
    },
    clock: new ManualClock(),
    log: silentLog,
    most: 1000,
    kept: 10,
    told: () => {},
  });
  for (let broker = 0; broker < brokers; broker += 1) {
    const brokerIp = `193.10.66.${broker}:7685`;
    demand.add(broker + 1, { watcher: teller, id: `w${broker}`, seq: 0, hash: '', brokerIp, expiresAt: 1 });
    const text = tell1(`t${broker}`, headerOf(broker)).replace(/^Broker-IP: .*$/m, `Broker-IP: ${brokerIp}`);
    const told = told1(anyDocumentOf(text) as Document1, teller);
    demand.changed(registry.tell(told, broker + 1, 1, undefined));
  }
  const asked = async (asks: number, ...headers: readonly string[]) => {
    for (let ask = 0; ask < asks; ask += 1)
      demand.asked(anyDocumentOf(ask1(`a${ask}`, ...headers)) as Document1);
    await demand.settled();
    return { slices, events: commits.flat() };
  };
  return { asked, commits };
}

describe('the demand that brokers see', () => {
  const headers = Array.from({ length: brokers }, (_, broker) => `My.Bulk${broker}: ${long.slice(broker)}`);
  const few = headers.slice(0, 4);

  it('is made in a slice for each broker who tests something else of an Ask', async () => {
    const different = await givenDemand((broker) => `Their.Bulk${broker % 4}: any`).asked(1, ...few);
    const alike = await givenDemand(() => 'Their.Bulk0: any').asked(1, ...few);
    expect(different.events).to.have.lengthOf(brokers);
    expect(alike.events).to.have.lengthOf(brokers);
    expect(different.slices - alike.slices).to.be.at.least(3);
  });

  it('is one text for all brokers who test the same', async () => {
    const { events } = await givenDemand((broker) => `Their.Bulk${broker % 4}: any`).asked(1, ...few);
    expect(new Set(events.map(({ document }) => document)).size).to.equal(4);
    for (const { watch, document } of events) expect(document).to.include(`My.Bulk${(watch - 1) % 4}: `);
  });

  it('goes into commits that take no further Ask once they are large', async () => {
    const { asked, commits } = givenDemand(() => 'Their.Bulk0: any');
    const { events } = await asked(30, headers[0] as string);
    expect(events).to.have.lengthOf(30 * brokers);
    expect(commits.length).to.be.above(1);
    const ofAnAsk = brokers * (long.length + 200);
    for (const commit of commits) {
      const characters = commit.reduce((sum, { document }) => sum + document.length, 0);
      expect(characters).to.be.below(mostACommit + ofAnAsk);
    }
  });
});
