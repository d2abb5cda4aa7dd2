import { once } from 'node:events';
import { isIP, type Server } from 'node:net';
import { Refusal } from '../failure.ts';
import { isLoopback } from '../identity/address.ts';
import type { Listen } from './door.ts';

/**
 * Lets a server listen: on loopback, and elsewhere only where it may.
 *
 * @returns where it really listens
 * @throws Refusal `address-not-loopback`, `address-in-use`, `address-unavailable`
 */
export async function listenOn(
  server: Server,
  name: string,
  listen: Listen,
  elsewhere: boolean,
): Promise<Listen> {
  const host = listen.host === 'localhost' ? '127.0.0.1' : listen.host;
  if (!elsewhere && !isLoopback(host)) {
    throw new Refusal({
      code: 'address-not-loopback',
      status: 400,
      detail: `${name} cannot listen on ${written(listen)}: without TLS a door serves only this machine`,
      next: 'give 127.0.0.1 or ::1 as the host, or a certificate',
    });
  }
  server.listen({ host, port: listen.port, exclusive: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw refusal(name, listen, error);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`${name} has no address`);
  return { host: address.address, port: address.port };
}

/** An address as people write it: `127.0.0.1:8480`, `[::1]:8480`. */
export function written(listen: Listen): string {
  return isIP(listen.host) === 6 ? `[${listen.host}]:${listen.port}` : `${listen.host}:${listen.port}`;
}

function refusal(name: string, listen: Listen, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new Refusal(
      {
        code: 'address-in-use',
        status: 409,
        detail: `${name} cannot listen on ${written(listen)}: another program does already`,
        next: 'stop that program, or choose another port (0 takes any free one)',
      },
      { cause: error },
    );
  }
  return new Refusal(
    {
      code: 'address-unavailable',
      status: 409,
      detail: `${name} cannot listen on ${written(listen)}: the system says ${String(code ?? error)}`,
      next: 'choose another address or port',
    },
    { cause: error },
  );
}
