import {
  type Document1,
  durationText,
  type Header,
  type Party,
  type Price,
  partyOf,
  type Sliced,
} from '../../grammar/index.ts';
import type { Sql } from '../../platform/store/store.ts';
import { type Agreed, agreedOf, tooFewCpus } from './agreed.ts';
import type { Choice, Found, NoOffer } from './offering.ts';
import type { DealCapacity, Planned, Wanted } from './parts.ts';
import { momentText } from './replies.ts';
import type { DealSettings } from './settings.ts';

export interface ForeseeingParts {
  readonly config: DealSettings;
  readonly capacity: Pick<DealCapacity, 'planning' | 'later'>;
  /** A deal that counts as holding nothing. */
  readonly instead?: number | undefined;
}

/** What an Offer may be made of, as it was looked for in slices before the verb that holds it. */
export interface Foreseen {
  /** The earliest first; none where there is no Offer. */
  readonly choices: readonly ForeseenChoice[];
  /** Why not, where there is none. */
  readonly why: NoOffer;
}

/** A choice for which there was room. */
interface ForeseenChoice {
  /** Its terms but for promises of times. */
  readonly headers: readonly Header[];
  readonly price: Price | undefined;
  readonly agreed: Agreed;
  /** How long its tasks take, in milliseconds. */
  readonly workMs: number;
  /** From when there was room, on which nodes, and on some more, in case that others were faster. */
  readonly wanted: Wanted;
  readonly times: Times;
}

/** A choice with the time at which there is room for it. */
export interface Timed extends Pick<ForeseenChoice, 'headers' | 'price' | 'agreed'> {
  readonly planned: Planned;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** What an Ask says of times, in milliseconds since 1970. */
interface Times {
  readonly start: number | undefined;
  readonly deadline: number | undefined;
}

/** How many nodes a verb looks at beyond those that were seen to have room. */
const moreNodes = 64;

/** Looks, in slices, for which choices there is room and when; why not is for the whole of them. */
export function* foreseeing(
  ask: Document1,
  { choices, why }: Found,
  parts: ForeseeingParts,
  now: number,
): Sliced<Foreseen> {
  const none = (word: NoOffer['word'], text: string): Foreseen => ({ choices: [], why: { word, text } });
  if (choices.length === 0) return { choices: [], why };
  const { config } = parts;
  const party = partyOf(ask);
  const most = config['most-slots'];
  if (party.count > most) return none('policy', `Count; this broker offers at most ${most} slots at once`);
  const times = timesOf(ask);
  if (times.deadline !== undefined && times.deadline <= now)
    return none('invalid', `Deadline; ${momentText(times.deadline)} is over`);
  if ((times.start ?? now) > now + config['deal-horizon'])
    return { choices: [], why: tooFar('Start', config) };
  const seen: ForeseenChoice[] = [];
  let late: NoOffer = { word: 'capacity', text: 'the nodes that match have too little room' };
  for (const choice of choices) {
    const one = yield* foreseenOf(choice, party, times, parts, now);
    if ('word' in one) late = one;
    else seen.push(one);
  }
  return { choices: seen.sort((a, b) => a.wanted.notBefore - b.wanted.notBefore), why: late };
}

function* foreseenOf(
  choice: Choice,
  ask: Party,
  times: Times,
  { config, capacity, instead }: ForeseeingParts,
  now: number,
): Sliced<ForeseenChoice | NoOffer> {
  const headers = withWalltime(choice.terms.headers, config['deal-walltime']);
  const agreed = readTerms(headers);
  if ('word' in agreed) return agreed;
  const few = tooFewCpus(agreed, config);
  if (few !== undefined) return { word: 'policy', text: few };
  const workMs = agreed.workMs ?? config['deal-walltime'];
  const lengthMs = workMs + config['deal-margin'];
  const { deadline } = times;
  const notBefore = fromOf(times, now);
  if (deadline !== undefined && notBefore + workMs > deadline)
    return { word: 'capacity', text: `Deadline; the tasks take until ${momentText(notBefore + workMs)}` };
  if (notBefore + lengthMs > now + config['deal-horizon']) return tooFar('Walltime, Tasks', config);
  const timed = ask.promises.some((term) => term === 'Start' || term === 'Deadline');
  const { amounts, slots } = agreed;
  const looking = new Looking(choice.nodes);
  const wanted = { nodes: choice.nodes, amounts, slots, notBefore, lengthMs, timed, instead };
  const planned = yield* capacity.planning({ ...wanted, nodes: looking });
  if (planned === undefined || isLate(planned, { workMs, times }, now))
    return { word: 'capacity', text: (yield* capacity.later(wanted, planned?.start)).text };
  const used = [...planned.slots.keys()];
  const isAtOnce = planned.start === notBefore;
  if (isAtOnce) choice.passed(looking.before(used));
  const spare = (isAtOnce ? looking : new Looking(choice.nodes)).more(moreNodes);
  const nodes = [...new Set([...used, ...spare])];
  const { price } = choice.terms;
  return { headers, price, agreed, workMs, times, wanted: { ...wanted, nodes, notBefore: planned.start } };
}

/** When there is room for a choice now, and where, in a verb; undefined where there is none as it was foreseen. */
export function timedOf(
  sql: Sql,
  choice: ForeseenChoice,
  capacity: Pick<DealCapacity, 'plan'>,
  now: number,
): Timed | undefined {
  const { headers, price, agreed, wanted, times } = choice;
  const notBefore = Math.max(wanted.notBefore, fromOf(times, now));
  const found = capacity.plan(sql, { ...wanted, notBefore });
  if (found === undefined || isLate(found, choice, now)) return undefined;
  const planned = { ...found, start: secondOf(found.start) };
  const until = Math.min(planned.start + wanted.lengthMs, times.deadline ?? Number.POSITIVE_INFINITY);
  return { headers, price, agreed, planned, until };
}

/** Whether it was foreseen that a choice begins so early. */
export function isAsForeseen({ wanted }: ForeseenChoice, { planned }: Timed, now: number): boolean {
  return planned.start <= Math.max(wanted.notBefore, now);
}

function isLate(
  { start: from }: Planned,
  { workMs, times }: Pick<ForeseenChoice, 'workMs' | 'times'>,
  now: number,
): boolean {
  const { start, deadline } = times;
  const begins = secondOf(from);
  return (
    (start !== undefined && begins > fromOf(times, now)) ||
    (deadline !== undefined && begins + workMs > deadline)
  );
}

/** A whole second is as near as anybody reads; what is free now was so at its beginning. */
function fromOf({ start }: Times, now: number): number {
  return start !== undefined && start > now ? start : secondOf(now);
}

function secondOf(moment: number): number {
  return moment - (moment % 1000);
}

/** Names that are looked at one after the other, once, and of which is known which were. */
class Looking implements Iterable<string> {
  readonly #names: Iterator<string>;
  readonly #looked: string[] = [];

