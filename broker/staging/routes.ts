import { type Request, Router } from 'express';
import { bytesOf } from '../../platform/doors/body.ts';
import { Refusal } from '../../platform/failure.ts';
import { partQuery } from '../../protocol/blobs.ts';
import { failure } from '../../protocol/catalogue.ts';
import { blobHash } from '../../protocol/jobs/job.ts';
import { callerOf } from '../caller.ts';
import { queryOf } from '../request.ts';
import { sendFile } from './send-file.ts';
import type { Staging } from './staging.ts';

/** Bytes that are written at once: what one that sends takes of memory. */
const pieceBytes = 256 * 1024;

/** `/broker/v1/blobs/…`: files come in in parts and go out in ranges, of users and of agents. */
export function blobRoutes(staging: Staging): Router {
  const router = Router();
  router.put('/broker/v1/blobs/:blob', async (request, response) => {
    const caller = callerOf(request, 'submit');
    if (request.body !== undefined)
      throw new Refusal(failure('unsupported-media-type', 'a part of a file is application/octet-stream'));
    const part = { ...queryOf(request, partQuery), bytes: bytesOf(request, pieceBytes) };
    response.json(await staging.send(caller, hashOf(request), part));
  });
  router.get('/broker/v1/blobs/:blob/upload', async (request, response) => {
    response.json(await staging.uploaded(callerOf(request, 'submit'), hashOf(request)));
  });
  router.get('/broker/v1/blobs/:blob', async (request, response) => {
    const file = await staging.find(callerOf(request, 'read'), hashOf(request));
    await sendFile(request, response, file);
  });
  return router;
}

function hashOf(request: Request<{ blob: string }>): string {
  const hash = blobHash.safeParse(request.params.blob);
  if (hash.success) return hash.data;
  throw new Refusal(failure('not-found', 'a blob is named by its SHA-256 in small hexadecimal'));
}
