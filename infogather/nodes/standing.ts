import type { NodeState } from '../../protocol/agent/gathering.ts';
import type { NodeStanding } from '../../protocol/node-states.ts';

/** What is known of a node just now; moments in milliseconds since 1970. */
export interface Known {
  /** Whether anything of it is registered. */
  readonly isRegistered: boolean;
  /** Whether it may be polled, or has a socket of its own: else it is taken at its word. */
  readonly isReachable: boolean;
  /** Since when it has been known here, in this run of the service. */
  readonly metAt: number;
  /** When it answered last, if ever. */
  readonly heardAt: number | undefined;
  /** What was wrong with the last poll. */
  readonly fault: string | undefined;
  /** What its agent said last, and when. */
  readonly said: (Pick<NodeState, 'state' | 'closedUntilMs'> & { readonly at: number }) | undefined;
}

export interface Standing {
  readonly state: NodeStanding;
  /** A sentence for people. */
  readonly reason: string;
  /** When it stands otherwise if nothing more is heard; never where undefined. */
  readonly until: number | undefined;
}

const said: Readonly<Record<NodeState['state'], Pick<Standing, 'state' | 'reason'>>> = {
  ready: { state: 'alive', reason: 'its agent takes work' },
  busy: { state: 'busy', reason: 'its agent runs all that it can at once' },
  draining: { state: 'drained', reason: 'its agent takes no more work' },
};

function wordsOf({ state, closedUntilMs }: NonNullable<Known['said']>): Pick<Standing, 'state' | 'reason'> {
  if (state !== 'draining' || closedUntilMs === undefined) return said[state];
  const until = new Date(closedUntilMs).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
  return { state: 'drained', reason: `it is closed until ${until}Z` };
}

/**
 * How a node stands at `now`; `silentMs` is for how long one whose polls fail may say nothing. One that was not polled for
 * longer than that is not silent: it was not asked.
 */
export function standingOf(known: Known, now: number, silentMs: number): Standing {
  const { isRegistered, isReachable, metAt, heardAt, fault } = known;
  if (!isRegistered)
    return { state: 'gone', reason: 'nothing of it is registered any more', until: undefined };
  // A clock that was set back makes nobody silent, and lets nobody count for ever.
  const endOf = (at: number) => Math.min(now, at) + silentMs;
  const spokenUntil = known.said === undefined ? -Infinity : endOf(known.said.at);
  const spoken = spokenUntil > now && known.said !== undefined ? wordsOf(known.said) : undefined;
  const heard = Math.max(heardAt ?? -Infinity, known.said?.at ?? -Infinity);
  const silentAt = isReachable && fault !== undefined ? endOf(Math.max(heard, metAt)) : Infinity;
  if (silentAt <= now && fault !== undefined) return { state: 'silent', reason: fault, until: undefined };
  const next = Math.min(silentAt, spoken === undefined ? Infinity : spokenUntil);
  const until = next === Infinity ? undefined : next;
  if (spoken !== undefined) return { ...spoken, until };
  if (!isReachable) return { state: 'alive', reason: 'it is taken at its word: it may not be polled', until };
  if (heard === -Infinity) return { state: 'joining', reason: 'its first answer is waited for', until };
  return { state: 'alive', reason: 'it answers polls', until };
}
