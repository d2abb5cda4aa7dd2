import {
  type AccountView,
  accountList,
  accountView,
  type GrantRequest,
  type StatementPage,
  statementPage,
} from '../protocol/accounts.ts';
import { type CallOptions, requestJson, type ServiceAddress } from './http.ts';
import { queryOf } from './query.ts';

/** Accounts at a broker. Each call throws a ServiceFailure where it is refused or not answered. */
export class AccountsClient {
  readonly #address: ServiceAddress;

  constructor(address: ServiceAddress) {
    this.#address = address;
  }

  /** Your accounts; of an administrator those of `owner`, `*` for all, the broker's among them. */
  async list(options: CallOptions & { readonly owner?: string | undefined } = {}): Promise<AccountView[]> {
    const { owner, ...call } = options;
    return (await requestJson(this.#address, `${base}?${queryOf({ owner })}`, accountList, call)).accounts;
  }

  /** Gives money to a user; the same request again gives nothing more. */
  grant(
    owner: string,
    currency: string,
    body: GrantRequest,
    options: CallOptions = {},
  ): Promise<AccountView> {
    const said = { ...options, method: 'POST', body };
    return requestJson(this.#address, `${pathOf(owner, currency)}/grants`, accountView, said);
  }

  /** How much of a user's may be held for deals at once; null for all. */
  limit(
    owner: string,
    currency: string,
    limit: string | null,
    options: CallOptions = {},
  ): Promise<AccountView> {
    const said = { ...options, method: 'PUT', body: { limit } };
    return requestJson(this.#address, `${pathOf(owner, currency)}/limit`, accountView, said);
  }

  /** What came and went, the earliest first, page by page. */
  async *statement(
    owner: string,
    currency: string,
    options: CallOptions = {},
  ): AsyncGenerator<StatementPage['entries'][number]> {
    for (let after: number | null = 0; after !== null; ) {
      const path: string = `${pathOf(owner, currency)}/entries?${queryOf({ after })}`;
      const page: StatementPage = await requestJson(this.#address, path, statementPage, options);
      yield* page.entries;
      after = page.next;
    }
  }
}

const base = '/broker/v1/accounts';

function pathOf(owner: string, currency: string): string {
  return `${base}/${encodeURIComponent(owner)}/${encodeURIComponent(currency)}`;
}
