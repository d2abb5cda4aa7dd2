import type { Sender } from '../../platform/doors/door.ts';
import { isLoopback, parseAddress } from '../../platform/identity/address.ts';

/**
 * Whether an agent may run as the user who runs the broker, for all that is known: also where nobody says whose a
 * connection is that comes from this very machine, as over TLS.
 *
 * @param localAddress the broker's end of the connection: a machine that talks to itself has one address at both ends
 */
export function mayBeHouse({ guest, uid, address }: Sender, localAddress: string | undefined): boolean {
  if (!guest) return true;
  if (uid !== undefined) return false;
  return isLoopback(address) || address === parseAddress(localAddress ?? '')?.toString();
}
