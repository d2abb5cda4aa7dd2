import type { Filled } from './template.ts';

/** One application of the catalogue. */
export interface Application {
  /** As it is told, such as `gcc12.2.0`. */
  readonly name: string;
  /** Its program as an absolute path; of one in an image, as it is called there. */
  readonly program: string;
  /** Whether it runs in an image, and so in a container alone. */
  readonly isInImage?: boolean;
  /** Whether it is on another host alone, where the back end runs it. */
  readonly isElsewhere?: boolean;
  /** The command line for a user's arguments, its program as an absolute path; or why they are not taken. */
  readonly commandLine: (words: readonly string[]) => Filled;
  /** How long it may run, in milliseconds. */
  readonly timeMs: number;
  /** Bytes that it may print. */
  readonly outputBytes: number;
}
