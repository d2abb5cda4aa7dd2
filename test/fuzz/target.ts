import type fc from 'fast-check';

/** Something that is to hold whatever the input. */
export interface Target {
  readonly name: string;
  /** What holds, as a sentence for `--help`. */
  readonly about: string;
  /** A property that fails, or throws, where it does not hold. */
  property(): fc.IProperty<unknown>;
}
