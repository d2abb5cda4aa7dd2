/** Asks that are sifted together: so many that what is looked at of them stays close at hand. */
export const siftedAtOnce = 1_024;

/** Records of one layout that are looked at together: fewer with every column. One of these serves all, one after the other. */
export class Sieve {
  readonly list = new Int32Array(siftedAtOnce);
  /** 1 for a record of which something was not found out on the way. */
  readonly open = new Uint8Array(siftedAtOnce);
  /** How many are left. */
  count = 0;

  fill(records: readonly number[]): void {
    this.list.set(records);
    this.count = records.length;
    this.open.fill(0, 0, this.count);
  }
}
