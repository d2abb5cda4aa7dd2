import type { ResourceTell } from '../grammar/index.ts';
import { Places } from './places.ts';
import type { Polled } from './polled.ts';

/** A registration of version 0.1 as it stands: the document with the load that was told or polled last. */
export interface Registration extends Polled {
  /** Its place in the order in which registrations first came. */
  readonly place: number;
  /** By these two it is known; `host` as `address:port`. */
  readonly application: string;
  readonly host: string;
  readonly document: ResourceTell;
  /** How long the text of the document was when it was told, or read back. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly toldAt: number;
  /** When a poll was answered last, by arrival. */
  readonly heardAt: number | undefined;
  readonly expiresAt: number;
}

/** The live registrations of version 0.1 in memory, by application and Host. */
export class Registrations {
  readonly #all = new Places<Registration>();
  readonly #byApplication = new Map<string, Offering>();
  #bytes = 0;

  get size(): number {
    return this.#all.size;
  }

  /** How long the documents are together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Each application that any of them offers. */
  applications(): Iterable<string> {
    return this.#byApplication.keys();
  }

  find(application: string, host: string): Registration | undefined {
    return this.#byApplication.get(application)?.hosts.get(host);
  }

  /** All of one application, or all there are, in the order of their places, from after one of these on. */
  of(application?: string, after?: number): Iterable<Registration> {
    const all = application === undefined ? this.#all : this.#byApplication.get(application)?.places;
    return all?.after(after) ?? [];
  }

  /** Puts a registration in place of the one with its application and Host. */
  put(registration: Registration): void {
    const { application, host, place } = registration;
    const before = this.find(application, host);
    if (before?.place === place) this.#bytes -= before.bytes;
    else if (before !== undefined) this.remove(before);
    this.#bytes += registration.bytes;
    this.#all.put(registration);
    let offering = this.#byApplication.get(application);
    if (offering === undefined) {
      offering = { hosts: new Map(), places: new Places() };
      this.#byApplication.set(application, offering);
    }
    offering.hosts.set(host, registration);
    offering.places.put(registration);
  }

  remove({ application, host }: Registration): void {
    const offering = this.#byApplication.get(application);
    const registration = offering?.hosts.get(host);
    if (offering === undefined || registration === undefined) return;
    offering.hosts.delete(host);
    offering.places.remove(registration);
    this.#all.remove(registration);
    if (offering.hosts.size === 0) this.#byApplication.delete(application);
    this.#bytes -= registration.bytes;
  }
}

/** Those who offer one application. */
interface Offering {
  readonly hosts: Map<string, Registration>;
  readonly places: Places<Registration>;
}
