import type { Code } from '../catalogue.ts';
import type { DealState } from '../deals/states.ts';
import type { ReasonWord } from '../decline-words.ts';
import type { JobState, TaskState } from '../jobs/states.ts';
import type { NodeStanding } from '../node-states.ts';

/** A way in which something waits or fails, and what to do about it. */
export interface Situation {
  /** What waits, or failed. */
  readonly of: 'Ask' | 'Watch' | 'deal' | 'job' | 'task' | 'request';
  /** The cause, as one sentence; what stands in braces is put in, `{count}` is a whole number. */
  readonly says: string;
  /** The same where `{count}` is 1. */
  readonly one?: string;
  /** What to do. */
  readonly next: string;
  /** What of what others see is so because of it. */
  readonly covers?: {
    readonly declines?: readonly ReasonWord[];
    readonly jobs?: readonly JobState[];
    readonly tasks?: readonly TaskState[];
    readonly deals?: readonly DealState[];
    readonly nodes?: readonly NodeStanding[];
    readonly codes?: readonly Code[];
  };
}

export type Situations = Readonly<Record<string, Situation>>;

/** Why something waits or failed, and what to do. */
export interface Cause {
  /** Which situation of the table it is. */
  readonly situation: string;
  readonly cause: string;
  readonly next: string;
}

/** The names in braces of a text. */
type NamesIn<T extends string> = T extends `${string}{${infer N}}${infer Rest}` ? N | NamesIn<Rest> : never;

type TextsOf<S extends Situation> = S['says'] | S['next'] | (S['one'] extends string ? S['one'] : never);

/** What is to be put into the texts of a situation. */
export type Values<S extends Situation> = Readonly<Record<NamesIn<TextsOf<S>>, string | number>>;

/** A situation with what is put into its texts. What was not understood stands as it is. */
export function causeOf<T extends Situations, K extends keyof T & string>(
  table: T,
  situation: K,
  values: Values<T[K]>,
): Cause {
  const found: Situation = table[situation]!;
  const all: Readonly<Record<string, string | number>> = values;
  const put = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (as, name: string) => onOneLine(`${all[name] ?? as}`));
  const says = all.count === 1 ? (found.one ?? found.says) : found.says;
  return { situation, cause: put(says), next: put(found.next) };
}

/** A text of somebody else, such as of a batch system, without what would end a line or move a cursor. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
