import { randomUUID } from 'node:crypto';
import {
  type Bid,
  type Choice,
  chooseOffer,
  type LeftOpen,
  type OfferBid,
  OfferRound,
} from '../../client/index.ts';
import type { Behind, Document1 } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { printAnswers } from '../commands/answers.ts';
import type { Context } from '../commands/context.ts';
import { exit } from '../exit.ts';
import { jsonOf, textOf } from '../sla/readings.ts';
import { table } from '../table.ts';
import { askIn, type DealAsk, dealAsk, matchesOf } from './asking.ts';
import { brokersOf, type DealBroker } from './brokers.ts';

/** How long, in milliseconds, brokers are waited for that answer late, or are to take a Reject. */
const graceMs = 3_000;

/** What is said of Offers where a command is stopped before one is taken. */
export const offersGone = 'the Offers that had come are rejected; what may be open yet is named above';

/** What came of an Ask, and who of those whom it found is not known here. */
export interface Offers {
  readonly bids: readonly Bid<DealBroker>[];
  readonly choice: Choice<DealBroker>;
  readonly unknown: readonly string[];
}

/**
 * Finds the brokers that match an Ask, has them offer, and calls `use` with what they offer; all Offers but the one that it
 * names are rejected, however it ends. Where nothing matches, what the market says of it is printed and nothing comes.
 */
export async function withOffers<Result>(
  context: Context,
  wanted: DealAsk,
  signal: AbortSignal,
  use: (offers: Offers, settle: (kept?: OfferBid<DealBroker>) => Promise<void>) => Promise<Result>,
): Promise<Result | undefined> {
  const { out, config } = context;
  const matches = await matchesOf(context, wanted, signal);
  if (matches.brokers.length === 0) {
    printAnswers(context, matches.answers);
    out.note('ogm: nothing matches');
    process.exitCode = exit.noMatch;
    return undefined;
  }
  const { brokers, unknown } = brokersOf(context, matches);
  const limits = {
    atOnce: config.client['offers-at-once'],
    patience: () => AbortSignal.timeout(config.client['offer-patience']),
    grace: () => AbortSignal.timeout(graceMs),
  };
  const round = new OfferRound(wanted.ask, brokers, limits, randomUUID);
  let isSettled = false;
  const settle = async (kept?: OfferBid<DealBroker>) => {
    isSettled = true;
    tellLeft(context, await round.settle(kept), brokers);
  };
  try {
    out.progress(`asking ${brokers.length} ${brokers.length === 1 ? 'broker' : 'brokers'} for an Offer`);
    const bids = await round.collect(signal);
    const choice = chooseOffer(wanted.ask, bids.filter(isOffer), matches.tells);
    return await use({ bids, choice, unknown: stillUnknown(unknown, bids, matches.tells) }, settle);
  } finally {
    if (!isSettled) await settle();
  }
}

function isOffer(bid: Bid<DealBroker>): bid is OfferBid<DealBroker> {
  return bid.outcome === 'offer';
}

/** Those without the user's own, which its Offer told from the others by the Tell that it is of. */
function stillUnknown(
  unknown: readonly string[],
  bids: readonly Bid<DealBroker>[],
  tells: readonly Document1[],
): readonly string[] {
  const own = bids.find(({ broker }) => broker.flags === '');
  const tell = own?.outcome === 'offer' ? own.offer.deal?.tell : undefined;
  const at = tells.find(({ envelope }) => tell !== undefined && envelope.id === tell)?.envelope.brokerIp;
  return unknown.filter((address) => at === undefined || !address.endsWith(`${at.host}:${at.port}`));
}

function tellLeft({ out }: Context, left: readonly LeftOpen[], brokers: readonly DealBroker[]): void {
  for (const { broker, offer, why } of left) {
    const { flags } = brokers.find(({ name }) => name === broker)!;
    const what = offer === undefined ? 'an Offer' : `Offer ${offer}`;
    const next = offer === undefined ? `ogm offer list${flags}` : `ogm offer reject ${offer}${flags}`;
    out.note(`ogm: ${what} of ${broker} may be open until it expires: ${why}; next: ${next}`);
  }
}

