import { createServer } from 'node:net';
import { systemClock } from '../../../platform/clock.ts';
import { runUntilStopped } from '../../../platform/lifecycle.ts';
import { silentLog } from '../../../platform/log.ts';

// A part that keeps its process alive until it is stopped. It writes one line when it has started.
const server = createServer();
const stop = async () => {
  await new Promise((closed) => server.close(closed));
};
await runUntilStopped({
  part: {
    async start() {
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      process.stdout.write('started\n');
    },
    stop,
    [Symbol.asyncDispose]: stop,
  },
  log: silentLog,
  clock: systemClock,
  signals: process,
  drainMs: 5000,
  endOfInput: process.stdin,
});
