import { once } from 'node:events';
import WebSocket from 'ws';
import type { Listen } from '../../platform/doors/door.ts';
import type { OpenLane } from './closed-loop.ts';

/** A WebSocket: a document a frame, an answering frame for each. */
export function websocketLane(to: Listen, path: string, say: () => string): OpenLane {
  return async (answered, failed) => {
    const socket = new WebSocket(`ws://${to.host}:${to.port}${path}`, { perMessageDeflate: false });
    await once(socket, 'open');
    const onClose = () => failed(new Error('the door ended the WebSocket'));
    socket.on('error', failed);
    socket.on('close', onClose);
    socket.on('message', (data) => {
      const frame = data.toString();
      if (frame.includes('"problem"')) failed(new Error(frame));
      answered(1);
    });
    return {
      send(count) {
        for (let sent = 0; sent < count; sent += 1) socket.send(say());
      },
      async close() {
        if (socket.readyState === WebSocket.CLOSED) return;
        socket.off('close', onClose);
        const closed = once(socket, 'close');
        socket.close();
        await closed;
      },
    };
  };
}
