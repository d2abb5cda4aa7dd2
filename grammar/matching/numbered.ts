/** Where a table says the number of what a check looks at. */
export interface Numbered {
  /** What has the numbers. */
  readonly things: { readonly size: number; readonly changes: number; at(number: number): unknown };
  /** Of the page of a row by `row & pageMask`: shorter where few rows have a number, absent where none has. */
  numbersAt(row: number): Int32Array | undefined;
  at(row: number): number;
  /** What it takes to find a verdict on one; of all the same where it is absent. */
  effortOf?(number: number): number;
}
