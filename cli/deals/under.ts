import { setTimeout as pause } from 'node:timers/promises';
import { type OfferBid, ServiceFailure } from '../../client/index.ts';
import { type Failure, Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { BillView, DealView } from '../../protocol/deals/deal.ts';
import type { DealState } from '../../protocol/deals/states.ts';
import type { JobView } from '../../protocol/jobs/job.ts';
import type { Context } from '../commands/context.ts';
import { brokerClients } from '../jobs/clients.ts';
import type { DealAsk } from './asking.ts';
import { noOffer, type Offers, offersGone, printOffers, withOffers } from './best.ts';
import type { DealBroker } from './brokers.ts';
import { said } from './making.ts';
import { billLines } from './words.ts';

/** Between two looks at a deal of which something is awaited, in milliseconds. */
const lookMs = 200;
/** How long, in milliseconds, is waited for what ends a deal: the last attempt to be reported, or a word that is to end it. */
const endMs = 20_000;

/** Work that is to be done under an agreement. */
export interface WorkOrder {
  /** Checked before anybody is asked. */
  readonly wanted: DealAsk;
  /** The application where the Ask tests none. */
  readonly application: string | undefined;
  /** Sends what the job needs, and submits it. */
  submit(context: Context, under: Under, signal: AbortSignal): Promise<JobView>;
  /** Waits for the job, and brings what it left; not given where nobody waits. */
  readonly follow?: (context: Context, job: JobView, signal: AbortSignal) => Promise<void>;
}

/** Under what a job runs. */
export interface Under {
  readonly agreement: string;
  readonly application: string;
  readonly tasks: number;
}

/** How far a deal has come: what is said of it where the command is stopped. */
export class Progress {
  #stopped: Failure = failure('cancelled', 'stopped before anything was agreed', offersGone);

  get stopped(): Failure {
    return this.#stopped;
  }

  is(detail: string, next: string): void {
    this.#stopped = failure('cancelled', detail, next);
  }
}

/** Shows the Offers that would come, and holds nothing afterwards. */
export async function dryRun(context: Context, wanted: DealAsk, signal: AbortSignal): Promise<void> {
  await withOffers(context, wanted, signal, async (offers, settle) => {
    await settle();
    printOffers(context, offers, true);
    for (const { name, value } of wanted.ask.headers)
      if (name === 'Budget') context.out.note(`the Budget of the Ask is ${value}; nothing is set aside yet`);
    if (offers.choice.best === undefined) throw noOffer(offers);
  });
}

/** Asks, takes the best Offer, has the job run under the agreement, completes it, and prints the Bill. */
export async function workUnderDeal(
  context: Context,
  order: WorkOrder,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  await withOffers(context, order.wanted, signal, async (offers, settle) => {
    const best = bestOf(offers);
    const [accepted] = await Promise.allSettled([accept(context, best, progress, signal), settle(best)]);
    if (accepted.status === 'rejected') {
      await letGo(context, best, progress);
      throw accepted.reason;
    }
    const agreement = accepted.value;
    await work(best.broker, order, { agreement, application: applicationOf(best, order) }, progress, signal);
  });
}

function bestOf(offers: Offers): OfferBid<DealBroker> {
  const { best } = offers.choice;
  if (best === undefined) throw noOffer(offers);
  return best;
}

/** What the Offer says of the application, as a job names it. */
function applicationOf({ offer }: OfferBid<DealBroker>, { application }: WorkOrder): string {
  const [value] = offer.deal?.facts.get('application')?.values ?? [];
  const text = value !== undefined && 'text' in value ? value.text : application;
  if (text !== undefined) return text;
  throw new Refusal(
    failure('bad-files', 'nothing says which application is to run', 'say Application in the Ask'),
  );
}

/** Accepts an Offer; not called off, for what was accepted is to be known. Resolves with the Id of the agreement. */
async function accept(
  { out }: Context,
  { broker, id, offer }: OfferBid<DealBroker>,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { deals } = brokerClients(broker.context);
  const { flags, name } = broker;
  signal.throwIfAborted();
  progress.is(
    `the answer to the Accept of Offer ${id} was not waited for`,
    `see with ogm offer show ${id}${flags} whether there is an agreement, and end that with ogm agreement terminate`,
  );
  const answer = await said(deals, 'Accept', { Offer: id });
  const estimate = offer.headers.find((header) => header.name === 'Estimate')?.value;
  let agreement = answer.action === 'Agreement' ? answer.envelope.id : undefined;
  if (agreement === undefined) {
    out.note(`${name} has its batch system reserve what Offer ${id} promises`);
    agreement = await reserved(broker, id, progress, signal);
  }
  const cost = estimate === undefined ? 'for nothing' : `for ${estimate} at most`;
  out.note(`agreement ${agreement} with ${name}, ${cost}`);
  return agreement;
}

/**
 * Rejects an Offer that could not be accepted. The Accept may have been taken all the same, where its answer was lost: then
 * the agreement is ended, or it is said where to look.
 */
async function letGo(
  { out }: Context,
  { broker, id }: OfferBid<DealBroker>,
  progress: Progress,
): Promise<void> {
  const { deals } = brokerClients(broker.context);
  const signal = AbortSignal.timeout(endMs);
  try {
    await said(deals, 'Reject', { Offer: id }, signal);
  } catch {
    const deal = await deals.get(id, { signal }).catch(() => undefined);
    const agreed = agreedIn(deal);
    if (agreed !== undefined) return callOff(broker, agreed, progress);
    if (deal !== undefined && deal.state !== 'open') return;
    out.note(
      `ogm: Offer ${id} of ${broker.name} may be agreed; see ogm offer show ${id}${broker.flags}, and end an agreement with ogm agreement terminate`,
    );
  }
}

/** Waits until a batch system has reserved what was accepted; resolves with the Id of the agreement. */
async function reserved(
  broker: DealBroker,
  id: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { deals } = brokerClients(broker.context);
  progress.is(
    `what Offer ${id} promises is being reserved`,
    `see ogm offer show ${id}${broker.flags}, and end it with ogm agreement terminate ${id}${broker.flags}`,
  );
  try {
    const deal = await untilNot(['open', 'accepting'], () => deals.get(id, { signal }), signal);
    if (deal.agreement !== null && deal.state === 'active') return deal.agreement;
    const why = deal.reason === null ? deal.state : `${deal.reason.word} ${deal.reason.text}`;
    throw new ServiceFailure(failure('declined', `declined: ${why}`));
  } catch (error) {
    if (!signal.aborted) throw error;
    const last = await deals.get(id, { signal: AbortSignal.timeout(endMs) }).catch(() => undefined);
    const agreed = agreedIn(last);
    if (agreed !== undefined) await callOff(broker, agreed, progress);
    throw error;
  }
}

/** The Id of the agreement of a deal that can be terminated: also while a batch system is asked to reserve it. */
function agreedIn(deal: DealView | undefined): string | undefined {
  const { state, agreement } = deal ?? { state: undefined, agreement: null };
  return (state === 'active' || state === 'accepting') && agreement !== null ? agreement : undefined;
}

async function work(
  broker: DealBroker,
  order: WorkOrder,
  { agreement, application }: Pick<Under, 'agreement' | 'application'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { context, flags } = broker;
  const { out, json } = context;
  let job: JobView;
  try {
    signal.throwIfAborted();
    job = await order.submit(context, { agreement, application, tasks: order.wanted.tasks }, signal);
    signal.throwIfAborted();
  } catch (error) {
    await callOff(broker, agreement, progress);
    throw error;
  }
  const ended = `ogm agreement terminate ${agreement}${flags}`;
  progress.is(
    `job ${job.id} goes on under agreement ${agreement}`,
    `see it with ogm job show ${job.id}${flags}, end both with ${ended}`,
  );
  if (order.follow === undefined) {
    if (json) out.print(JSON.stringify(job));
    else out.print(job.id);
    out.note(
      `it runs under ${agreement}: once it is over, end that with ogm agreement complete ${agreement}${flags}`,
    );
    return;
  }
  out.note(`job ${job.id} is queued`);
  try {
    await order.follow(context, job, signal);
  } catch (error) {
    if (!signal.aborted) out.note(`ogm: agreement ${agreement} is there yet; end it with ${ended}`);
    throw error;
  }
  progress.is(
    `job ${job.id} is over; agreement ${agreement} may be there yet`,
    `end it with ogm agreement complete ${agreement}${flags}`,
  );
  await complete(broker, agreement, signal);
}

/** Says that no more work comes, and prints the Bill once the deal has ended; the program's own end stays the command's. */
async function complete(
  { context, flags }: DealBroker,
  agreement: string,
  signal: AbortSignal,
): Promise<void> {
  const { out, json } = context;
  const { deals } = brokerClients(context);
  await said(deals, 'Complete', { Agreement: agreement }, signal);
  const late = AbortSignal.timeout(endMs);
  await untilNot(
    ['active', 'ending'],
    () => deals.get(agreement, { signal }),
    AbortSignal.any([signal, late]),
  ).catch((error: unknown) => {
    if (!late.aborted) throw error;
    out.note(`ogm: ${agreement} has not ended yet; what it comes to says ogm bill ${agreement}${flags}`);
  });
  const bill: BillView = await deals.bill(agreement, { signal });
  if (json) out.print(JSON.stringify(bill));
  else for (const line of billLines(bill)) out.note(line);
}

/** Ends an agreement under which nothing was done, and says so where that cannot be. */
async function callOff({ context, flags }: DealBroker, agreement: string, progress: Progress): Promise<void> {
  const { deals } = brokerClients(context);
  try {
    const headers = { Agreement: agreement, Reason: 'policy called off by its user' };
    await said(deals, 'Terminate', headers, AbortSignal.timeout(endMs));
    progress.is(
      `stopped, and agreement ${agreement} is terminated`,
      `see ogm agreement show ${agreement}${flags}`,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const next = `end it with ogm agreement terminate ${agreement}${flags}`;
    progress.is(`agreement ${agreement} is there yet, for it could not be terminated: ${why}`, next);
    context.out.note(`ogm: agreement ${agreement} is there yet; ${next}`);
  }
}

/** Looks at a deal until it is in none of these states any more. */
async function untilNot(
  states: readonly DealState[],
  look: () => Promise<DealView>,
  signal: AbortSignal,
): Promise<DealView> {
  for (;;) {
    const deal = await look();
    if (!states.includes(deal.state)) return deal;
    await pause(lookMs, undefined, { signal });
  }
}
