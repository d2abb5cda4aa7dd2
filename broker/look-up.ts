import type { Clock } from '../platform/clock.ts';
import type { NodeEntry } from '../protocol/nodes.ts';

export interface LookUpParts {
  /** Asks infogather for all nodes of an application, or for all there are. */
  readonly find: (application: string | undefined) => Promise<readonly NodeEntry[]>;
  /** How long what was found serves other Asks, from when it was found. */
  readonly keptMs: number;
  /** For how many applications at most look-ups are shared. */
  readonly mostApplications: number;
  readonly clock: Clock;
}

/**
 * The nodes of an application, or all of them, looked up once for all who ask within a short while. A look-up that failed or found
 * nobody is not kept: whoever asks after a node was told of finds it.
 */
export class LookUp {
  readonly #parts: LookUpParts;
  /** In the order in which they were begun. */
  readonly #shared = new Map<string | undefined, Promise<readonly NodeEntry[]>>();

  constructor(parts: LookUpParts) {
    this.#parts = parts;
  }

  async nodesOf(application: string | undefined): Promise<readonly NodeEntry[]> {
    const shared = this.#shared.get(application);
    if (shared === undefined) return this.#begin(application);
    const nodes = await shared;
    // It was begun before this Ask, and may have missed a node that was told of since.
    return nodes.length > 0 ? nodes : (this.#shared.get(application) ?? this.#begin(application));
  }

  #begin(application: string | undefined): Promise<readonly NodeEntry[]> {
    const { find, keptMs, mostApplications, clock } = this.#parts;
    const forget = () => {
      if (this.#shared.get(application) === looking) this.#shared.delete(application);
    };
    const looking = find(application).then(
      (nodes) => {
        if (nodes.length === 0 || keptMs === 0) forget();
        else clock.after(keptMs, forget);
        return nodes;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    if (this.#shared.size >= mostApplications) {
      for (const oldest of this.#shared.keys().take(1)) this.#shared.delete(oldest);
    }
    this.#shared.set(application, looking);
    return looking;
  }
}
