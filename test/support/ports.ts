import { once } from 'node:events';
import { createServer } from 'node:net';

/** Systems give out ports from here on to whoever asks for any. */
const givenOutFrom = 32_768;

/** Services of the machine are below. */
const lowest = 10_240;

/** How many test processes may take ports beside each other, each its share. */
const shares = 4;

const size = Math.floor((givenOutFrom - lowest) / shares);
const first = lowest + (Number(process.env.MOCHA_WORKER_ID ?? 0) % shares) * size;

/** Where in its share this process has come to; it begins anywhere, for other runs of the tests may be beside it. */
let at = Math.floor(Math.random() * size);

/**
 * A port of this machine at which nothing listens, and which nobody is given by the system, nor by this until all others
 * were: it stays free until the test takes it, again and again where its process is killed and started. Port 0 promises no
 * such thing.
 */
export async function ownPort(): Promise<number> {
  for (;;) {
    at = (at + 1) % size;
    const port = first + at;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening'); // or error, which rejects
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
