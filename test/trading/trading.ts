import { setTimeout as pause } from 'node:timers/promises';
import { localAdministrator } from '../../broker/caller.ts';
import type { BrokerSettings } from '../../broker/settings.ts';
import { randomOf } from '../chaos/plan.ts';
import { nodeCpus, TradingHouse } from './house.ts';
import { violationsIn } from './invariants.ts';
import { Tally, Trader } from './trader.ts';

export interface TradingOptions {
  readonly users: number;
  readonly brokers: number;
  /** How long users trade, in milliseconds. */
  readonly ms: number;
  readonly seed: number;
  /** How long a user waits between deals on average, in milliseconds. */
  readonly restMs: number;
  /** What is to have been counted before they end, for which a busy machine has more time. */
  readonly least?: readonly string[];
  readonly say?: (line: string) => void;
}

export interface TradingReport {
  readonly asked: number;
  readonly answered: number;
  /** How often each document was answered by what. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was not as it is to be. */
  readonly wrong: readonly string[];
}

/** Every user has an account at so many brokers. */
const brokersEach = 3;
const nodesEach = 6;
/** How long, in milliseconds, all that was agreed may take to end once nobody trades any more. */
const settleMs = 240_000;
/** How much longer, in milliseconds, trade may go on until all was counted that is to be. */
const patienceMs = 240_000;

/** Short times, so that much begins, lapses and ends within a run. */
const settings: Partial<BrokerSettings> = {
  currencies: ['CREDIT'],
  price: ['1 CREDIT/cpu-h + 0.0001 CREDIT/job'],
  'price-curve': ['0=100', '80=200', '100=400'],
  'counter-margin': 20,
  'counter-floor': 60,
  'counter-below': 'price',
  'offer-lifetime': 3_000,
  'amend-lifetime': 1_000,
  'deal-margin': 1_000,
  'deal-walltime': 1_000,
  'start-slack': 1_000,
  grace: 200,
  'offers-share': 100,
  // On a machine with much to do nothing is to end for being late but what is to.
  'handshake-time': 120_000,
  'agent-silence': 120_000,
};

/**
 * Users and brokers trade at random: deals are made, countered, accepted twice and rejected at once, jobs run under them,
 * nodes go and come, brokers stop and start, administrators take Offers back. All the while and at the end it is looked
 * whether what is to be so is so.
 */
export async function trading(options: TradingOptions): Promise<TradingReport> {
  const { users, brokers, ms, seed, restMs, least = [], say = () => {} } = options;
  const random = randomOf(seed);
  const tally = new Tally();
  await using stack = new AsyncDisposableStack();
  const homes = Array.from({ length: users }, (_, user) =>
    Array.from({ length: Math.min(brokersEach, brokers) }, (_, at) => (user + at * 7) % brokers),
  );
  const houses: TradingHouse[] = [];
  for (let place = 0; place < brokers; place += 1) {
    const own = homes.flatMap((home, user) => (home.includes(place) ? [nameOf(user)] : []));
    const house = await TradingHouse.open({
      ...{ name: `broker ${place}`, users: own, nodes: nodesEach, amount: '20', settings },
      random: randomOf(seed + place),
    });
    houses.push(stack.use(house));
  }
  say(`${brokers} brokers are open`);
  let isOver = false;
  const traders = homes.map((home, user) =>
    new Trader({
      name: nameOf(user),
      houses: [...new Set(home)].flatMap((place) => houses[place] ?? []),
      random: randomOf(seed * 31 + user),
      ...{ tally, restMs, isOver: () => isOver },
    }).trade(),
  );
  const ending = pause(ms).then(async () => {
    const isCounted = () => least.every((what) => tally.counts.has(what));
    for (const end = performance.now() + patienceMs; !isCounted() && performance.now() < end; )
      await pause(20);
    isOver = true;
  });
  await Promise.all([...traders, ending, troubled(houses, random, tally, () => isOver)]);
  say('nobody trades any more');
  for (const house of houses) await settled(house, tally);
  return {
    asked: tally.asked,
    answered: tally.answered,
    counts: Object.fromEntries([...tally.counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    wrong: [...tally.wrong, ...(tally.asked === tally.answered ? [] : ['not every Ask was answered'])],
  };
}

function nameOf(user: number): string {
  return `user-${user}`;
}

/** Until trade is over one thing after another happens to brokers, and after each it is looked whether all is as it is to be. */
async function troubled(
  houses: readonly TradingHouse[],
  random: () => number,
  tally: Tally,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await pause(random() * 400);
    const house = houses[Math.floor(random() * houses.length)];
    if (house === undefined) return;
    const chance = random();
    if (chance < 0.2) {
      await house.restart();
      tally.count('restarts');
    } else if (chance < 0.4) {
      await house.lose(house.agents[Math.floor(random() * house.agents.length)] ?? '', random() * 300);
      tally.count('nodes lost');
    } else if (chance < 0.6) await withdraw(house, tally);
    await look(house, tally, false);
  }
}

/** An administrator takes back an open Offer. */
async function withdraw(house: TradingHouse, tally: Tally): Promise<void> {
  const { deals } = await house.work.deals.list({ whose: undefined, state: 'open', limit: 1 });
  for (const { offer } of deals) {
    await house.say(localAdministrator.owner, 'Cancel', `cancel-${offer}`, [{ name: 'Offer', value: offer }]);
    tally.count('Offers taken back');
  }
}

async function look(house: TradingHouse, tally: Tally, isEnd: boolean): Promise<readonly string[]> {
  const total = { cpus: nodeCpus };
  const found = await house.store.read((sql) => violationsIn(sql, { total, isOver: isEnd }));
  if (!isEnd) tally.wrong.push(...found.map((line) => `${house.name}: ${line}`));
  tally.count('looks');
  return found;
}

/** Waits until all that was agreed has ended by itself; what is left then is wrong. */
async function settled(house: TradingHouse, tally: Tally): Promise<void> {
  const until = Date.now() + settleMs;
  let found = await look(house, tally, true);
  while (found.length > 0 && Date.now() < until) {
    await pause(100);
    for (const { sweep } of house.work.sweepers) await sweep(Date.now());
    found = await look(house, tally, true);
  }
  tally.wrong.push(...found.map((line) => `${house.name}, at the end: ${line}`));
}
