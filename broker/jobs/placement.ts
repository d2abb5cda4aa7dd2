import type { Room } from './node.ts';

/** A node that fits a need and has room for it. */
export interface Candidate {
  readonly resource: string;
  readonly room: Exclude<Room, 'none'>;
  /** Which part of its processors is taken. */
  readonly share: number;
  /** Tasks that it runs and holds. */
  readonly tasks: number;
  /** How busy its processors are, as it says: programs for each of them; 0 where it does not. */
  readonly load: number;
  /** Bytes of large inputs that it would have to fetch, as far as is known. */
  readonly lacksBytes: number;
}

/** Chooses a node among those that fit and have room: a pure function, of which others may stand in its place. */
export type Strategy = <C extends Candidate>(candidates: Iterable<C>) => C | undefined;

/** From this load on a node does not draw tasks by what it has: they would run there in half the time of a processor. */
const overloaded = 2;

/**
 * One that can run it at once before one that would hold it, whatever that has; of those, one that lacks at most
 * `slackBytes` more of its inputs than the one that lacks least; then the one that has least to do, for its size.
 */
export function nearData(slackBytes: number): Strategy {
  return <C extends Candidate>(candidates: Iterable<C>) => {
    const ready: C[] = [];
    let room: Candidate['room'] = 'ahead';
    for (const candidate of candidates) {
      if (candidate.room === 'now' && room === 'ahead') {
        room = 'now';
        ready.length = 0;
      }
      if (candidate.room === room) ready.push(candidate);
    }
    return leastBusy(nearest(ready, slackBytes));
  };
}

/** Those that have about the least to fetch; all of them where that makes no difference. */
function nearest<C extends Candidate>(candidates: readonly C[], slackBytes: number): readonly C[] {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const { lacksBytes } of candidates) {
    least = Math.min(least, lacksBytes);
    most = Math.max(most, lacksBytes);
  }
  if (most - least <= slackBytes) return candidates;
  const lacks = ({ lacksBytes, load }: Candidate) => (load < overloaded ? lacksBytes : most);
  least = candidates.reduce((bytes, one) => Math.min(bytes, lacks(one)), most);
  return candidates.filter((one) => lacks(one) <= least + slackBytes);
}

/** One that can run it at once before one that would hold it; then the one that has least to do, for its size. */
export const leastBusy: Strategy = <C extends Candidate>(candidates: Iterable<C>) => {
  let best: C | undefined;
  for (const candidate of candidates) if (best === undefined || isBetter(candidate, best)) best = candidate;
  return best;
};

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.room !== b.room) return a.room === 'now';
  if (a.share !== b.share) return a.share < b.share;
  if (a.tasks !== b.tasks) return a.tasks < b.tasks;
  if (a.load !== b.load) return a.load < b.load;
  return a.resource < b.resource;
}
