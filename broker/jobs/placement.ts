import type { Room } from './node.ts';

/** A node that fits a need and has room for it. */
export interface Candidate {
  readonly resource: string;
  readonly room: Exclude<Room, 'none'>;
  /** Which part of its processors is taken. */
  readonly share: number;
  /** Tasks that it runs and holds. */
  readonly tasks: number;
  /** How busy its processors are, as it says; 0 where it does not. */
  readonly load: number;
}

/** Chooses a node among those that fit and have room: a pure function, of which others may stand in its place. */
export type Strategy = <C extends Candidate>(candidates: Iterable<C>) => C | undefined;

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
