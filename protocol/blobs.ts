import { z } from 'zod';
import { blobHash } from './jobs/job.ts';

/** How much of a blob is there: what `PUT` of a part and `GET …/upload` answer. */
export const uploadView = z.object({
  blob: blobHash,
  bytes: z.number().describe('Bytes of it that its sender has sent.'),
  complete: z.boolean().describe('Whether it is whole, and is what its name says.'),
});
export type UploadView = z.output<typeof uploadView>;
