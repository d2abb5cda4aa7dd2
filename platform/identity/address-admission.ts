import type { Admission, Sender } from '../doors/door.ts';
import { allows, parseRanges } from '../egress/rule.ts';
import type { Failure } from '../failure.ts';
import { parseAddress } from './address.ts';

/** Lets everyone in as a guest: for doors that speak TLS, and where each guest shows a token. */
export const guestAdmission: Admission = {
  admit: async ({ remoteAddress }) => ({ ...from(remoteAddress), guest: true }),
};

/**
 * Lets in whoever comes from some ranges of addresses, to ask and leave nothing behind: an address is no proof of who it
 * is. Throws a Refusal `bad-setting`.
 *
 * @param setting the name of the setting that lists the ranges
 */
export function createRangeAdmission(ranges: readonly string[], setting: string): Admission {
  const parsed = parseRanges({ ranges, ports: 'any', setting });
  return {
    async admit({ remoteAddress }) {
      const address = parseAddress(remoteAddress);
      const isWithin = address !== undefined && allows(parsed, [], address);
      return isWithin ? { ...from(remoteAddress), guest: true, only: 'asking' } : outside;
    },
  };
}

function from(address: string): Pick<Sender, 'address' | 'uid'> {
  return { address: parseAddress(address)?.toString() ?? address, uid: undefined };
}

const outside: Failure = {
  code: 'not-the-owner',
  status: 403,
  detail: 'this door serves some ranges of addresses, and this connection comes from none of them',
  next: 'ask over HTTPS with a token, or let the owner add the address to doors.text',
};
