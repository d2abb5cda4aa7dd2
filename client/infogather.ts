import { applicationList, type NodeEntry, type NodePage, nodePage } from '../protocol/nodes.ts';
import { DocumentClient } from './documents.ts';
import { type CallOptions, requestJson, type ServiceAddress } from './http.ts';

/** Infogather: its documents, and what it knows of nodes. */
export class InfogatherClient extends DocumentClient {
  readonly #address: ServiceAddress;

  constructor(address: ServiceAddress) {
    super(address, '/infogather');
    this.#address = address;
  }

  /** Every node that is known, or those of one application, page by page. */
  async *nodes(application?: string, options: CallOptions = {}): AsyncGenerator<NodeEntry> {
    let after: string | null = null;
    do {
      const query = new URLSearchParams();
      if (application !== undefined) query.set('application', application);
      if (after !== null) query.set('after', after);
      const path = `/infogather/v1/nodes?${query}`;
      const page: NodePage = await requestJson(this.#address, path, nodePage, options);
      yield* page.nodes;
      after = page.next;
    } while (after !== null);
  }

  /** Each application that a live registration offers. */
  async applications(options: CallOptions = {}): Promise<string[]> {
    const list = await requestJson(this.#address, '/infogather/v1/applications', applicationList, options);
    return list.applications;
  }
}
