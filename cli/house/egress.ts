import { createEgress, type Egress } from '../../platform/egress/egress.ts';
import type { Fetch } from '../../platform/egress/fetch.ts';
import type { Config } from '../settings.ts';

/** What leaves this house, in the words in which a refusal names it. */
export type Purpose =
  | 'a poll'
  | 'a question to a broker'
  | 'a question to a service'
  | 'files for a host'
  | 'a request';

export interface HouseEgress extends Egress<Purpose> {
  /** The fetch with which services and commands reach the services that their configuration names. */
  readonly request: Fetch;
}

export function createHouseEgress({ egress }: Config): HouseEgress {
  const rule = (name: 'poll' | 'broker' | 'host' | 'service') => ({
    ranges: egress[`${name}-ranges`],
    ports: 'any' as const,
    setting: `egress.${name}-ranges`,
  });
  const checked = createEgress<Purpose>({
    rules: {
      'a poll': rule('poll'),
      'a question to a broker': rule('broker'),
      'a question to a service': rule('service'),
      'files for a host': rule('host'),
      'a request': rule('service'),
    },
  });
  const limits = { timeoutMs: egress['answer-timeout'], maxBytes: egress['answer-bytes'] };
  return { ...checked, request: checked.fetch('a request', limits) };
}
