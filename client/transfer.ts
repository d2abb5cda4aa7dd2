import { type UploadView, uploadView } from '../protocol/blobs.ts';
import { failure } from '../protocol/catalogue.ts';
import { Again } from './again.ts';
import { ServiceFailure } from './failure.ts';
import {
  answerAs,
  type CallOptions,
  notReached,
  refusalOf,
  request,
  requestJson,
  type ServiceAddress,
} from './http.ts';
import { PartSizes } from './part-sizes.ts';
import type { RetryLimits } from './retries.ts';

/** A blob at the broker. */
export interface BlobAt {
  /** Its SHA-256. */
  readonly blob: string;
  readonly bytes: number;
}

export interface TransferOptions extends CallOptions {
  /** Told how many bytes are there, of how many. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

export interface TransferLimits extends RetryLimits {
  /** The most bytes of one part that is sent. */
  readonly sentBytes: number;
  /** The most bytes of one part that is fetched: no more than the answer to a call may have. */
  readonly fetchedBytes: number;
}

const usualSizes = { sentBytes: 16 * 1024 * 1024, fetchedBytes: 16 * 1024 * 1024 };

/**
 * Beside what passes everywhere: a part that did not come in time, of which is kept what came, and one before which
 * something is missing by now.
 */
const passesToo = ['too-slow', 'upload-gap'] as const;

/** Between whom bytes go, and how. */
export interface Transfer {
  readonly address: ServiceAddress;
  readonly limits: Partial<TransferLimits>;
}

/**
 * Sends what of a blob is not there yet. A part is read as it is sent. Throws a ServiceFailure where the broker refuses, or
 * cannot be reached for too long; `bad-files` where the bytes are no longer what `blob` names.
 *
 * @param name of what is sent, for people
 */
export async function sendBlob(
  { address, limits }: Transfer,
  { source, blob, name }: { readonly source: Blob; readonly blob: string; readonly name: string },
  { progress, signal }: TransferOptions,
): Promise<BlobAt> {
  const bytes = source.size;
  const looking = new Again(limits);
  const sending = new Again(limits, passesToo);
  const sizes = new PartSizes(limits.sentBytes ?? usualSizes.sentBytes);
  const look = () => looking.call(() => uploaded(address, blob, signal), signal);
  let isFirst = true;
  for (let here = await look(); !here.complete; ) {
    progress?.(here.bytes, bytes);
    const from = Math.min(here.bytes, bytes);
    const part = source.slice(from, Math.min(bytes, from + sizes.bytes));
    const begunAt = performance.now();
    try {
      here = await send(address, blob, { from, bytes, part }, signal);
      sizes.took(performance.now() - begunAt);
      sending.heard();
    } catch (error) {
      if (signal?.aborted || !(error instanceof ServiceFailure)) throw error;
      const isWrong = error.code === 'upload-wrong';
      if ((isWrong && !isFirst) || !(await isReadable(source, from))) throw changed(name);
      // What was here of it before, by whatever hand, was wrong; what is sent from the beginning is not.
      if (isWrong) isFirst = false;
      else await sending.wait(error, signal);
      sizes.broke();
      here = await look();
      if (here.bytes > from) sending.heard(); // a part of the part has come
    }
  }
  progress?.(bytes, bytes);
  return { blob, bytes };
}

/** The bytes of a blob as they come, in order, each once. Whether they are what it names is for the caller to see. */
export async function* fetchBlob(
  { address, limits }: Transfer,
  { blob, bytes }: BlobAt,
  { progress, signal }: TransferOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const again = new Again(limits);
  const sizes = new PartSizes(limits.fetchedBytes ?? usualSizes.fetchedBytes);
  for (let from = 0; from < bytes; ) {
    progress?.(from, bytes);
    const to = Math.min(bytes, from + sizes.bytes);
    const begunAt = performance.now();
    // It counts as answered when something of it came.
    const { reader, first } = await again.call(() => fetchPart(address, blob, { from, to }, signal), signal);
    try {
      for (let piece: typeof first | undefined = first; piece !== undefined; piece = await next(reader)) {
        const { length } = piece; // who takes it may free it
        if (from + length > to) throw otherBytes(address.url);
        yield piece;
        from += length;
      }
    } finally {
      await reader.cancel().catch(() => {}); // it failed already, or does not matter any more
    }
    if (signal?.aborted) throw signal.reason;
    if (from < to) sizes.broke();
    else sizes.took(performance.now() - begunAt);
  }
  progress?.(bytes, bytes);
}

/** What came is another blob than the one that was asked for. */
export function otherBlob({ url }: ServiceAddress, blob: string): ServiceFailure {
  return new ServiceFailure(failure('unavailable', `${url} sends another file than ${blob}`));
}

function uploaded(address: ServiceAddress, blob: string, signal: AbortSignal | undefined) {
  return requestJson(address, `/broker/v1/blobs/${blob}/upload`, uploadView, { signal });
}

async function send(
  address: ServiceAddress,
  blob: string,
  { from, bytes, part }: { readonly from: number; readonly bytes: number; readonly part: Blob },
  signal: AbortSignal | undefined,
): Promise<UploadView> {
  const path = `/broker/v1/blobs/${blob}?offset=${from}&total=${bytes}`;
  const body = { headers: { 'Content-Type': 'application/octet-stream' }, body: part };
  const init = { method: 'PUT', ...(part.size === 0 ? {} : body), signal: signal ?? null };
  const view = answerAs(uploadView, await request(address, path, init), address, path);
  if (view.complete || view.bytes > from) return view;
  throw new ServiceFailure(failure('unavailable', `${address.url} took nothing of what was sent`));
}

/** Opens a range of a blob, and reads the first of it. */
async function fetchPart(
  address: ServiceAddress,
  blob: string,
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal | undefined,
) {
  const { url, fetch } = address;
  try {
    const headers = { Range: `bytes=${from}-${to - 1}` };
    const target = new URL(`/broker/v1/blobs/${blob}`, url);
    const response = await fetch(target, { redirect: 'error', headers, signal: signal ?? null });
    if (!response.ok) throw refusalOf(response.status, await response.text(), url);
    const reader = response.body?.getReader();
    const piece = response.status === 206 ? await reader?.read() : undefined;
    if (reader !== undefined && piece?.value !== undefined) return { reader, first: piece.value };
    await reader?.cancel();
    throw otherBytes(url);
  } catch (error) {
    throw notReached(error, url);
  }
}

/** The next bytes; nothing where they have ended, in order or not. */
async function next(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return (await reader.read()).value;
  } catch {
    return undefined;
  }
}

/** Whether a file is still as it was when it was opened. */
async function isReadable(source: Blob, from: number): Promise<boolean> {
  return source
    .slice(from, from + 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

function otherBytes(url: string): ServiceFailure {
  return new ServiceFailure(failure('unavailable', `${url} sends other bytes than were asked for`));
}

function changed(name: string): ServiceFailure {
  return new ServiceFailure(failure('bad-files', `${name} changed while it was sent`));
}
