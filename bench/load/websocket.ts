import { once } from 'node:events';
import { connect } from 'node:net';
import WebSocket from 'ws';
import type { Listen } from '../../platform/doors/door.ts';
import type { OpenLane } from './closed-loop.ts';

/** Messages that leave in one call of the system: few, so that the door has work while the rest is made. */
const sentTogether = 16;

/** A WebSocket: a document a frame, an answering frame for each. */
export function websocketLane(to: Listen, path: string, say: () => string): OpenLane {
  return async (answered, failed) => {
    const under = connect({ host: to.host, port: to.port, noDelay: true });
    const options = { perMessageDeflate: false, createConnection: () => under };
    const socket = new WebSocket(`ws://${to.host}:${to.port}${path}`, options);
    await once(socket, 'open');
    let held = 0;
    // A call of the system for each message would take half of the processor that this process has.
    const letGo = () => {
      if (held > 0) under.uncork();
      held = 0;
    };
    const sendOne = () => {
      if (held === 0) {
        under.cork();
        process.nextTick(letGo);
      }
      socket.send(say());
      held += 1;
      if (held === sentTogether) letGo();
    };
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
        for (let sent = 0; sent < count; sent += 1) sendOne();
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
