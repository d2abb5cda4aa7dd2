/** A Tell as it is kept. */
export interface TellRow {
  /** Who told it; empty for version 0.1. */
  readonly teller: string;
  readonly id: string;
  readonly seq: number;
  /** Canonical text. */
  readonly document: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}
