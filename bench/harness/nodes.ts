import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Listen } from '../../platform/doors/door.ts';
import { application } from '../programs/nodes.ts';

const nodesASubnet = 250;

/** So many addresses of loopback, all in 127.1.0.0/16 and beyond: every one of them is this machine. */
export function nodeAddresses(count: number): string[] {
  return Array.from({ length: count }, (_, node) => {
    const subnet = Math.floor(node / nodesASubnet);
    return `127.${1 + (subnet >> 8)}.${subnet & 0xff}.${1 + (node % nodesASubnet)}`;
  });
}

/** A port that is free at one address, and so at all that nobody else listens at. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error(`${host} has no free port`);
  return address.port;
}

/** Tells infogather's text door of the nodes; resolves when all are committed. */
export async function registerNodes(
  infogather: Listen,
  addresses: readonly string[],
  port: number,
): Promise<void> {
  const tells = addresses.map((address) => {
    const at = `${address}:${port}`;
    return `RESOURCE-version: 0.1\nAction: Tell\nApplication: ${application}\nHost: ${at}\nPoll: ${at}\n\n`;
  });
  const socket = connect({ ...infogather, allowHalfOpen: true });
  socket.end(tells.join(''));
  // A Tell is answered by nothing, and the connection ends when all are: what comes is an error.
  const answer = await text(socket);
  if (answer !== '') throw new Error(`infogather did not take the nodes: ${answer.slice(0, 500)}`);
}
