import type { ResourceTell } from '../../grammar/index.ts';
import { Places } from '../places.ts';
import type { Held } from '../room.ts';
import type { Resource } from './resource.ts';
import type { ResourceName } from './store.ts';

/** The live registrations of version 1.0 in memory, by owner and Id, and by application. */
export class Resources {
  readonly #named = new Map<string, Resource>();
  readonly #all = new Places<Resource>();
  readonly #byApplication = new Map<string, Places<Resource>>();
  /** Of those who told them, how many and how much each has. */
  readonly #byOwner = new Map<string, { size: number; bytes: number }>();
  #bytes = 0;

  get size(): number {
    return this.#named.size;
  }

  /** How long the documents are together, as they were told. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is held of one owner. */
  heldOf(owner: string): Held {
    return this.#byOwner.get(owner) ?? nothing;
  }

  find(name: ResourceName): Resource | undefined {
    return this.#named.get(keyOf(name));
  }

  /** All of one application, or all there are, in the order of their places, from after one of these on. */
  of(application?: string, after?: number): Iterable<Resource> {
    return (application === undefined ? this.#all : this.#byApplication.get(application))?.after(after) ?? [];
  }

  /** Each application that any of them offers. */
  applications(): Iterable<string> {
    return this.#byApplication.keys();
  }

  /** What answers Asks of version 0.1 for an application. */
  *old(application: string): Generator<ResourceTell> {
    for (const { old } of this.of(application)) {
      for (const tell of old) if (tell.application === application) yield tell;
    }
  }

  /** Puts a registration in place of the one of its name; it stays where it was while its place is the same. */
  put(resource: Resource): void {
    const key = keyOf(resource);
    const before = this.#named.get(key);
    if (before !== undefined && before.place !== resource.place) this.remove(before);
    else if (before !== undefined) this.#count(before, -1);
    this.#count(resource, 1);
    this.#named.set(key, resource);
    this.#all.put(resource);
    for (const application of resource.applications) {
      const offering = this.#byApplication.get(application) ?? new Places<Resource>();
      offering.put(resource);
      this.#byApplication.set(application, offering);
    }
  }

  remove(resource: ResourceName): void {
    const key = keyOf(resource);
    const known = this.#named.get(key);
    if (known === undefined) return;
    this.#named.delete(key);
    this.#all.remove(known);
    this.#count(known, -1);
    for (const application of known.applications) {
      const offering = this.#byApplication.get(application);
      offering?.remove(known);
      if (offering?.size === 0) this.#byApplication.delete(application);
    }
  }

  #count({ owner, bytes }: Resource, by: 1 | -1): void {
    this.#bytes += by * bytes;
    const held = this.#byOwner.get(owner) ?? { size: 0, bytes: 0 };
    held.size += by;
    held.bytes += by * bytes;
    if (held.size === 0) this.#byOwner.delete(owner);
    else this.#byOwner.set(owner, held);
  }
}

const nothing: Held = { size: 0, bytes: 0 };

/** An owner has no line end in it, so no two names make the same key. */
function keyOf({ owner, id }: ResourceName): string {
  return `${owner}\n${id}`;
}
