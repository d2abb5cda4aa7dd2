import type { TaskFile } from '../../protocol/jobs/job.ts';

/** What a task has of its own, beside what all tasks of its job have. */
export interface OwnOfTask {
  readonly parameters: readonly string[];
  readonly inputs: readonly TaskFile[];
  /** By which its program knows it, where that is not its own number. */
  readonly number?: number | undefined;
}

/** What tasks have of their own, at most: bytes of each parameter, and of their files together, as JSON. */
export interface OwnSizes {
  readonly parameters: readonly number[];
  readonly inputs: number;
}

export const noSizes: OwnSizes = { parameters: [], inputs: 0 };

/** The larger of two, each for itself. */
export function largerSizes(sizes: OwnSizes, { parameters, inputs }: OwnOfTask): OwnSizes {
  const length = Math.max(sizes.parameters.length, parameters.length);
  const both = Array.from({ length }, (_, index) =>
    Math.max(sizes.parameters[index] ?? 0, jsonBytes(parameters[index] ?? '')),
  );
  const files = inputs.length === 0 ? 0 : jsonBytes(inputs) + inputs.length * longestNumber.length;
  return { parameters: both, inputs: Math.max(sizes.inputs, files) };
}

/** Characters of a number of a task at most: as many as stand in its place. */
export const longestNumber = String(Number.MAX_SAFE_INTEGER);

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
