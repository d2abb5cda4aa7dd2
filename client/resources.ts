import {
  type ReservationRequest,
  type ReservationView,
  reservationList,
  reservationView,
} from '../protocol/reservations.ts';
import { type EnrolmentView, enrolmentView, type ResourceView, resourceList } from '../protocol/resources.ts';
import { type CallOptions, initOf, request, requestBytes, requestJson, type ServiceAddress } from './http.ts';

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

  /** The secret of one agent more, of a resource that has some. */
  addAgent(name: string, options: CallOptions = {}): Promise<EnrolmentView> {
    const said = { ...options, method: 'POST', body: { name, another: true } };
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

  /** Has the batch system behind it keep room for later. */
  reserve(
    name: string,
    reservation: ReservationRequest,
    options: CallOptions = {},
  ): Promise<ReservationView> {
    const said = { ...options, method: 'POST', body: reservation };
    return requestJson(this.#address, reservationsPath(name), reservationView, said);
  }

  async reservations(name: string, options: CallOptions = {}): Promise<ReservationView[]> {
    return (await requestJson(this.#address, reservationsPath(name), reservationList, options)).reservations;
  }

  /** Has it let one go; whether that is so already. */
  async release(name: string, id: string, options: CallOptions = {}): Promise<boolean> {
    const path = `${reservationsPath(name)}/${encodeURIComponent(id)}`;
    const { status } = await requestBytes(this.#address, path, initOf({ ...options, method: 'DELETE' }));
    return status === 204;
  }

  /** Its agent is a stranger from now on. */
  remove(name: string, options: CallOptions = {}): Promise<void> {
    return this.#say('DELETE', name, options);
  }

  async #say(method: string, path: string, options: CallOptions & { readonly body?: object }): Promise<void> {
    await request(this.#address, `/broker/v1/resources/${path}`, initOf({ ...options, method }));
  }
}

function reservationsPath(name: string): string {
  return `/broker/v1/resources/${encodeURIComponent(name)}/reservations`;
}
