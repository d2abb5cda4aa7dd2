import { once } from 'node:events';
import WebSocket from 'ws';
import type { Listen } from '../../platform/doors/door.ts';
import { connected, disconnected } from './sockets.ts';

/** A connection to a market, over which one document after the other is answered. */
export interface Conversation extends AsyncDisposable {
  /** The documents that answer an Ask or a Why of version 1.0, as text, of which the last is a Because. */
  ask(text: string): Promise<string>;
}

export function openConversation(door: 'text' | 'websocket', to: Listen): Promise<Conversation> {
  return door === 'text' ? openText(to) : openWebSocket(to);
}

/** What ends an answer: the empty line after its Because. */
const lastDocument = 'Action: Because';

async function openText(to: Listen): Promise<Conversation> {
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {}); // told by the next answer
  const socket = await connected(to, broken.reject);
  let received = '';
  let answered = Promise.withResolvers<string>();
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    received += chunk;
    if (received.startsWith('# error')) broken.reject(new Error(received));
    if (received.endsWith('\n\n') && received.includes(lastDocument)) answered.resolve(received);
  });
  return {
    ask(text) {
      received = '';
      answered = Promise.withResolvers();
      socket.write(`${text}\n`);
      return Promise.race([answered.promise, broken.promise]);
    },
    [Symbol.asyncDispose]: () => disconnected(socket),
  };
}

async function openWebSocket(to: Listen): Promise<Conversation> {
  const socket = new WebSocket(`ws://${to.host}:${to.port}/market/ws`, { perMessageDeflate: false });
  await once(socket, 'open');
  return {
    async ask(text) {
      const answered = once(socket, 'message');
      socket.send(text);
      const [data] = await answered;
      const frame = JSON.parse(String(data)) as { readonly documents?: readonly string[] };
      if (frame.documents === undefined) throw new Error(String(data));
      return frame.documents.join('\n');
    },
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
