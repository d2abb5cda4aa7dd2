import { applicationList, type NodeEntry, nodePage } from '../protocol/nodes.ts';
import { DocumentClient } from './documents.ts';
import { request, type ServiceAddress } from './http.ts';

/** Infogather: its documents, and what it knows of nodes. */
export class InfogatherClient extends DocumentClient {
  readonly #address: ServiceAddress;

  constructor(address: ServiceAddress) {
    super(address, '/infogather');
    this.#address = address;
  }

  /** Every node that is known, or those of one application, page by page. */
  async *nodes(application?: string): AsyncGenerator<NodeEntry> {
    let after: string | null = null;
    do {
      const query = new URLSearchParams();
      if (application !== undefined) query.set('application', application);
      if (after !== null) query.set('after', after);
      const response = await request(this.#address, `/infogather/v1/nodes?${query}`);
      const page = nodePage.parse(await response.json());
      yield* page.nodes;
      after = page.next;
    } while (after !== null);
  }

  /** Each application that a live registration offers. */
  async applications(): Promise<string[]> {
    const response = await request(this.#address, '/infogather/v1/applications');
    return applicationList.parse(await response.json()).applications;
  }
}
