import { type EnrolmentView, enrolmentView, type ResourceView, resourceList } from '../protocol/resources.ts';
import { type CallOptions, initOf, request, requestJson, type ServiceAddress } from './http.ts';

/** The resources that an owner lends to a broker. */
export class ResourcesClient {
  readonly #address: ServiceAddress;

  constructor(address: ServiceAddress) {
    this.#address = address;
  }

  /** Adds a resource; its secret, with which its agent enrols, is told this once. */
  add(name: string, options: CallOptions = {}): Promise<EnrolmentView> {
    const said = { ...options, method: 'POST', body: { name } };
    return requestJson(this.#address, '/broker/v1/resources', enrolmentView, said);
  }

  async list(options: CallOptions = {}): Promise<ResourceView[]> {
    return (await requestJson(this.#address, '/broker/v1/resources', resourceList, options)).resources;
  }

  /** It takes no more work; what it has, it ends. */
  drain(name: string, options: CallOptions = {}): Promise<void> {
    return this.#say('POST', `${name}/drain`, options);
  }

  /** It takes work again. */
  resume(name: string, options: CallOptions = {}): Promise<void> {
    return this.#say('POST', `${name}/resume`, options);
  }

  /** Shares it with users, and groups as `group:NAME`. */
  share(name: string, principals: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.#say('POST', `${name}/share`, { ...options, body: { with: principals } });
  }

  /** Takes that back: what of theirs has not started there goes elsewhere. */
  unshare(name: string, principals: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.#say('POST', `${name}/unshare`, { ...options, body: { with: principals } });
  }

  /** Its agent is a stranger from now on. */
  remove(name: string, options: CallOptions = {}): Promise<void> {
    return this.#say('DELETE', name, options);
  }

  async #say(method: string, path: string, options: CallOptions & { readonly body?: object }): Promise<void> {
    await request(this.#address, `/broker/v1/resources/${path}`, initOf({ ...options, method }));
  }
}
