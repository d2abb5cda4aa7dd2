import { createInterface } from 'node:readline';
import type { AskOwner } from './questions.ts';

/** Nobody answers any more: Ctrl-C, or the end of input. */
export class Interrupted extends Error {}

/** Questions on a terminal, until it is left. */
export function openTerminal(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): { readonly ask: AskOwner; close(): void } {
  const lines = createInterface({ input, output, terminal: true });
  const left = Promise.withResolvers<never>();
  left.promise.catch(() => {}); // nobody may be asking
  const leave = () => {
    left.reject(new Interrupted('it was left before it was done'));
    lines.close();
  };
  lines.on('SIGINT', leave);
  lines.on('close', leave);
  const ask: AskOwner = (question) =>
    Promise.race([left.promise, new Promise<string>((resolve) => lines.question(question, resolve))]);
  return { ask, close: () => lines.close() };
}
