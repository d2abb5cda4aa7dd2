import { z } from 'zod';

const cause = z.object({
  situation: z.string().describe('Which of the situations of docs/why.md it is.'),
  cause: z.string().describe('As one sentence, with its numbers.'),
  next: z.string().describe('What to do.'),
});

/** Why something waits, or has failed. */
export const whyView = z.object({
  id: z.string(),
  of: z.enum(['job', 'task', 'deal', 'Watch']),
  state: z.string(),
  causes: z
    .array(cause)
    .min(1)
    .describe('The one that matters most first: what waits for its owner, then the rest.'),
});
export type WhyView = z.output<typeof whyView>;
