/** Room that a back end is to keep for tasks that name it. */
export interface ReserveOrder {
  /** What it is known by to the agent: no two have the same. Small letters, digits and dashes. */
  readonly id: string;
  /** Milliseconds since 1970; from now on where it has begun. */
  readonly startMs: number;
  readonly endMs: number;
  /** Processor cores. */
  readonly slots: number;
}

/** Room that is kept. */
export interface Reservation {
  readonly id: string;
  /** What the back end calls it. */
  readonly handle: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Keeps room for what comes later. Every verb may be said again; each rejects where it cannot be known what became of it:
 * {@link list} tells then. All that is kept ends by itself when its time is over.
 */
export interface Reservations {
  /** All of this agent's that stand, begun or not; one id may be there twice, where the answer to the first was lost. */
  list(): Promise<readonly Reservation[]>;
  reserve(order: ReserveOrder): Promise<Reservation | { readonly refused: string }>;
  /** Nothing where it is not there. */
  release(reservation: Reservation): Promise<void>;
  /** Who sees to them: one that is to be there and is not, they ask for anew. */
  attend(attendant: ReservationAttendant): void;
}

export interface ReservationAttendant {
  /** Whether one is to be there, as far as is known. */
  readonly isWanted: (id: string) => boolean;
  /** A task is to run in one that is to be there, and is not: it is looked at once, and resolves when that is over. */
  readonly missed: () => Promise<void>;
}
