import type { Command } from 'commander';

/** The words of a command before `--` and behind it. Commander takes `--` away: those behind it are known by their number. */
export function divide(given: readonly string[], command: Command): { files: string[]; words: string[] } {
  const raw = (command.parent as Command & { rawArgs: string[] }).rawArgs;
  const mark = raw.indexOf('--');
  const behind = mark < 0 ? 0 : raw.length - mark - 1;
  return { files: given.slice(0, given.length - behind), words: given.slice(given.length - behind) };
}
