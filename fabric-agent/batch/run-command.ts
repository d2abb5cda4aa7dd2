import { execFile } from 'node:child_process';
import type { Command } from './system.ts';

/** How a command of a batch system went. */
export interface Ran {
  /** Its exit code; null where nobody knows what became of it: it took too long, said too much, or was killed. */
  readonly code: number | null;
  readonly output: string;
  /** What it complained of, on one line. */
  readonly complaint: string;
}

/** Runs a command; rejects where it could not be started. */
export type RunCommand = (command: Command) => Promise<Ran>;

export interface CommandOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Bytes of an answer: a queue of 100,000 jobs, as the longest of them tells it. */
const mostOutputBytes = 64 * 2 ** 20;
const mostComplaint = 500;

/** Runs commands in a plain environment, in words that do not depend on where it is. */
export function commandsIn({ environment, timeoutMs }: CommandOptions): RunCommand {
  const env = { ...environment, LC_ALL: 'C' };
  return ([program, ...words]) =>
    new Promise((resolve, reject) => {
      const options = {
        env,
        cwd: '/',
        timeout: timeoutMs,
        maxBuffer: mostOutputBytes,
        killSignal: 'SIGKILL',
      } as const;
      const child = execFile(program, words, options, (error, output, said) => {
        const ended = error === null ? 0 : error.code;
        if (typeof ended === 'string' && ended !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return reject(error);
        const complaint = said
          .trim()
          .replaceAll(/\s*\n\s*/g, '; ')
          .slice(0, mostComplaint);
        const code = typeof ended === 'number' ? ended : null;
        resolve({ code, output, complaint });
      });
      child.stdin?.end();
    });
}

/** The output of a command that must go well; empty where it ends by the exit code that says that there is nothing. */
export async function outputOf(run: RunCommand, command: Command, nothing?: number): Promise<string> {
  const { code, output, complaint } = await run(command);
  if (code === 0) return output;
  if (code !== null && code === nothing) return '';
  const how = code === null ? 'did not come to its end' : `ended with exit code ${code}`;
  throw new Error(`${command[0]} ${how}${complaint === '' ? '' : `: ${complaint}`}`);
}
