import type { Listen } from '../../platform/doors/door.ts';
import type { OpenLane } from './closed-loop.ts';
import { connected, disconnected } from './sockets.ts';

/**
 * A kept-alive HTTP connection, one request after the other. It reads no more of HTTP than the doors here say
 * (`Content-Length`, or a status without a body), so that the load costs little beside what it loads.
 */
export function httpLane(to: Listen, path: string, say: () => string): OpenLane {
  const head = `POST ${path} HTTP/1.1\r\nHost: ${to.host}:${to.port}\r\nContent-Type: text/sla\r\nContent-Length: `;
  return async (answered, failed) => {
    const socket = await connected(to, failed);
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received += String(chunk);
      const size = responseLength(received);
      if (size === undefined || received.length < size) return;
      if (received.length > size || !/^HTTP\/1.1 20[04] /.test(received)) {
        failed(new Error(`this is not the answer that was expected:\n${received}`));
      }
      received = '';
      answered(1);
    });
    return {
      send(count) {
        if (count !== 1) throw new Error('one request at a time');
        const body = say();
        socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
      },
      close: () => disconnected(socket),
    };
  };
}

/** How long a response is, head and body; undefined while its head is incomplete. */
function responseLength(received: string): number | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received)?.[1] ?? '0';
  return end + 4 + Number(length);
}
