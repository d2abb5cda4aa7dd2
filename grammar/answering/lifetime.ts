import type { Lifetime } from '../documents/document.ts';

/** How long Tells live, in milliseconds. */
interface LifetimeBounds {
  /** Where a Tell does not say. */
  readonly unsaidMs: number;
  readonly longestMs: number;
}

/** When a Tell that came at `now` expires, in milliseconds since 1970, and how its Ack says so. */
export function expiryOf(
  { lifetime, said }: { readonly lifetime: Lifetime | undefined; readonly said: string | undefined },
  now: number,
  { unsaidMs, longestMs }: LifetimeBounds,
): { readonly expiresAt: number; readonly says: string } {
  const lifeMs = lifeOf(lifetime, now) ?? unsaidMs;
  if (lifeMs > longestMs) return { expiresAt: now + longestMs, says: durationText(longestMs) };
  return { expiresAt: Math.floor(now + lifeMs), says: said ?? durationText(lifeMs) };
}

function lifeOf(lifetime: Lifetime | undefined, now: number): number | undefined {
  if (lifetime === undefined) return undefined;
  return lifetime.kind === 'for' ? lifetime.seconds * 1000 : lifetime.moment - now;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A time span in milliseconds as a value, in the largest unit of which it is a whole number. */
export function durationText(ms: number): string {
  const [name, size] = units.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / size} ${name}`;
}
