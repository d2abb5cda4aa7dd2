// PLACEHOLDER by the integrator, to be overwritten by the engineer who owns platform/egress: keep nothing of it.
import type { Socket } from 'node:net';
export async function readToEnd(socket: Socket, _o: { maxBytes: number; timeoutMs: number; signal?: AbortSignal }): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const c of socket) chunks.push(c as Buffer);
  return Buffer.concat(chunks);
}
