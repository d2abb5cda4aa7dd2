import { catalogue, failure } from '../protocol/catalogue.ts';
import { problem } from '../protocol/problem.ts';
import { ServiceFailure } from './failure.ts';

/** How a client reaches a service. */
export interface ServiceAddress {
  /** The service's base address, such as `http://127.0.0.1:8480`. */
  readonly url: string;
  /** The fetch of the platform, or one that keeps a rule of its own on where it goes. */
  readonly fetch: (input: string | URL, init?: RequestInit) => Promise<Response>;
}

/** Sends one request; throws a {@link ServiceFailure} where the service refuses or cannot be reached. */
export async function request(
  { url, fetch }: ServiceAddress,
  path: string,
  init?: RequestInit,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, url), { redirect: 'error', ...init });
  } catch (error) {
    if (isFailure(error)) {
      const { code, status, detail, next = catalogue.unavailable.next } = error;
      throw new ServiceFailure({ code, status, detail, next }, { cause: error });
    }
    throw new ServiceFailure(failure('unavailable', `${url} cannot be reached (${reasonOf(error)})`), {
      cause: error,
    });
  }
  if (!response.ok) throw await refusalOf(response, url);
  return response;
}

async function refusalOf(response: Response, url: string): Promise<ServiceFailure> {
  const told = problem.safeParse(await response.json().catch(() => undefined));
  if (told.success) return new ServiceFailure(told.data);
  return new ServiceFailure(
    failure('unavailable', `${url} answered ${response.status}, and does not say why`),
  );
}

function isFailure(error: unknown): error is ConstructorParameters<typeof ServiceFailure>[0] {
  return error instanceof Error && 'detail' in error && 'code' in error && 'status' in error;
}

/** The words of the innermost cause: fetch wraps what really happened. */
function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause !== undefined) reason = reason.cause;
  if (reason instanceof Error && 'code' in reason && typeof reason.code === 'string') return reason.code;
  return reason instanceof Error ? reason.message : String(reason);
}
