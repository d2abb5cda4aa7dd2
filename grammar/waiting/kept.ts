import type { Said } from './ask-at.ts';
import type { Ints } from './ints.ts';
import type { Layout } from './layout.ts';
import type { Pool } from './pool.ts';
import type { Pairing, Want } from './want.ts';

/** What Asks that wait say and want, each thing once. */
export interface Kept {
  readonly layouts: Pool<Layout>;
  readonly said: Pool<Said>;
  readonly wants: Pool<Want>;
  readonly pairings: Pool<Pairing>;
  /** By place the number of the layout, and where among its records that of the place is. */
  readonly layoutOf: Ints;
  readonly recordOf: Ints;
}
