/**
 * The side of a child program: answers each request of the parent (`child.ts`) with what `answer` makes of it, one
 * after the other, and ends with the parent.
 */
export function answerParent<Request, Reply>(answer: (request: Request) => Promise<Reply>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (request) => {
    // Typed by the one pair of files that share the request's type; nothing else writes to this pipe.
    answer(request as Request).then(
      (reply) => process.send?.({ reply }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
    );
  });
}
