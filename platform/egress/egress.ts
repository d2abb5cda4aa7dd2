// PLACEHOLDER by the integrator, to be overwritten by the engineer who owns platform/egress: keep nothing of it.
import { connect, type Socket } from 'node:net';
export interface Egress {
  connect(purpose: string, address: string, options: { timeoutMs: number; signal?: AbortSignal; also?: readonly string[] }): Promise<Socket>;
  permits(purpose: string, address: string, also?: readonly string[]): boolean;
  fetch(purpose: string): typeof globalThis.fetch;
}
export function createEgress(_options: unknown): Egress {
  return {
    connect: (_p, address) =>
      new Promise((resolve, reject) => {
        const [host, port] = address.split(':');
        const s = connect({ host: host!, port: Number(port) }, () => resolve(s));
        s.once('error', reject);
      }),
    permits: (_p, address) => address.startsWith('127.'),
    fetch: () => globalThis.fetch,
  };
}
