import { type Request, type Response, Router } from 'express';
import { bytesOf } from '../../../platform/doors/body.ts';
import type { Admission, Listen } from '../../../platform/doors/door.ts';
import { createHttpDoor, type HttpLimits } from '../../../platform/doors/http.ts';
import { anyPort, httpLimits, memoryLog, openAdmission } from './support.ts';

/** An HTTP door, open, with what a test says to it. */
export interface GivenHttpDoor extends AsyncDisposable {
  readonly listening: Listen;
  /** What stands before a path. */
  readonly base: string;
  /** The Host that a request must name. */
  readonly host: string;
  readonly log: ReturnType<typeof memoryLog>;
  stop(): Promise<void>;
  /** Sends a body to the route that answers with what was read of it. */
  post(body: RequestInit['body'], type: string): Promise<globalThis.Response>;
  /** The text of a request; each line of `headers` with its end. */
  get(path: string, headers?: string): string;
  /** The head of a request that posts so many bytes of text/sla to the route that answers with what was read. */
  postHead(bytes: number): string;
}

export async function givenHttpDoor(
  options: {
    readonly routes?: (router: Router) => void;
    readonly limits?: Partial<HttpLimits>;
    readonly admission?: Admission;
  } = {},
): Promise<GivenHttpDoor> {
  const router = Router();
  router.post('/echo', async (request: Request, response: Response) => {
    const bytes: number[] = [];
    if (request.body === undefined) for await (const piece of bytesOf(request, 1_000)) bytes.push(...piece);
    response.json({ body: request.body, bytes });
  });
  options.routes?.(router);
  const log = memoryLog();
  const door = createHttpDoor({
    name: 'the test door',
    listen: anyPort,
    limits: { ...httpLimits, ...options.limits },
    admission: options.admission ?? openAdmission,
    routes: [router],
    sockets: [],
    log,
  });
  await door.start();
  const { listening } = door;
  const host = `127.0.0.1:${listening.port}`;
  const base = `http://${host}`;
  return {
    listening,
    base,
    host,
    log,
    stop: () => door.stop(),
    post: (body, type) =>
      fetch(`${base}/echo`, { method: 'POST', body: body ?? null, headers: { 'Content-Type': type } }),
    get: (path, headers = '') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`,
    postHead: (bytes) =>
      `POST /echo HTTP/1.1\r\nHost: ${host}\r\nContent-Type: text/sla\r\nContent-Length: ${bytes}\r\n\r\n`,
    [Symbol.asyncDispose]: () => door.stop(),
  };
}
