import { ServiceFailure } from '../client/index.ts';
import type { Document1, ResourceTell } from '../grammar/index.ts';
import type { Log } from '../platform/log.ts';
import { untellOf } from './tells.ts';

export type Register = (
  document: ResourceTell | Document1,
  options: { readonly signal: AbortSignal },
) => Promise<void>;

/**
 * Registers in version 1.0 where it is understood. An infogather that knows version 0.1 alone has all that it needs in
 * that; and one that knows a higher Seq, from before the clock was set back, is told anew.
 */
export function patiently(register: Register, log: Log): Register {
  let isUnderstood = true;
  return async (document, options) => {
    try {
      await register(document, options);
    } catch (error) {
      if (!('envelope' in document)) throw error;
      const reason = error instanceof ServiceFailure ? error.word : undefined;
      if (reason === 'stale') {
        await untelling(register, document, options);
        await register(document, options);
      } else if (reason !== 'not-understood') {
        throw error;
      } else if (isUnderstood) {
        log.info('infogather speaks version 0.1 alone, and knows this node by that');
        isUnderstood = false;
      }
    }
  };
}

/** Takes back what was told. */
export function untelling(
  register: Register,
  document: Document1,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  return register(untellOf(document), options);
}
