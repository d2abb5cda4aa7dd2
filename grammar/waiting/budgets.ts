import type { Budget, Need, Party } from '../documents/model.ts';
import { costOf, costEffort as exactCostEffort } from '../matching/cost.ts';
import { Taker } from '../matching/index.ts';
import type { Fact } from '../values/fact.ts';
import type { Arrival, RoughPrice } from './arrival.ts';
import type { Keyed, Want } from './want.ts';

const secondsAnHour = 3600;
const bytesAGiB = 2 ** 30;
/** How far a cost in doubles is from the exact one at most, as a part of it; it is less by orders of magnitude. */
const margin = 1e-9;
/** How long a cost in doubles may take, and an exact one for each rate, in the unit of efforts. */
const costEffort = 8;
const exactEffort = 48;
/** Of so few rates an exact cost takes no longer than what is counted as it is. */
const fewRates = 4;

/** Budgets that are looked through for that of a currency in about as long as a look at a table. */
const budgetsALook = 8;

const none: readonly never[] = [];

/** What the cost of an Ask depends on. */
type Paying = Pick<Party, 'budgets' | 'needs' | 'walltime' | 'tasks' | 'count'>;

/** What an Ask with Budgets wants of a Tell's prices. */
export function payingOf({ budgets, needs, walltime, tasks, count }: Party): Keyed<Want> {
  const sizes = needs.map(({ name, from, upTo }) => `${name} ${from} ${upTo}`);
  const amounts = budgets.map(({ currency, nano }) => `${currency} ${nano}`);
  return {
    key: `Budget ${[...amounts, ...sizes, walltime, tasks ?? count].join()}`,
    make: () => new Payer({ budgets, needs, walltime, tasks, count }),
  };
}

/** An amount of an Ask: it takes what a Tell has within these. */
interface Size {
  readonly name: string;
  readonly from: number;
  readonly upTo: number;
}

/** Keeps little of an Ask, for there is one for nearly each. */
class Payer implements Want {
  readonly name = undefined;
  readonly clues = none;
  readonly effort = costEffort;
  readonly #budgets: readonly Budget[];
  readonly #sizes: readonly Size[];
  readonly #walltime: number | undefined;
  readonly #runs: number;

  constructor({ budgets, needs, walltime, tasks, count }: Paying) {
    this.#budgets = budgets.map(({ currency, nano }) => ({ currency, nano, header: '' }));
    this.#sizes = needs
      .filter(({ name }) => name === 'cpus' || name === 'gpus' || name === 'memory')
      .map(({ name, from, upTo }) => ({ name, from, upTo }));
    this.#walltime = walltime;
    this.#runs = tasks ?? count;
  }

  effortOn({ prices, tell }: Arrival): number {
    const rates = exactCostEffort(tell.prices);
    const budgets = (this.#budgets.length * prices.length) / budgetsALook;
    return costEffort * (1 + prices.length) + budgets + (rates > fewRates ? exactEffort * rates : 0);
  }

  /** Whether a Budget holds: by doubles where it is plain, and else exactly. */
  holds(tell: Arrival): boolean {
    const { prices } = tell;
    if (prices.length === 0) return true;
    let isClose = false;
    for (const price of prices) {
      const most = this.#mostIn(price.currency);
      if (most === undefined) continue;
      const cost = this.#roughCost(price, tell);
      if (cost < most * (1 - margin)) return true;
      if (!(cost > most * (1 + margin))) isClose = true;
    }
    return isClose && this.#paysExactly(tell);
  }

  #mostIn(wanted: string): number | undefined {
    for (const { currency, nano } of this.#budgets) if (currency === wanted) return Number(nano);
    return undefined;
  }

  /** In 10^-9 of the currency; infinite or no number where it is charged by a time that is not said. */
  #roughCost({ rates }: RoughPrice, tell: Arrival): number {
    const hours = ((this.#walltime ?? Number.POSITIVE_INFINITY) * this.#runs) / secondsAnHour;
    let cost = 0;
    for (const { nano, per } of rates) {
      switch (per) {
        case 'h':
          cost += nano * hours;
          break;
        case 'cpu-h':
          cost += nano * hours * this.#taken('cpus', 1, tell);
          break;
        case 'gpu-h':
          cost += nano * hours * this.#taken('gpus', 0, tell);
          break;
        case 'GiB-h':
          cost += (nano * hours * this.#taken('memory', 0, tell)) / bytesAGiB;
          break;
        case 'task':
          cost += nano * this.#runs;
          break;
        default:
          cost += nano;
      }
    }
    return cost;
  }

  #taken(name: string, unsaid: number, { tell }: Arrival): number {
    const size = this.#sizes.find((one) => one.name === name);
    if (size === undefined) return unsaid;
    const { from, upTo } = size;
    return upTo > from ? Math.max(from, Math.min(upTo, sizeOf(tell.facts.get(name)) ?? from)) : from;
  }

  #paysExactly(tell: Arrival): boolean {
    const needs = this.#sizes.map((size): Need => ({ ...size, ...unused }));
    const paying = { budgets: this.#budgets, needs, walltime: this.#walltime, tasks: this.#runs };
    const ask: Party = { ...tell.tell, ...paying };
    const taken = new Taker(ask).of(tell.supply, 0);
    return costOf(ask, tell.tell.prices, taken).holds === true;
  }
}

/** What no cost depends on. */
const unused = { spelled: '', dimension: undefined, exact: false, header: '', negotiable: false };

function sizeOf(fact: Fact | undefined): number | undefined {
  const value = fact?.values[0];
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
}
