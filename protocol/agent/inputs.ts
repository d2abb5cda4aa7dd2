import { z } from 'zod';

/** Inputs of at least so many bytes are told of; smaller ones are fetched as fast as anything is said of them. */
export const largeInputBytes = 2 ** 20;

/** Marks of one `holds`, of each kind, at most. */
export const mostMarksAMessage = 1_000;

/** How many inputs of one node a broker is told of in a session, at most. */
export const mostMarks = 2_000;

/**
 * What names an input that a node keeps, by its SHA-256 in small hexadecimal: the same bytes of another owner have
 * another name, so that nobody's work goes by what others have sent.
 */
export function keptInputText(owner: string, blob: string): string {
  return `${owner}\n${blob}`;
}

/** How many characters of that name are said. */
export const markLength = 16;

const inputMark = z.string().regex(/^[0-9a-f]{16}$/);

/** What an agent says of the large inputs that it keeps. */
export const holds = z.strictObject({
  type: z.literal('holds'),
  gained: z.array(inputMark).max(mostMarksAMessage).describe('Inputs that the node has since, and keeps.'),
  lost: z.array(inputMark).max(mostMarksAMessage).describe('Those of them that it has no more.'),
});
export type Holds = z.output<typeof holds>;
