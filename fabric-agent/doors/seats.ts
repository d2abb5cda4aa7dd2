/** A number of places. */
export interface Seats {
  /** Takes one; returns what gives it back, or undefined where all are taken. */
  take(): (() => void) | undefined;
}

export function createSeats(most: number): Seats {
  let taken = 0;
  return {
    take() {
      if (taken >= most) return undefined;
      taken += 1;
      let given = false;
      return () => {
        if (!given) taken -= 1;
        given = true;
      };
    },
  };
}
