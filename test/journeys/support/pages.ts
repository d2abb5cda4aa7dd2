import { readdir, readFile } from 'node:fs/promises';

/** The checkout: pages are read from it, whatever command is tested. */
const root = new URL('../../../', import.meta.url);

/** A fence of commands on a page for users. */
export interface CommandFence {
  readonly page: string;
  /** The line of the page on which it begins. */
  readonly line: number;
  /** What stands after its marks, such as `sh run exit=5`. */
  readonly info: string;
  readonly text: string;
  /** What the page says is printed: the block of text that follows straight after it. */
  readonly output: string | undefined;
}

/** The pages on which users find commands. */
export async function pages(): Promise<string[]> {
  const docs = await readdir(new URL('docs/', root));
  return ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

/** Those whose commands need the most of the real world: documentation-owners.test.ts runs them beside the others. */
export const ownersPages = ['docs/owners.md', 'docs/ssh.md'];

/** The fences of a page that hold commands for a shell. */
export async function commandFences(page: string): Promise<CommandFence[]> {
  const text = await readFile(new URL(page, root), 'utf8');
  const fences = text.matchAll(/^```((?:sh|shell|bash|console)\b[^\n]*)\n(.*?)^```\n/gms);
  return Array.from(fences, (match) => {
    const [whole, info = '', commands = ''] = match;
    const line = text.slice(0, match.index).split('\n').length;
    const output = outputAfter(text.slice(match.index + whole.length));
    return { page, line, info, text: commands, output };
  });
}

/** The block of text with which the rest of a page begins: a fence, or lines that are indented by four blanks. */
function outputAfter(rest: string): string | undefined {
  const fenced = /^\n*```text\n(.*?)^```\n/ms.exec(rest);
  if (fenced?.index === 0) return fenced[1];
  const indented = /^\n*((?: {4}[^\n]*\n)+)/.exec(rest);
  return indented?.[1]?.replaceAll(/^ {4}/gm, '');
}
