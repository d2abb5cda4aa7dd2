import { type Document1, documentHash, expiryOf } from '../../grammar/index.ts';
import type { Telling } from '../../language-door/reply.ts';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { senderName } from '../../platform/doors/sender.ts';
import { agentOf } from '../agents/name.ts';
import type { Held, Room } from '../room.ts';
import type { InfogatherSettings } from '../settings.ts';
import type { UnderWay } from '../under-way.ts';
import { type Resource, saidBy } from './resource.ts';
import type { ResourceName, ResourceStore, Untold } from './store.ts';

/** What became of a Tell: `wide` is one that would fill more than a page of the list of nodes. */
export type Registering = Telling | { readonly became: 'wide' };

/** How long an Untell is remembered, so that its repeat is answered as before. */
const untoldMs = 86_400_000;

interface ResourceTellsParts {
  readonly config: Pick<InfogatherSettings, 'registration-lifetime' | 'longest-lifetime' | 'page-bytes'>;
  readonly clock: Clock;
  readonly store: ResourceStore;
  readonly room: Room;
  readonly underWay: UnderWay;
  /** The registration of a name as it stands in memory. */
  readonly find: (name: ResourceName) => Resource | undefined;
  /** What is held of an owner. */
  readonly heldOf: (owner: string) => Held;
  /** Takes a registration that was told into memory. */
  readonly put: (resource: Resource) => void;
  /** Takes one that was taken back out of memory. */
  readonly remove: (resource: Resource) => void;
}

/** The commands of who registers in version 1.0. Each returns after its commit, when memory knows what it did. */
export class ResourceTells {
  readonly #parts: ResourceTellsParts;

  constructor(parts: ResourceTellsParts) {
    this.#parts = parts;
  }

  /** Keeps a registration for its lifetime. */
  async tell(document: Document1, sender: Sender): Promise<Registering> {
    const { config, clock, store, room, underWay, find, heldOf } = this.#parts;
    const now = clock.now();
    const { expiresAt, says } = this.expiry(document, now);
    if (expiresAt <= now) return { became: 'past' };
    const owner = senderName(sender);
    const told = {
      ...saidBy(document, owner),
      owner,
      teller: sender.address,
      hash: documentHash(document, sha256),
      toldAt: now,
      expiresAt,
    };
    // What it says is listed with each of its applications.
    if (told.bytes * told.applications.length > config['page-bytes']) return { became: 'wide' };
    const leave = room.take({
      name: `${told.owner}\n${told.id}`,
      bytes: told.bytes,
      before: find(told)?.bytes,
      agent: agentOf(owner) === undefined ? undefined : { owner, held: heldOf(owner) },
    });
    return underWay.begin(async () => {
      try {
        const outcome = await store.tell(told);
        if (outcome.became === 'stale') return outcome;
        const { became, place, heardAt } = outcome;
        const before = find(told);
        const isRenewed = became === 'renewed' && before?.place === place;
        this.#parts.put(
          isRenewed
            ? { ...before, teller: told.teller, toldAt: now, expiresAt }
            : { ...told, place, heardAt },
        );
        return { became, expires: says };
      } finally {
        leave();
      }
    });
  }

  /** Takes a registration back. */
  untell(id: string, sender: Sender): Promise<Untold> {
    const { clock, store, underWay, find, remove } = this.#parts;
    const now = clock.now();
    const name = { owner: senderName(sender), id };
    return underWay.begin(async () => {
      const untold = await store.untell(name, now, now + untoldMs);
      const known = find(name);
      if (untold === 'untold' && known !== undefined) remove(known);
      return untold;
    });
  }

  /** Until when a registration lives that was told, or heard, at `now`; what ends at a moment is not prolonged. */
  expiry({ envelope: { expires }, headers }: Document1, now: number): ReturnType<typeof expiryOf> {
    const { config } = this.#parts;
    const said = headers.find(({ name }) => name === 'Expires')?.value;
    return expiryOf({ lifetime: expires, said }, now, {
      unsaidMs: config['registration-lifetime'],
      longestMs: config['longest-lifetime'],
    });
  }
}
