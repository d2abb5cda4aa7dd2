import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Request, Router } from 'express';
import { bytesOf } from '../../platform/doors/body.ts';
import { Refusal } from '../../platform/failure.ts';
import { partQuery } from '../../protocol/blobs.ts';
import { failure } from '../../protocol/catalogue.ts';
import { blobHash } from '../../protocol/jobs/job.ts';
import type { ClientFiles } from './client-files.ts';

/** Bytes that are written at once: what one that sends takes of memory. */
const pieceBytes = 256 * 1024;

/**
 * The files of clients, by the paths that a broker has for them, so that who can send files to a broker can to an agent.
 *
 * @param filesOf those of the client whose session's token a request shows
 */
export function fileRoutes(filesOf: (request: Request) => ClientFiles | undefined): Router {
  const router = Router();
  const theirs = (request: Request): ClientFiles => {
    const files = filesOf(request);
    if (files !== undefined) return files;
    const detail = 'this wants the token of a session that stands';
    throw new Refusal(failure('not-authenticated', detail, 'call first, and show the token of the welcome'));
  };
  router.put('/broker/v1/blobs/:blob', async (request, response) => {
    const files = theirs(request);
    if (request.body !== undefined)
      throw new Refusal(failure('unsupported-media-type', 'a part of a file is application/octet-stream'));
    const asked = partQuery.safeParse(request.query);
    if (!asked.success) throw new Refusal(failure('bad-query', 'offset and total are numbers of bytes'));
    const { offset, total } = asked.data;
    response.json(await files.put(hashOf(request), { offset, total, bytes: bytesOf(request, pieceBytes) }));
  });
  router.get('/broker/v1/blobs/:blob/upload', async (request, response) => {
    response.json(await theirs(request).uploaded(hashOf(request)));
  });
  router.get('/broker/v1/blobs/:blob', async (request, response) => {
    const blob = hashOf(request);
    const found = await theirs(request).find(blob);
    if (found === undefined) throw new Refusal(failure('not-found', `there is no blob ${blob}`));
    const { path, bytes } = found;
    response.setHeader('Content-Type', 'application/octet-stream');
    response.setHeader('ETag', `"${blob}"`);
    const [, first, last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const from = Number(first ?? 0);
    const to = last === '' ? bytes : Math.min(bytes, Number(last) + 1);
    if (first !== undefined) {
      if (from >= to) {
        response.setHeader('Content-Range', `bytes */${bytes}`);
        throw new Refusal({
          ...failure('bad-query', `it has ${bytes} bytes, none of them there`),
          status: 416,
        });
      }
      response.statusCode = 206;
      response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${bytes}`);
    }
    response.setHeader('Content-Length', to - from);
    if (to === from) response.end();
    else await pipeline(createReadStream(path, { start: from, end: to - 1 }), response).catch(() => {}); // it went
  });
  return router;
}

function hashOf(request: Request<{ blob: string }>): string {
  const hash = blobHash.safeParse(request.params.blob);
  if (hash.success) return hash.data;
  throw new Refusal(failure('not-found', 'a blob is named by its SHA-256 in small hexadecimal'));
}
