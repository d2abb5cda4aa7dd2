import type { Listen } from '../../platform/doors/door.ts';
import type { OpenLane } from './closed-loop.ts';
import { connected, disconnected } from './sockets.ts';

const lineFeed = 0x0a;

/** A text connection. An answer is one document, so answers are counted by the empty lines that end them. */
export function textLane(to: Listen, say: () => string): OpenLane {
  return async (answered, failed) => {
    const socket = await connected(to, failed);
    let last = 0;
    socket.on('data', (chunk) => {
      if (chunk.includes('# error')) failed(new Error(chunk.toString()));
      let answers = 0;
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) {
        if ((at === 0 ? last : chunk[at - 1]) === lineFeed) answers += 1;
      }
      last = chunk.at(-1) ?? last;
      if (answers > 0) answered(answers);
    });
    return {
      send(count) {
        let text = '';
        for (let sent = 0; sent < count; sent += 1) text += `${say()}\n`;
        socket.write(text);
      },
      close: () => disconnected(socket),
    };
  };
}
