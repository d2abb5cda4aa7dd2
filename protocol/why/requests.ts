import { type Code, catalogue } from '../catalogue.ts';
import type { Situation } from './situation.ts';

/** What is refused at once, and may go another time or when somebody has done something: by the code of the refusal. */
function refusedBy<C extends Code>(code: C) {
  const { next } = catalogue[code];
  const of = 'request' as const;
  return { of, says: 'the request was refused: {text}', next, covers: { codes: [code] } } satisfies Situation;
}

export const requestSituations = {
  'refused-too-many-jobs': refusedBy('too-many-jobs'),
  'refused-staging-full': refusedBy('staging-full'),
  'refused-no-agreement': refusedBy('no-agreement'),
  'refused-too-many-requests': refusedBy('too-many-requests'),
  'refused-too-many-connections': refusedBy('too-many-connections'),
  'refused-market-full': refusedBy('market-full'),
  'refused-infogather-full': refusedBy('infogather-full'),
  'refused-store-full': refusedBy('store-full'),
  'refused-unavailable': refusedBy('unavailable'),
  'refused-stopped': refusedBy('stopped'),
  'refused-unreachable': refusedBy('unreachable'),
  'refused-timeout': refusedBy('timeout'),
  'refused-back-end-failed': refusedBy('back-end-failed'),
  'refused-supervisor-failed': refusedBy('supervisor-failed'),
} as const;
