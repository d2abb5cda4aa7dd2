import { partyOfOld, Supply } from '../grammar/index.ts';
import type { Registration } from './registrations.ts';
import type { Resource } from './resources/resource.ts';

interface Old {
  registration: Registration;
  /** Where it stands in the supply; -1 while its node tells the same in version 1.0. */
  row: number;
}

/**
 * The registrations of both versions as Asks of version 1.0 are matched with them. A node may tell each application in
 * both: then what it tells in version 0.1 stands back.
 */
export class Offers {
  readonly supply = new Supply();
  readonly #byRow: (Registration | Resource | undefined)[] = [];
  readonly #old = new Map<string, Old>();
  readonly #rows = new Map<Resource, number>();
  /** How many registrations of version 1.0 say the application, Host and teller of a key. */
  readonly #twins = new Map<string, number>();

  /** The registration of a row of the supply. */
  at(row: number): Registration | Resource | undefined {
    return this.#byRow[row];
  }

  /** Whether the node of a registration of version 0.1 tells the same in version 1.0. */
  isTwin(registration: Registration): boolean {
    return this.#twins.has(keyOf(registration));
  }

  /** Takes in a registration of version 0.1, in place of the one of its application and Host. */
  putOld(registration: Registration): void {
    const name = nameOf(registration);
    const before = this.#old.get(name);
    if (before?.registration.teller === registration.teller) {
      before.registration = registration;
      if (before.row >= 0) this.#byRow[before.row] = registration;
      return;
    }
    this.removeOld(registration);
    const old: Old = { registration, row: -1 };
    this.#old.set(name, old);
    if (!this.isTwin(registration)) this.#show(old);
  }

  removeOld(registration: Registration): void {
    const name = nameOf(registration);
    const old = this.#old.get(name);
    if (old !== undefined && old.row >= 0) this.supply.remove(old.row);
    this.#old.delete(name);
  }

  put(resource: Resource): void {
    const row = this.supply.add(resource.party, resource.place);
    this.#byRow[row] = resource;
    this.#rows.set(resource, row);
    for (const application of resource.applications) {
      const twin = { application, host: resource.host, teller: resource.teller };
      const count = (this.#twins.get(keyOf(twin)) ?? 0) + 1;
      this.#twins.set(keyOf(twin), count);
      const old = this.#old.get(nameOf(twin));
      if (count > 1 || old === undefined || old.registration.teller !== twin.teller) continue;
      if (old.row >= 0) this.supply.remove(old.row);
      old.row = -1;
    }
  }

  remove(resource: Resource): void {
    const row = this.#rows.get(resource);
    if (row === undefined) return;
    this.supply.remove(row);
    this.#rows.delete(resource);
    for (const application of resource.applications) {
      const twin = { application, host: resource.host, teller: resource.teller };
      const count = (this.#twins.get(keyOf(twin)) ?? 0) - 1;
      if (count > 0) {
        this.#twins.set(keyOf(twin), count);
        continue;
      }
      this.#twins.delete(keyOf(twin));
      const old = this.#old.get(nameOf(twin));
      if (old?.row === -1 && old.registration.teller === twin.teller) this.#show(old);
    }
  }

  #show(old: Old): void {
    const { document, place, application, host } = old.registration;
    old.row = this.supply.add(partyOfOld(document, `${application} ${host}`), place);
    this.#byRow[old.row] = old.registration;
  }
}

type Name = Pick<Registration, 'application' | 'host'>;

/** A line end stands in no value, so no two names make the same key. */
function nameOf({ application, host }: Name): string {
  return `${application}\n${host}`;
}

function keyOf({ application, host, teller }: Name & Pick<Registration, 'teller'>): string {
  return `${application}\n${host}\n${teller}`;
}
