import type { z } from 'zod';
import { failure } from '../protocol/catalogue.ts';
import { parsedJson } from '../protocol/json.ts';
import { problem } from '../protocol/problem.ts';
import { ServiceFailure } from './failure.ts';

/** How a client reaches a service. */
export interface ServiceAddress {
  /** The service's base address, such as `http://127.0.0.1:8480`. */
  readonly url: string;
  /** The fetch of the platform, or one that keeps a rule of its own on where it goes. */
  readonly fetch: (input: string | URL, init?: RequestInit) => Promise<Response>;
}

/** How one call may be called off. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one request, and reads its answer to the end. Follows no redirect. Throws a {@link ServiceFailure} where the
 * service refuses, cannot be reached, or breaks off.
 */
export async function request(
  { url, fetch }: ServiceAddress,
  path: string,
  init?: RequestInit,
): Promise<string> {
  try {
    const response = await fetch(new URL(path, url), { redirect: 'error', ...init });
    const answer = await response.text();
    if (response.ok) return answer;
    throw refusalOf(response.status, answer, url);
  } catch (error) {
    throw notReached(error, url);
  }
}

/** The same for an answer of bytes, with its status and headers. */
export async function requestBytes(
  { url, fetch }: ServiceAddress,
  path: string,
  init: RequestInit,
): Promise<{ status: number; headers: Headers; bytes: Uint8Array }> {
  try {
    const response = await fetch(new URL(path, url), { redirect: 'error', ...init });
    if (!response.ok) throw refusalOf(response.status, await response.text(), url);
    const { status, headers } = response;
    return { status, headers, bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch (error) {
    throw notReached(error, url);
  }
}

/** What kept a call from being answered, as a failure: as it is told, or that the address cannot be reached. */
export function notReached(error: unknown, url: string): ServiceFailure {
  if (error instanceof ServiceFailure) return error;
  if (isFailure(error)) return new ServiceFailure(error, { cause: error });
  const detail = `${url} cannot be reached (${reasonOf(error)})`;
  return new ServiceFailure(failure('unavailable', detail), { cause: error });
}

/** What a call says beside its path. */
export interface Said extends CallOptions {
  /** GET unless it says another. */
  readonly method?: string;
  /** What it sends, in JSON; nothing unless given. */
  readonly body?: unknown;
}

/** What a call says, as fetch takes it. */
export function initOf({ signal, method = 'GET', body }: Said): RequestInit {
  const init = { method, signal: signal ?? null };
  if (body === undefined) return init;
  return { ...init, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** The same for an answer in JSON, which must be as the schema says. */
export async function requestJson<S extends z.ZodType>(
  address: ServiceAddress,
  path: string,
  schema: S,
  said: Said = {},
): Promise<z.output<S>> {
  return answerAs(schema, await request(address, path, initOf(said)), address, path);
}

/** An answer in JSON, which must be as the schema says. */
export function answerAs<S extends z.ZodType>(
  schema: S,
  text: string,
  { url }: ServiceAddress,
  path: string,
): z.output<S> {
  const answer = schema.safeParse(parsedJson(text));
  if (answer.success) return answer.data;
  const detail = `${url} answers ${path.replace(/\?.*/s, '')} with what cannot be understood`;
  throw new ServiceFailure(failure('unavailable', detail));
}

/** What an answer that is none says; one that cannot be read says its status. */
export function refusalOf(status: number, answer: string, url: string): ServiceFailure {
  const told = problem.safeParse(parsedJson(answer));
  if (told.success) return new ServiceFailure(told.data);
  return new ServiceFailure(failure('unavailable', `${url} answered ${status}, and does not say why`));
}

function isFailure(error: unknown): error is ConstructorParameters<typeof ServiceFailure>[0] {
  return error instanceof Error && 'detail' in error && 'code' in error && 'status' in error;
}

/** The words of the innermost cause: fetch wraps what really happened. */
export function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause !== undefined) reason = reason.cause;
  if (reason instanceof Error && 'code' in reason && typeof reason.code === 'string') return reason.code;
  return reason instanceof Error ? reason.message : String(reason);
}
