import type { ResourceTell } from '../grammar/index.ts';
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
  /** In the order of their places, as are the hosts of each application. */
  readonly #all = new Map<string, Registration>();
  readonly #byApplication = new Map<string, Map<string, Registration>>();
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
    return this.#byApplication.get(application)?.get(host);
  }

  /** All of one application, or all there are, in the order of their places. */
  of(application?: string): Iterable<Registration> {
    return (application === undefined ? this.#all : this.#byApplication.get(application))?.values() ?? [];
  }

  /** Puts a registration in place of the one with its application and Host. */
  put(registration: Registration): void {
    const { application, host, place } = registration;
    const before = this.find(application, host);
    if (before?.place === place) this.#bytes -= before.bytes;
    else if (before !== undefined) this.remove(before);
    this.#bytes += registration.bytes;
    this.#all.set(keyOf(registration), registration);
    let hosts = this.#byApplication.get(application);
    if (hosts === undefined) {
      hosts = new Map();
      this.#byApplication.set(application, hosts);
    }
    hosts.set(host, registration);
  }

  remove({ application, host }: Registration): void {
    const hosts = this.#byApplication.get(application);
    const registration = hosts?.get(host);
    if (hosts === undefined || registration === undefined) return;
    hosts.delete(host);
    this.#all.delete(keyOf(registration));
    if (hosts.size === 0) this.#byApplication.delete(application);
    this.#bytes -= registration.bytes;
  }
}

/** A line end stands in no value, so no two names make the same key. */
function keyOf({ application, host }: Registration): string {
  return `${application}\n${host}`;
}
