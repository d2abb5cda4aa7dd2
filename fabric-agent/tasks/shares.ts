import { Refusal } from '../../platform/failure.ts';
import type { AgentSettings } from '../settings.ts';
import type { Enrolled } from './enrolment.ts';

/** How much of the node one broker may have: so many parts of all. */
export interface Parts {
  readonly own: number;
  readonly all: number;
}

/** Parts that one broker may have at most. */
const mostParts = 1_000_000;

/**
 * What each broker may have, in their order: as many parts as `agent.shares` says of its address (`https://broker.example:8443=3`),
 * and one where it says nothing. Throws a Refusal `bad-configuration`.
 */
export function partsOf(
  enrolments: readonly Pick<Enrolled, 'enrolment'>[],
  { shares }: Pick<AgentSettings, 'shares'>,
): readonly Parts[] {
  const said = new Map(shares.map(readShare));
  const owns = enrolments.map(({ enrolment: { url } }) => said.get(addressOf(url)) ?? 1);
  const all = owns.reduce((sum, own) => sum + own, 0);
  return owns.map((own) => ({ own, all }));
}

function readShare(text: string): readonly [address: string, parts: number] {
  const [, address = '', digits = ''] = /^(.+)=(\d{1,7})$/.exec(text.trim()) ?? [];
  const parts = Number(digits);
  if (URL.canParse(address) && parts >= 1 && parts <= mostParts) return [addressOf(address), parts];
  const detail = `agent.shares: '${text}' is no address of a broker with its parts, such as https://broker.example:8443=3`;
  throw new Refusal({
    code: 'bad-configuration',
    status: 400,
    detail,
    next: 'mend it in the configuration',
  });
}

/** An address as it is compared with others. */
export function addressOf(url: string): string {
  return new URL(url).href.replace(/\/$/, '');
}