/** Has the brokers that match an Ask offer, keeps the best Offer, and prints it. */
export async function askBest(context: Context, file: string, signal: AbortSignal): Promise<void> {
  const wanted = dealAsk(await askIn(context, file));
  await withOffers(context, wanted, signal, async (offers, settle) => {
    const { best } = offers.choice;
    await settle(best);
    if (best !== undefined || context.json) printOffers(context, offers, false);
    if (best === undefined) throw noOffer(offers);
    const expires = best.offer.headers.find(({ name }) => name === 'Expires')?.value;
    const open = expires === undefined ? '' : ` (open for ${expires})`;
    context.out.note(`accept it with ogm offer accept ${best.id}${best.broker.flags}${open}`);
  });
}

/** One line of what became of the Ask at a broker. */
interface Line {
  readonly broker: string;
  readonly outcome: 'best' | 'offer' | 'unfit' | Exclude<Bid['outcome'], 'offer'> | 'unknown';
  readonly estimate: string;
  readonly why: string;
  readonly offer: OfferBid<DealBroker> | undefined;
}

function linesOf({ bids, choice, unknown }: Offers): Line[] {
  const { best, others, unfit } = choice;
  const ofOffer = (bid: OfferBid<DealBroker>, outcome: Line['outcome'], why: string): Line => {
    const { headers } = bid.offer;
    const estimate = headers.find(({ name }) => name === 'Estimate')?.value;
    const price = headers.some(({ name }) => name === 'Price');
    return {
      broker: bid.broker.name,
      outcome,
      estimate: estimate ?? (price ? 'not said' : 'free'),
      why,
      offer: bid,
    };
  };
  return [
    ...(best === undefined ? [] : [ofOffer(best, 'best', '')]),
    ...others.map(([bid, behind]) => ofOffer(bid, 'offer', reasons[behind])),
    ...unfit.map(([bid, fault]) => ofOffer(bid, 'unfit', fault)),
    ...bids.flatMap((bid): Line[] =>
      bid.outcome === 'offer'
        ? []
        : [{ broker: bid.broker.name, outcome: bid.outcome, estimate: '-', why: bid.why, offer: undefined }],
    ),
    ...unknown.map((broker): Line => {
      const why = 'offers it too, and is not in client.brokers';
      return { broker, outcome: 'unknown', estimate: '-', why, offer: undefined };
    }),
  ];
}

const reasons: Readonly<Record<Behind, string>> = {
  rank: 'the Ask ranks it lower',
  cost: 'it costs more',
  name: 'as good, and its name comes later',
};

/** Prints the best Offer, and says what became of the Ask elsewhere; of a dry run all of that is the result. */
export function printOffers(context: Context, offers: Offers, isDry: boolean): void {
  const { out, json } = context;
  const lines = linesOf(offers);
  if (json) {
    for (const { offer, ...line } of lines)
      out.print(JSON.stringify({ ...line, offer: offer === undefined ? null : jsonOf(offer.offer) }));
    return;
  }
  const { best } = offers.choice;
  if (best !== undefined && !isDry) out.print(textOf(best.offer).trimEnd());
  const shown = isDry ? lines : lines.filter(({ outcome }) => outcome !== 'best');
  if (shown.length === 0) return;
  const say = (line: string) => (isDry ? out.print(line) : out.note(line));
  const rows = shown.map(({ broker, outcome, estimate, why, offer }) => [
    ...[broker, offer?.id ?? '-', estimate],
    outcome === 'best' ? 'the best' : why,
  ]);
  for (const line of table([['BROKER', 'OFFER', 'ESTIMATE', isDry ? '' : 'NOT TAKEN, FOR'], ...rows]))
    say(line);
}

/**
 * Why there is no Offer to take, and what each broker said: `unavailable` where one of them was not reached, or has not
 * answered in time, for it might have offered; `no-match` where all have answered.
 */
export function noOffer(offers: Offers): Refusal {
  const lines = linesOf(offers);
  const away = lines.filter(({ outcome }) => outcome === 'failed' || outcome === 'late');
  const said = lines.map(({ broker, why }) => `${broker}: ${why}`);
  if (away.length > 0) {
    const none =
      away.length === lines.length
        ? 'no broker that matches answers'
        : 'no Offer answers the Ask, and not all brokers that match have answered';
    return new Refusal(failure('unavailable', [none, ...said].join('\n')));
  }
  const next = 'ask for less, or for another time; ogm why FILE says what the market has';
  return new Refusal(
    failure('no-match', ['no broker makes an Offer that answers the Ask', ...said].join('\n'), next),
  );
}
