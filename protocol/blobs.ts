import { z } from 'zod';
import { blobHash } from './jobs/job.ts';

/** How much of a blob is there: what `PUT` of a part and `GET …/upload` answer. */
export const uploadView = z.object({
  blob: blobHash,
  bytes: z.number().describe('Bytes of it that its sender has sent.'),
  complete: z.boolean().describe('Whether it is whole, and is what its name says.'),
});
export type UploadView = z.output<typeof uploadView>;

const byteCount = z.coerce.number<string>().int().nonnegative();

/** The query of `PUT /broker/v1/blobs/{blob}`: one part of a file. */
export const partQuery = z.strictObject({
  offset: byteCount.default(0).describe('Where in the file the part begins.'),
  total: byteCount.optional().describe('How many bytes the whole file has.'),
});
