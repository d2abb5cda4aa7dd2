import { isIP, type Socket } from 'node:net';
import { Agent, buildConnector, fetch as dispatch } from 'undici';
import { type Failure, Refusal } from '../failure.ts';

export interface FetchLimits {
  /** How long a call may take, to the last byte of its answer. */
  readonly timeoutMs: number;
  /** Bytes of the body of an answer, unpacked. */
  readonly maxBytes: number;
}

/** What callers use of the standard `fetch`, which is of this type too. Bodies are text, bytes or streams. */
export type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

/** A `fetch` whose connections all come from `connect`. It follows no redirect: that would be another call. */
export function createFetch(options: {
  readonly purpose: string;
  readonly limits: FetchLimits;
  readonly connect: (address: string) => Promise<Socket>;
}): Fetch {
  const { purpose, limits, connect } = options;
  const agent = createAgent(limits, connect);
  return async (input, init = {}) => {
    const url = parseUrl(purpose, input);
    const timeout = AbortSignal.timeout(limits.timeoutMs);
    const signal = init.signal ? AbortSignal.any([timeout, init.signal]) : timeout;
    const explain = (error: unknown) => {
      if (init.signal?.aborted) return init.signal.reason;
      if (timeout.aborted) return new Refusal(late(purpose, url, limits.timeoutMs), { cause: error });
      return refusalWithin(error) ?? new Refusal(broken(purpose, url, error), { cause: error });
    };
    try {
      const call = { ...init, signal, redirect: 'manual', dispatcher: agent } as Parameters<
        typeof dispatch
      >[1];
      const answer = await dispatch(url.href, call);
      if (redirects.has(answer.status)) {
        await answer.body?.cancel();
        throw new Refusal(redirected(purpose, url));
      }
      const { status, statusText } = answer;
      const body = answer.body === null ? null : bounded(answer.body, limits.maxBytes, url, explain);
      return new Response(body, { status, statusText, headers: [...answer.headers] });
    } catch (error) {
      throw explain(error);
    }
  };
}

const redirects = new Set([301, 302, 303, 307, 308]);

function createAgent(limits: FetchLimits, connect: (address: string) => Promise<Socket>): Agent {
  const secure = buildConnector({ timeout: limits.timeoutMs });
  return new Agent({
    connect(target, callback) {
      const host = isIP(target.hostname) === 6 ? `[${target.hostname}]` : target.hostname;
      const port = target.port || (target.protocol === 'https:' ? '443' : '80');
      connect(`${host}:${port}`).then(
        (socket) => {
          if (target.protocol === 'https:') secure({ ...target, httpSocket: socket }, callback);
          else callback(null, socket);
        },
        (error: Error) => callback(error, null),
      );
    },
  });
}

/** Passes a body on up to a size, as fast as it is read. */
function bounded(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  url: URL,
  explain: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let size = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        size += value.length;
        if (size > maxBytes) throw new Refusal(tooLarge(url, maxBytes));
        controller.enqueue(value);
      } catch (error) {
        controller.error(explain(error));
        await reader.cancel().catch(() => {}); // it failed already, or does not matter any more
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function parseUrl(purpose: string, input: string | URL): URL {
  const url = URL.parse(String(input));
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new Refusal({
    code: 'bad-address',
    status: 400,
    detail: `'${String(input).slice(0, 100)}' is no address that ${purpose} could be sent to`,
    next: 'write it as http://… or https://…',
  });
}

/** `fetch` wraps what the connector refused. */
function refusalWithin(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  return error instanceof Error && error.cause instanceof Refusal ? error.cause : undefined;
}

function redirected(purpose: string, url: URL): Failure {
  return {
    code: 'redirected',
    status: 502,
    detail: `${purpose}: ${url.origin} answered with a redirect, and none is followed`,
    next: 'give the address at which the answer really is',
  };
}

function tooLarge(url: URL, maxBytes: number): Failure {
  return {
    code: 'too-large',
    status: 502,
    detail: `${url.origin} sent more than the ${maxBytes} bytes that are taken`,
  };
}

function late(purpose: string, url: URL, timeoutMs: number): Failure {
  const detail = `${purpose}: ${url.origin} did not answer whole within ${timeoutMs / 1000} s`;
  return { code: 'timeout', status: 504, detail };
}

function broken(purpose: string, url: URL, error: unknown): Failure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return {
    code: 'unreachable',
    status: 502,
    detail: `${purpose}: ${url.origin} could not be asked: ${cause}`,
  };
}
