/** A list of numbers for each row, one after another in one array, so that a scan reads them in one direction. */
export class Lists {
  items = new Int32Array(256);
  /** Where the list of each row begins and ends in `items`. */
  begins = new Int32Array(64);
  ends = new Int32Array(64);
  #used = 0;
  #garbage = 0;

  set(row: number, list: readonly number[]): void {
    if (row >= this.begins.length) {
      this.begins = longer(this.begins, row + 1);
      this.ends = longer(this.ends, row + 1);
    }
    if (this.#used + list.length > this.items.length) this.#makeRoom(list.length);
    this.begins[row] = this.#used;
    this.items.set(list, this.#used);
    this.#used += list.length;
    this.ends[row] = this.#used;
  }

  delete(row: number): void {
    this.#garbage += (this.ends[row] ?? 0) - (this.begins[row] ?? 0);
    this.begins[row] = 0;
    this.ends[row] = 0;
  }

  of(row: number): Int32Array {
    return this.items.subarray(this.begins[row], this.ends[row]);
  }

  #makeRoom(more: number): void {
    const from = this.items;
    const left = this.#used - this.#garbage + more;
    const to = new Int32Array(Math.max(2 * left, from.length));
    let used = 0;
    for (let row = 0; row < this.begins.length; row += 1) {
      const list = from.subarray(this.begins[row], this.ends[row]);
      to.set(list, used);
      this.begins[row] = used;
      used += list.length;
      this.ends[row] = used;
    }
    this.items = to;
    this.#used = used;
    this.#garbage = 0;
  }
}

function longer(from: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(2 * from.length, least));
  to.set(from);
  return to;
}
