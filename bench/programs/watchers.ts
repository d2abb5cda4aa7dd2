import { once } from 'node:events';
import WebSocket from 'ws';
import type { Listen } from '../../platform/doors/door.ts';
import { answerParent } from '../harness/program.ts';
import { waitingAsk } from '../match/documents.ts';

/** Sends so many Watches over a few WebSockets and stays for what they are told, or says how many events came so far. */
export type WatchersRequest =
  | { readonly kind: 'watch'; readonly to: Listen; readonly watches: number; readonly connections: number }
  | { readonly kind: 'events' };

/** Watches under way on one connection. */
const inFlight = 64;

answerParent(watchers());

function watchers(): (request: WatchersRequest) => Promise<number> {
  let events = 0;
  const count = (more: number) => {
    events += more;
  };
  return async (request) => {
    if (request.kind === 'events') return events;
    const { to, watches, connections } = request;
    const each = Math.ceil(watches / connections);
    await Promise.all(
      Array.from({ length: connections }, (_, index) =>
        watch(to, index * each, Math.min(watches, (index + 1) * each), count),
      ),
    );
    return watches;
  };
}

/** The Watches of these jobs over one connection; resolves when each was answered. */
async function watch(
  to: Listen,
  first: number,
  until: number,
  onEvents: (count: number) => void,
): Promise<void> {
  const socket = new WebSocket(`ws://${to.host}:${to.port}/market/ws`, { perMessageDeflate: false });
  await once(socket, 'open');
  const answered = Promise.withResolvers<void>();
  let next = first;
  let answers = first;
  const send = () => {
    if (next >= until) return;
    socket.send(
      waitingAsk(next)
        .replace('Action: Ask', 'Action: Watch')
        .replace('Id: ask-', 'Expires: 1 d\nId: watch-'),
    );
    next += 1;
  };
  socket.on('error', answered.reject);
  socket.on('close', () => answered.reject(new Error('the market ended a connection with Watches')));
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as {
      readonly pushed?: readonly string[];
      readonly documents?: readonly string[];
    };
    if (frame.pushed !== undefined) return onEvents(frame.pushed.length);
    if (frame.documents?.at(-1)?.includes('Action: Because') !== true) {
      return answered.reject(new Error(`a Watch was answered so: ${data}`));
    }
    answers += 1;
    if (answers === until) answered.resolve();
    else send();
  });
  for (let count = 0; count < inFlight; count += 1) send();
  await answered.promise;
}
