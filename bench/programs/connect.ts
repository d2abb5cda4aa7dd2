import { connect } from 'node:net';
import { answerParent } from '../harness/program.ts';

/** Connects to the addresses in turn and reads to the end, so many at once. The reply is how many ended a second. */
export interface ConnectRequest {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly atOnce: number;
  readonly windowMs: number;
}

answerParent<ConnectRequest, number>(async ({ addresses, port, atOnce, windowMs }) => {
  const begun = performance.now();
  const until = begun + windowMs;
  let next = 0;
  let ended = 0;
  const caller = async () => {
    while (performance.now() < until) {
      const host = addresses[next++ % addresses.length] ?? '';
      await readToEnd(host, port);
      ended += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return (ended * 1_000) / (performance.now() - begun);
});

function readToEnd(host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, noDelay: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.once('end', () => {
    if (chunks.length === 0) reject(new Error(`${host} said nothing`));
    socket.destroy();
    resolve();
  });
  socket.once('error', reject);
  return promise;
}
