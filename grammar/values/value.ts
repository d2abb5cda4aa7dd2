/** What a quantity measures; values of different dimensions never compare. */
export type Dimension = 'bytes' | 'duration' | 'frequency' | 'rate';

/** What a rate of money is charged for. */
export type Charge = 'h' | 'cpu-h' | 'gpu-h' | 'GiB-h' | 'task' | 'job';

/** True, false, or UNKNOWN. */
export type Truth = boolean | undefined;

/** A value of version 1.0 of the language. */
export type Value =
  | StringValue
  | BooleanValue
  | NumberValue
  | QuantityValue
  | TimestampValue
  | VersionValue
  | MoneyValue;

export interface StringValue {
  readonly kind: 'string';
  readonly text: string;
}

export interface BooleanValue {
  readonly kind: 'boolean';
  readonly value: boolean;
}

/** A number without a dimension, always finite. */
export interface NumberValue {
  readonly kind: 'number';
  readonly value: number;
}

/** In bytes, seconds, hertz, or bytes a second; always finite. */
export interface QuantityValue {
  readonly kind: 'quantity';
  readonly dimension: Dimension;
  readonly value: number;
}

/** In milliseconds since 1970, perhaps with a fraction. */
export interface TimestampValue {
  readonly kind: 'timestamp';
  readonly value: number;
}

export interface VersionValue {
  readonly kind: 'version';
  /** As it was written, without a `v` before it. */
  readonly text: string;
  /** Words in small letters, and numbers; a number of more than 15 digits is a string of its digits. */
  readonly parts: readonly (string | number)[];
}

export interface MoneyValue {
  readonly kind: 'money';
  readonly currency: string;
  /** In 10^-9 of the currency. */
  readonly nano: bigint;
  /** Absent for an amount. */
  readonly per: Charge | undefined;
}
