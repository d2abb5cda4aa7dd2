import type { Fleet } from './fleet.ts';
import type { Need } from './need.ts';

/** Why a task with a need waits, as a sentence. */
export function whyWaits(need: Need, fleet: Fleet, now: number): string {
  const fitting = fleet.fitting(need);
  if (fitting.length === 0) return fleet.whyNot(need);
  const open = fitting.filter((resource) => fleet.get(resource)?.isOpen === true);
  const fit = fitting.length === 1 ? '1 node fits' : `${fitting.length} nodes fit`;
  if (open.length === 0) return `${fit}, and ${whyShut(fitting, fleet)}`;
  if (open.every((resource) => fleet.get(resource)?.closesBefore(need, now)))
    return `${fit}, and ${fitting.length === 1 ? 'closes' : 'all close'} before it could end`;
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

/** Why none of those that fit takes new tasks. */
function whyShut(fitting: readonly string[], fleet: Fleet): string {
  const until = fitting
    .map((resource) => fleet.get(resource)?.facts?.closedUntilMs)
    .filter((at) => at !== undefined);
  const opens = until.length === 0 ? undefined : momentText(Math.min(...until));
  if (fitting.length === 1) return opens === undefined ? 'takes no new tasks' : `is closed until ${opens}`;
  return `none takes new tasks${opens === undefined ? '' : `; the first opens at ${opens}`}`;
}

/** A moment, to the minute. */
function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`;
}
