import { z } from 'zod';

/** A failure over HTTP: problem details of RFC 9457, with the catalogue's code and next step. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  next: z.string().optional(),
});