  constructor(names: Iterable<string>) {
    this.#names = names[Symbol.iterator]();
  }

  *[Symbol.iterator](): Generator<string, void, void> {
    for (let name = this.#next(); name !== undefined; name = this.#next()) {
      this.#looked.push(name);
      yield name;
    }
  }

  /** Those that were looked at before the first of some. */
  before([first]: readonly string[]): readonly string[] {
    return this.#looked.slice(0, first === undefined ? 0 : this.#looked.indexOf(first));
  }

  /** Some that come next. */
  more(count: number): readonly string[] {
    return Array.from({ length: count }, () => this.#next() ?? []).flat();
  }

  #next(): string | undefined {
    const { done, value } = this.#names.next();
    return done === true ? undefined : value;
  }
}

/** What terms come to, or why they cannot be agreed: such as a price of more digits than the language has. */
function readTerms(headers: readonly Header[]): Agreed | NoOffer {
  try {
    return agreedOf(headers);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { word: 'invalid', text: `no Offer can say it: ${error.message}` };
  }
}

/** Nothing is promised so far ahead. */
function tooFar(what: string, config: Pick<DealSettings, 'deal-horizon'>): NoOffer {
  const days = Math.floor(config['deal-horizon'] / 86_400_000);
  return { word: 'capacity', text: `${what}; nothing is promised more than ${days} days ahead` };
}

/** A task of an agreement has an end: where the Ask says none, that of the broker. */
function withWalltime(headers: readonly Header[], usualMs: number): readonly Header[] {
  if (headers.some(({ name }) => name === 'Walltime')) return headers;
  return [...headers, { name: 'Walltime', value: durationText(usualMs) }];
}

function timesOf({ headers }: Document1): Times {
  const at = (wanted: string) => {
    const value = headers.find(({ name }) => name === wanted)?.value;
    return value === undefined ? undefined : Date.parse(value);
  };
  return { start: at('Start'), deadline: at('Deadline') };
}
