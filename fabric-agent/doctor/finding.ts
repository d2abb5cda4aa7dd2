/** How it is with one thing that an agent needs. */
export interface Finding {
  /** The thing, in a word or two. */
  readonly about: string;
  /** `warning`: the agent works, and its owner should know; `wrong`: it does not work, or not for long. */
  readonly state: 'well' | 'warning' | 'wrong';
  /** One sentence, without a full stop. */
  readonly says: string;
  /** What the owner can do about it; with every complaint. */
  readonly next?: string;
}

export function well(about: string, says: string): Finding {
  return { about, state: 'well', says };
}

export function warning(about: string, says: string, next: string): Finding {
  return { about, state: 'warning', says, next };
}

export function wrong(about: string, says: string, next: string): Finding {
  return { about, state: 'wrong', says, next };
}
