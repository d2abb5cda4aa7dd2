import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import type { Registrations } from './registrations.ts';
import type { InfogatherSettings } from './settings.ts';

/** What a registration takes of the room. */
interface Arrival {
  readonly application: string;
  readonly host: string;
  readonly bytes: number;
}

/** Keeps registrations within their bounds, those counted that are on their way to the store. */
export class Room {
  readonly #registrations: Registrations;
  readonly #most: Pick<InfogatherSettings, 'most-registrations' | 'most-bytes'>;
  readonly #arriving = new Set<string>();
  #arrivingBytes = 0;

  constructor(
    registrations: Registrations,
    most: Pick<InfogatherSettings, 'most-registrations' | 'most-bytes'>,
  ) {
    this.#registrations = registrations;
    this.#most = most;
  }

  /**
   * Takes room for a registration until what it returns is called. One that is told again takes only what it is
   * longer than before. Throws a Refusal `infogather-full` where there is none.
   */
  take({ application, host, bytes }: Arrival): () => void {
    const before = this.#registrations.find(application, host);
    const name = `${application}\n${host}`;
    const { 'most-registrations': most, 'most-bytes': mostBytes } = this.#most;
    const isNew = before === undefined && !this.#arriving.has(name);
    if (isNew && this.#registrations.size + this.#arriving.size >= most) {
      const detail = `infogather holds ${most} registrations, and takes no other`;
      throw new Refusal(failure('infogather-full', detail));
    }
    const more = Math.max(0, bytes - (before?.bytes ?? 0));
    if (more > 0 && this.#registrations.bytes + this.#arrivingBytes + more > mostBytes) {
      const detail = `infogather holds no more than ${mostBytes} bytes of registrations (infogather.most-bytes), and this one would pass that`;
      const next = 'try again when some have expired, or raise infogather.most-bytes';
      throw new Refusal(failure('infogather-full', detail, next));
    }
    if (before === undefined) this.#arriving.add(name);
    this.#arrivingBytes += more;
    return () => {
      this.#arriving.delete(name);
      this.#arrivingBytes -= more;
    };
  }
}
