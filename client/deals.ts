import type { Document1 } from '../grammar/index.ts';
import {
  type BillView,
  billView,
  type DealEvent,
  type DealView,
  dealPage,
  dealView,
} from '../protocol/deals/deal.ts';
import type { DealState } from '../protocol/deals/states.ts';
import { Again } from './again.ts';
import { type DealEventOptions, dealEvents } from './deal-events.ts';
import { DocumentClient } from './documents.ts';
import type { OpenFrames } from './followed.ts';
import { type CallOptions, requestJson, type ServiceAddress } from './http.ts';
import { queryOf } from './query.ts';
import type { RetryLimits } from './retries.ts';

/** Deals at a broker, over HTTP. Each call throws a ServiceFailure where it is refused or not answered. */
export class DealsClient {
  readonly #address: ServiceAddress;
  readonly #documents: DocumentClient;
  readonly #limits: Partial<RetryLimits>;
  readonly #open: OpenFrames | undefined;

  /**
   * @param limits for how long those calls that go on by themselves bear that the broker is away
   * @param open by which events come as they happen; where it is not given they are asked for
   */
  constructor(address: ServiceAddress, limits: Partial<RetryLimits> = {}, open?: OpenFrames) {
    this.#address = address;
    this.#documents = new DocumentClient(address, '/broker');
    this.#limits = limits;
    this.#open = open;
  }

  /**
   * Sends a document of a deal, or an Ask, and resolves with what answers it, a Decline among it. It is sent again until
   * it is answered: by its Id the broker takes it once.
   */
  async send(document: Document1, options: CallOptions = {}): Promise<Document1[]> {
    const answers = await new Again(this.#limits).call(
      () => this.#documents.send(document, options),
      options.signal,
    );
    return answers.filter((answer) => 'envelope' in answer);
  }

  /** Deals, the newest first; of one state where it is given, and of an administrator those of `owner`, `*` for all. */
  async *list(
    options: CallOptions & {
      readonly state?: DealState | undefined;
      readonly owner?: string | undefined;
    } = {},
  ): AsyncGenerator<DealView, void, void> {
    const { state, owner, ...call } = options;
    for (let before: string | null | undefined; before !== null; ) {
      const path = `${base}?${queryOf({ state, before, owner })}`;
      const page = await requestJson(this.#address, path, dealPage, call);
      yield* page.deals;
      before = page.next;
    }
  }

  /** @param id of an Offer, or of an Agreement */
  get(id: string, options: CallOptions = {}): Promise<DealView> {
    return requestJson(this.#address, pathOf(id), dealView, options);
  }

  /** What is owed under an agreement so far. */
  bill(agreement: string, options: CallOptions = {}): Promise<BillView> {
    return requestJson(this.#address, `${pathOf(agreement)}/bill`, billView, options);
  }

  /**
   * What happens to deals, or to one, each event once and in order, as it comes, for as long as the caller goes on. Where
   * the broker is away for a while, it goes on after the last that was handed over.
   */
  events(options: DealEventOptions = {}): AsyncGenerator<DealEvent, void, void> {
    return dealEvents({ address: this.#address, limits: this.#limits, open: this.#open }, options);
  }
}

const base = '/broker/v1/deals';

function pathOf(id: string): string {
  return `${base}/${encodeURIComponent(id)}`;
}
