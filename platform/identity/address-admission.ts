import type { Admission, Sender } from '../doors/door.ts';
import { allows, parseRanges } from '../egress/rule.ts';
import type { Failure } from '../failure.ts';
import { parseAddress } from './address.ts';

/** Lets everyone in as a guest: for doors that speak TLS, and where each guest shows a token. */
export const guestAdmission: Admission = {
  admit: async ({ remoteAddress }) => ({ ...from(remoteAddress), guest: true }),
};

/** Ranges of addresses, by the settings that name them. */
export interface TextRanges {
  /** From these come questions. */
  readonly 'doors.text': readonly string[];
  /** From these also what was told before anything had an owner. */
  readonly 'doors.text-tell': readonly string[];
}

/**
 * Lets in whoever comes from some ranges of addresses, to ask and leave nothing behind that is anyone's: an address is no
 * proof of who it is. Throws a Refusal `bad-setting`.
 */
export function createRangeAdmission(ranges: TextRanges): Admission {
  const rulesOf = (setting: keyof TextRanges) =>
    parseRanges({ ranges: ranges[setting], ports: 'any', setting });
  const [asking, telling] = [rulesOf('doors.text'), rulesOf('doors.text-tell')];
  return {
    async admit({ remoteAddress }) {
      const address = parseAddress(remoteAddress);
      if (address === undefined) return outside;
      const guest = { ...from(remoteAddress), guest: true } as const;
      if (allows(telling, [], address)) return { ...guest, only: 'telling-ownerless' };
      return allows(asking, [], address) ? { ...guest, only: 'asking' } : outside;
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
