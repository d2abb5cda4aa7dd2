import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import type { Registry } from './registry.ts';
import type { MarketSettings } from './settings.ts';
import type { TellRow } from './tell-row.ts';

/** Room that is kept for a Tell until it is in memory. */
export interface Room {
  readonly name: string;
  /** Whether the market has no other of its name, and none is under way. */
  readonly isNew: boolean;
  readonly bytes: number;
}

/** Room for the Tells that are under way, within the bounds of a market: what is in memory and what will be counts. */
export class Rooms {
  readonly #config: Pick<MarketSettings, 'most-tells' | 'most-bytes'>;
  readonly #registry: Registry;
  /** By name how many Tells are under way. */
  readonly #telling = new Map<string, number>();
  /** New ones among them, which the registry does not know yet: they count against the bound. */
  #arriving = 0;
  /** Bytes that Tells which arrive will take. */
  #arrivingBytes = 0;

  constructor(config: Pick<MarketSettings, 'most-tells' | 'most-bytes'>, registry: Registry) {
    this.#config = config;
    this.#registry = registry;
  }

  /** Keeps room for a Tell until it is in memory; refuses one that would pass a bound. */
  make(row: Pick<TellRow, 'teller' | 'id' | 'document'>): Room | Refusal {
    const { 'most-tells': mostTells, 'most-bytes': mostBytes } = this.#config;
    const name = `${row.teller}\n${row.id}`;
    const known = this.#registry.find(row);
    const others = this.#telling.get(name) ?? 0;
    const isNew = known === undefined && others === 0;
    if (isNew && this.#registry.size + this.#arriving >= mostTells) {
      return new Refusal(failure('market-full', `the market holds ${mostTells} Tells, and takes no other`));
    }
    const bytes = Math.max(0, row.document.length - (known?.row.document.length ?? 0));
    if (bytes > 0 && this.#registry.bytes + this.#arrivingBytes + bytes > mostBytes) {
      const detail = `the market holds ${mostBytes} bytes of Tells, and takes no more`;
      return new Refusal(failure('market-full', detail, 'try again later, or raise market.most-bytes'));
    }
    this.#telling.set(name, others + 1);
    if (isNew) this.#arriving += 1;
    this.#arrivingBytes += bytes;
    return { name, isNew, bytes };
  }

  giveBack({ name, isNew, bytes }: Room): void {
    const others = (this.#telling.get(name) ?? 1) - 1;
    if (others > 0) this.#telling.set(name, others);
    else this.#telling.delete(name);
    if (isNew) this.#arriving -= 1;
    this.#arrivingBytes -= bytes;
  }
}
