import { once } from 'node:events';
import { connect } from 'node:net';
import WebSocket from 'ws';
import type { Listen } from '../../platform/doors/door.ts';
import type { OpenLane } from './closed-loop.ts';

/** Frames that leave in one call of the system: few, so that the door has work while the rest is made. */
const sentTogether = 16;

/** A WebSocket: so many documents a frame where they go out at once, an answering frame for each. */
export function websocketLane(to: Listen, path: string, say: () => string, together = 1): OpenLane {
  return async (answered, failed) => {
    const under = connect({ host: to.host, port: to.port, noDelay: true });
    const options = { perMessageDeflate: false, createConnection: () => under };
    const socket = new WebSocket(`ws://${to.host}:${to.port}${path}`, options);
    await once(socket, 'open');
    let held = 0;
    const underWay: number[] = []; // documents of each frame that is not answered yet
    // A call of the system for each message would take half of the processor that this process has.
    const letGo = () => {
      if (held > 0) under.uncork();
      held = 0;
    };
    const sendFrame = (documents: number) => {
      let text = say();
      for (let more = 1; more < documents; more += 1) text += `\n${say()}`;
      if (held === 0) {
        under.cork();
        process.nextTick(letGo);
      }
      underWay.push(documents);
      socket.send(text);
      held += 1;
      if (held === sentTogether) letGo();
    };
    const onClose = () => failed(new Error('the door ended the WebSocket'));
    socket.on('error', failed);
    socket.on('close', onClose);
    socket.on('message', (data) => {
      const frame = data.toString();
      if (frame.includes('"problem"')) failed(new Error(frame));
      answered(underWay.shift() ?? 0);
    });
    return {
      send(count) {
        for (let left = count; left > 0; left -= together) sendFrame(Math.min(left, together));
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
