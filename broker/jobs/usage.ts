/** What an owner has used, as it stood at a moment. */
export interface Used {
  /** Cpu-seconds, of which each counts less the longer it is ago. */
  readonly amount: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** How much of it counts now, in cpu-seconds. A clock that was set back makes none of it count more. */
export function decayed({ amount, at }: Used, now: number, halfLifeMs: number): number {
  return amount * 0.5 ** (Math.max(0, now - at) / halfLifeMs);
}

/** With what was used since. */
export function withMore(used: Used, more: number, now: number, halfLifeMs: number): Used {
  return { amount: decayed(used, now, halfLifeMs) + more, at: Math.max(now, used.at) };
}
