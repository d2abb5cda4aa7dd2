import { z } from 'zod';

/** A document in a frame: as text, or as a JSON object. */
const framedDocument = z.union([
  z.string(),
  z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()])).readonly(),
]);

/**
 * The answer to one frame of a document WebSocket (`/market/ws`, `/broker/ws`, `/infogather/ws`). A question is a
 * document, as text or as a JSON object; answers come in the order of the questions, one for each:
 * `ack` for what is answered by nothing (a Tell of version 0.1), and stands for a commit on disk.
 */
export const answerFrame = z.object({
  frame: z.int().positive().describe('Which frame of this connection is answered, counted from 1.'),
  ack: z.literal(true).optional(),
  documents: z
    .array(framedDocument)
    .optional()
    .describe('The answering documents, in the encoding of the question.'),
  warnings: z
    .array(z.string())
    .optional()
    .describe('What is likely wrong with the question, a sentence each; absent where nothing is.'),
  problem: z
    .object({ code: z.string(), status: z.number(), detail: z.string(), next: z.string().optional() })
    .optional(),
});
export type AnswerFrame = z.infer<typeof answerFrame>;

/**
 * Documents that nothing asked for just then: what a Watch is sent after its answer. Such frames come after the answer
 * to the Watch, between answers, and are no answer to anything.
 */
export const pushedFrame = z.object({
  pushed: z
    .array(framedDocument)
    .describe('The documents, in the encoding of the frame that they are sent for.'),
});
export type PushedFrame = z.infer<typeof pushedFrame>;
