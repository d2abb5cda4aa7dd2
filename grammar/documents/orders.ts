import type { Action1 } from './document.ts';
import { type Form, formOf } from './form.ts';
import type { Line } from './line.ts';
import type { Name } from './name.ts';
import type { Place } from './order.ts';

/** Of documents with more headers nothing is kept. */
const mostHeaders = 128;

/** The names of a document that says something to another side, all of which may stand in it, and no fact twice. */
export interface Order {
  readonly action: Action1;
  /** Where Action stands among the names. */
  readonly actionAt: number;
  /** As they were written. */
  readonly names: readonly Name[];
  /** The same in canonical order. */
  readonly places: readonly Place[];
  /** Of a Tell, where its headers are written as they are printed. */
  readonly form: Form | undefined;
}

/**
 * In which order documents had their headers, the last for each number of headers. Documents of one kind have the same
 * names in the same order, and what is decided by names alone need not be decided for each.
 */
export class Orders {
  readonly #known = new Map<number, Order>();

  /** The order of a document of these headers; nothing where that is not known. */
  of(lines: readonly Line[]): Order | undefined {
    const order = this.#known.get(lines.length);
    if (order === undefined || lines[order.actionAt]?.value !== order.action) return undefined;
    const { names } = order;
    for (let index = 0; index < lines.length; index += 1) {
      if ((lines[index] as Line).known !== names[index]) return undefined;
    }
    return order;
  }

  /** Keeps the order of a document that may stand as it does, where no fact of it is said in several headers. */
  keep(action: Action1, lines: readonly Line[], places: readonly Place[]): void {
    if (lines.length > mostHeaders || lines.length !== places.length) return;
    const once = places.filter(({ word: { role, standsOnce } }) => role !== 'term' || standsOnce);
    const said = new Set(once.map(({ word: { label, role } }) => (role === 'test' ? label : label.name)));
    if (said.size < once.length) return;
    const actionAt = places.find(({ word }) => word.label.spelled === 'Action')?.index ?? 0;
    const names = lines.map(({ known }) => known);
    const kept = places.map(({ index, word }) => ({ index, word }));
    const written = lines.map(({ name }) => name);
    const form = action === 'Tell' ? formOf(kept, written) : undefined;
    this.#known.set(lines.length, { action, actionAt, names, places: kept, form });
  }
}
