import { z } from 'zod';

/** A document in a frame: as text, or as a JSON object. */
const framedDocument = z.union([
  z.string(),
  z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()])).readonly(),
]);

/** Documents (a count) that one frame may hold. */
export const frameDocuments = 64;

/** What answers one document: `ack` for what is answered by nothing (a Tell of version 0.1), and stands for a commit on disk. */
const documentAnswer = z.object({
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
export type DocumentAnswer = z.infer<typeof documentAnswer>;

/**
 * The answer to one frame of a document WebSocket (`/market/ws`, `/broker/ws`, `/infogather/ws`). A question is a
 * document, as text or as a JSON object, or several: texts divided by empty lines, or an array of objects. Answers
 * come in the order of the questions, one frame for each.
 */
export const answerFrame = documentAnswer.extend({
  frame: z.int().positive().describe('Which frame of this connection is answered, counted from 1.'),
  answers: z
    .array(documentAnswer)
    .optional()
    .describe('Of a frame of several documents the answer to each, in their order, and nothing else.'),
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
