import { z } from 'zod';

/** Which attempt of which task: `task` is `<job>.<number>`, and safe as the name of a folder. */
export const which = {
  task: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  attempt: z.int().positive(),
};
