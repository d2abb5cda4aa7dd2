import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { parseAddress, printDocument, resourceTell } from '../../grammar/index.ts';
import { answerParent } from '../harness/program.ts';
import { percentile } from '../harness/times.ts';

/**
 * Listen for polls at these addresses of loopback on one port, say how many polls were answered so far, or by how much,
 * in milliseconds, they came later than an interval after the one before, of a share (0 to 1) of those since this was
 * asked last.
 */
export type NodesRequest =
  | { readonly kind: 'listen'; readonly addresses: readonly string[]; readonly port: number }
  | { readonly kind: 'answered' }
  | { readonly kind: 'lateness'; readonly intervalMs: number; readonly share: number };

/** Loads that a node answers, one after the other: real ones are never the same twice. */
const loads = [0.25, 0.27, 0.24, 0.31, 0.22, 0.26];

/** The application that every node offers; its Host is its Poll address, which is where nobody works. */
export const application = 'gcc4.0.2';

answerParent(nodes());

function nodes(): (request: NodesRequest) => Promise<number> {
  let answered = 0;
  let gaps: number[] = [];
  const counter = () => {
    let last: number | undefined;
    return () => {
      answered += 1;
      const now = performance.now();
      if (last !== undefined) gaps.push(now - last);
      last = now;
    };
  };
  const servers: Server[] = [];
  return async (request) => {
    if (request.kind === 'listen') {
      for (const host of request.addresses) servers.push(await listen(host, request.port, counter()));
    }
    if (request.kind === 'lateness') {
      const late = percentile(gaps, request.share) - request.intervalMs;
      gaps = [];
      return late;
    }
    return answered;
  };
}

async function listen(host: string, port: number, onAnswer: () => void): Promise<Server> {
  const address = parseAddress(`${host}:${port}`);
  if (address === undefined) throw new Error(`${host}:${port} is no address`);
  const answers = loads.map((cpuLoad, index) =>
    printDocument(resourceTell({ application, host: address, cpuLoad, date: 34_857_934 + index })),
  );
  let next = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {}); // a poll that was cut off
    socket.end(answers[next] ?? '');
    next = (next + 1) % answers.length;
    socket.resume();
    onAnswer();
  });
  server.listen({ host, port });
  await once(server, 'listening');
  return server;
}
