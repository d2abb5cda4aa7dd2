import type { NodeEntry } from '../protocol/nodes.ts';
import type { Registration } from './registrations.ts';

/** A registration as it is shown at `now`, in milliseconds since 1970, with what is known of its polls. */
export function entryOf(
  registration: Registration,
  polls: { readonly pollable: boolean; readonly fault: string | undefined },
  now: number,
): NodeEntry {
  const { application, host, poll, document, toldAt, heardAt } = registration;
  return {
    application,
    host,
    poll: poll ?? null,
    pollable: polls.pollable,
    cpuLoad: document.cpuLoad ?? null,
    date: document.date ?? null,
    toldAgoMs: Math.max(0, now - toldAt),
    heardAgoMs: heardAt === undefined ? null : Math.max(0, now - heardAt),
    fault: polls.fault ?? null,
  };
}
