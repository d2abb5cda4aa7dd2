import { ServiceFailure } from '../../client/index.ts';
import type { Document1, ResourceTell } from '../../grammar/index.ts';
import type { Log } from '../../platform/log.ts';
import { type Register, untelling } from '../register.ts';
import { NotYet } from '../registration.ts';
import type { GatheringLine } from './line.ts';

export interface TellingOptions {
  /** The agent's own line; without it documents go over HTTP alone. */
  readonly line: Pick<GatheringLine, 'isOpen' | 'isRefused' | 'closedMs' | 'reason' | 'tell'> | undefined;
  /** Tells a document over HTTP. */
  readonly overHttp: Register;
  /** For how long, in milliseconds, the line is waited for before documents go over HTTP. */
  readonly waitMs: number;
  /** What the line takes, and what goes over HTTP. */
  readonly tells: {
    readonly ofLine: () => Promise<readonly Document1[]>;
    readonly ofHttp: () => Promise<readonly (ResourceTell | Document1)[]>;
  };
  readonly log: Log;
}

/**
 * How this node is told to infogather: over the agent's own line where there is one. Else, where it has been closed for
 * a while or is not taken, as any other node over HTTP.
 */
export class Telling {
  readonly #options: TellingOptions;
  /** Documents that may stand at infogather as they went over HTTP, by this agent or one before it. */
  #mayStand = true;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** What is to be told just now. Throws {@link NotYet} where the line is waited for. */
  async documents(): Promise<readonly (ResourceTell | Document1)[]> {
    const { line, waitMs, tells } = this.#options;
    if (line?.isOpen) return tells.ofLine();
    if (line === undefined || line.isRefused || line.closedMs >= waitMs) return tells.ofHttp();
    throw new NotYet(line.reason);
  }

  readonly register: Register = async (document, options) => {
    const { line, overHttp } = this.#options;
    if (!line?.isOpen) {
      this.#mayStand = true;
      await overHttp(document, options);
    } else if ('envelope' in document) {
      await line.tell(document, options);
    }
  };

  /** Takes back what was told over HTTP, now that the line has told the same: else this node would stand there twice. */
  async told(signal: AbortSignal): Promise<void> {
    const { line, overHttp, tells, log } = this.#options;
    if (!this.#mayStand || !line?.isOpen) return;
    this.#mayStand = false;
    for (const document of await tells.ofLine()) {
      try {
        await untelling(overHttp, document, { signal });
      } catch (error) {
        if (error instanceof ServiceFailure && error.word === 'not-found') continue;
        // Where this agent may not say so over HTTP, what stands there lapses by itself.
        log.debug('nothing can be taken back that was told over HTTP', { error });
        return;
      }
    }
  }
}
