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

  /** Its agent is a stranger from now on. */
  remove(name: string, options: CallOptions = {}): Promise<void> {
    return this.#say('DELETE', name, options);
  }

  async #say(method: string, path: string, options: CallOptions): Promise<void> {
    await request(this.#address, `/broker/v1/resources/${path}`, initOf({ ...options, method }));
  }
}
