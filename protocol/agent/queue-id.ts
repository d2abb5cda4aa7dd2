import { z } from 'zod';

/** Which queue tasks wait in: agents that say the same send them to the same one. */
export const queueId = z
  .string()
  .regex(/^[\x20-\x7e]{1,512}$/)
  .describe(
    'The batch system, its cluster and the queue: agents that say the same give tasks to the same one.',
  );
