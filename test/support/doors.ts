import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { marketDoors } from '../../market/index.ts';
import type { Listen } from '../../platform/doors/door.ts';
import { createHttpDoor } from '../../platform/doors/http.ts';
import { createTextDoor } from '../../platform/doors/text.ts';
import { type Log, silentLog } from '../../platform/log.ts';
import { answerFrame } from '../../protocol/frames.ts';
import { anyPort, httpLimits, openAdmission, textLimits } from '../platform/doors/support.ts';

/** The doors of a service, open to whoever comes. Leaving the scope of `await using` closes them. */
export interface OpenDoors extends AsyncDisposable {
  readonly text: Listen;
  /** The address of the HTTP door, such as `http://127.0.0.1:8480`. */
  readonly url: string;
  get(path: string): Promise<Response>;
  json(path: string): Promise<unknown>;
  /** Posts a document, as text/sla unless the headers say otherwise. */
  post(path: string, body: string, headers?: Record<string, string>): Promise<Response>;
  /** Sends frames over a WebSocket of their own, and returns what answers them. */
  frames(path: string, questions: readonly string[]): Promise<unknown[]>;
}

/** Opens what a service furnishes its doors with, as the market does. */
export async function openDoors(
  furnishing: ReturnType<typeof marketDoors>,
  log: Log = silentLog,
): Promise<OpenDoors> {
  const common = { listen: anyPort, admission: openAdmission, log };
  const text = createTextDoor({ ...common, name: 'the text door', limits: textLimits, ...furnishing.text });
  const { routes, sockets } = furnishing;
  const http = createHttpDoor({ ...common, name: 'the HTTP door', limits: httpLimits, routes, sockets });
  await text.start();
  await http.start();
  const at = `127.0.0.1:${http.listening.port}`;
  const get = (path: string) => fetch(`http://${at}${path}`);
  return {
    get,
    url: `http://${at}`,
    text: text.listening,
    json: async (path) => (await get(path)).json(),
    post: (path, body, headers = {}) =>
      fetch(`http://${at}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'text/sla', ...headers },
        body,
      }),
    async frames(path, questions) {
      const socket = new WebSocket(`ws://${at}${path}`);
      await once(socket, 'open');
      const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
      const answers: unknown[] = [];
      socket.on('message', (data) => {
        answers.push(JSON.parse(String(data)));
        answerFrame.parse(answers.at(-1));
        if (answers.length === questions.length) resolve(answers);
      });
      socket.once('close', (code, reason) => reject(new Error(`closed with ${code}: ${reason}`)));
      for (const question of questions) socket.send(question);
      return promise.finally(() => socket.terminate());
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([text.stop(), http.stop()]);
    },
  };
}

/** What one answering frame may hold in tests. */
export const answerLimits = { answerBytes: 100_000 };
