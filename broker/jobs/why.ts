import type { Fleet } from './fleet.ts';
import type { Need } from './need.ts';

/** Why a task with a need waits, as a sentence. */
export function whyWaits(need: Need, fleet: Fleet, now: number): string {
  const fitting = fleet.fitting(need);
  if (fitting.length === 0) return fleet.whyNot(need);
  const open = fitting.filter((resource) => fleet.get(resource)?.isOpen === true);
  const fit = fitting.length === 1 ? '1 node fits' : `${fitting.length} nodes fit`;
  if (open.length === 0) return `${fit}, and ${fitting.length === 1 ? 'takes' : 'none takes'} no new tasks`;
  const kept = fleet.keptFor(need);
  if (kept !== undefined) return `${fit}; ${kept} is kept for it until what runs there has ended`;
  if (fleet.hasRoom(need, now)) return `${fit}; one is being chosen`;
  const ends = open.map((resource) => fleet.get(resource)?.freeBy).filter((at) => at !== undefined);
  const first =
    ends.length === 0 ? '' : `; the first frees by ${momentText(Math.min(...ends))} at the latest`;
  const busy =
    fitting.length === 1 ? 'and is busy' : open.length === fitting.length ? 'all busy' : 'none free';
  return `${fit}, ${busy}${first}`;
}

/** A moment, to the minute. */
function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`;
}
