import { type JwtRequest, jwtMade } from '../protocol/identities.ts';
import { requestJson, type ServiceAddress } from './http.ts';
import type { TokenSource } from './tokens.ts';

/** A JWT, and when another is to be asked for, on the clock of {@link performance}. */
interface Held {
  readonly jwt: string;
  readonly renewAt: number;
}

/**
 * What is shown to a service that knows users by their brokers alone: a JWT, for which the broker is asked when it is
 * first needed, and again when half of its time has passed. Each call throws a ServiceFailure where the broker refuses
 * or cannot be reached.
 *
 * @param broker to which each request shows a token, where one is needed
 */
export function exchanged(broker: ServiceAddress, request: JwtRequest): TokenSource {
  let held: Promise<Held> | undefined;

  async function exchange(): Promise<Held> {
    const askedAt = performance.now();
    const said = { method: 'POST', body: request };
    const { jwt, holdsMs } = await requestJson(broker, '/broker/v1/tokens/exchange', jwtMade, said);
    return { jwt, renewAt: askedAt + holdsMs / 2 };
  }

  function renew(): Promise<Held> {
    const asked = exchange();
    held = asked;
    asked.catch(() => {
      if (held === asked) held = undefined;
    });
    return asked;
  }

  return async () => {
    const before = held;
    const known = await before;
    if (known !== undefined && performance.now() < known.renewAt) return known.jwt;
    // Of those who find it too old together, the first asks for all.
    const newer = held === before ? undefined : held;
    return (await (newer ?? renew())).jwt;
  };
}
