/** By how much room grows at once, as a part of it. */
const growth = 1.25;
const firstRoom = 64;

/** Whole numbers from -2^31 on by place, in four bytes each; where none was written it is 0. */
export class Ints {
  #values: Int32Array<ArrayBuffer> = new Int32Array(firstRoom);
  #count = 0;

  /** One more than the highest place that was written. */
  get count(): number {
    return this.#count;
  }

  /** All there is room for, until the next is written. */
  get values(): Int32Array<ArrayBuffer> {
    return this.#values;
  }

  at(place: number): number {
    return this.#values[place] as number;
  }

  write(place: number, value: number): void {
    if (place >= this.#values.length) this.#grow(place);
    this.#values[place] = value;
    if (place >= this.#count) this.#count = place + 1;
  }

  push(value: number): void {
    this.write(this.#count, value);
  }

  /** Takes the last away. */
  pop(): number | undefined {
    if (this.#count === 0) return undefined;
    this.#count -= 1;
    return this.#values[this.#count];
  }

  #grow(place: number): void {
    const longer = new Int32Array(Math.ceil((place + 1) * growth));
    longer.set(this.#values);
    this.#values = longer;
  }
}
