import { Command, CommanderError } from 'commander';
import { type Failure, Refusal } from '../platform/failure.ts';
import { exit, exitCodeOf } from './exit.ts';
import { failureLines } from './output.ts';
import type { Commands } from './user-commands.ts';

/**
 * Runs `ogm` with the words that this process was started with, and sets its exit code. A command is loaded when it is
 * named: one that asks one question need not wait for all that a market is made of.
 */
export async function runProgram(commands: Commands, version: string): Promise<void> {
  // Whoever read what this prints has had enough, such as `head`.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exit.readerGone);
      throw error;
    });
  }
  const program = new Command('ogm')
    .description('Open Grid Market: users ask, brokers tell, and the work runs on whatever the owner has.')
    .version(version)
    .enablePositionalOptions() // what stands behind a command is for that one, as in ogm agent enrol
    .showHelpAfterError('(--help tells how to use it)')
    .addHelpText('after', '\nEach command has --help of its own. Exit codes are told in docs/commands.md.');
  const named = process.argv[2] ?? '';
  for (const name of wantedOf(commands, named)) {
    const command = await commands[name]!();
    program.addCommand(command.copyInheritedSettings(program).exitOverride());
  }
  try {
    await program.exitOverride().parseAsync();
  } catch (error) {
    process.exitCode = told(error);
  }
}

/** The commands that are loaded: that which is named, none for the version, else all of which help tells. */
function wantedOf(commands: Commands, named: string): readonly string[] {
  if (named === '--version' || named === '-V') return [];
  return Object.hasOwn(commands, named) ? [named] : Object.keys(commands);
}

/** Says what went wrong, once, and returns the exit code of its class. */
function told(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage;
  const failure = failureOf(error);
  if (wantsJson(process.argv)) {
    const { code, status, detail, next } = failure;
    process.stdout.write(`${JSON.stringify({ failure: { code, status, detail, next } })}\n`);
  } else {
    process.stderr.write(`${failureLines(failure)}\n`);
  }
  const already = process.exitCode;
  return typeof already === 'number' && already !== 0 ? already : exitCodeOf(failure);
}

/** What follows `--` is for the program that is run. */
function wantsJson(words: readonly string[]): boolean {
  const mark = words.indexOf('--');
  return words.slice(0, mark < 0 ? undefined : mark).includes('--json');
}

function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return error;
  if (error instanceof Error && 'code' in error && 'status' in error && 'detail' in error)
    return error as unknown as Failure;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', status: 500, detail, next: 'report it with these lines' };
}
