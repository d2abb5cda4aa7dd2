import { type GroupView, groupList } from '../protocol/sharing.ts';
import { type CallOptions, initOf, request, requestJson, type ServiceAddress } from './http.ts';

/** The groups of users at a broker. Each call throws a ServiceFailure where it is refused or not answered. */
export class GroupsClient {
  readonly #address: ServiceAddress;

  constructor(address: ServiceAddress) {
    this.#address = address;
  }

  async create(name: string, options: CallOptions = {}): Promise<void> {
    await request(this.#address, base, initOf({ ...options, method: 'POST', body: { name } }));
  }

  async list(options: CallOptions = {}): Promise<GroupView[]> {
    return (await requestJson(this.#address, base, groupList, options)).groups;
  }

  /** Puts users into a group. */
  add(name: string, users: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.#say('POST', `${encodeURIComponent(name)}/add`, { ...options, body: { users } });
  }

  /** Takes users out of it. */
  remove(name: string, users: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.#say('POST', `${encodeURIComponent(name)}/remove`, { ...options, body: { users } });
  }

  /** What was shared with it is so no more. */
  delete(name: string, options: CallOptions = {}): Promise<void> {
    return this.#say('DELETE', encodeURIComponent(name), options);
  }

  async #say(method: string, path: string, options: CallOptions & { readonly body?: object }): Promise<void> {
    await request(this.#address, `${base}/${path}`, initOf({ ...options, method }));
  }
}

const base = '/broker/v1/groups';
