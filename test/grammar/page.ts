import { readFileSync } from 'node:fs';

/** A fence of docs/sla.md. */
export interface Example {
  readonly line: number;
  /** What stands after its marks, such as `sla refused`. */
  readonly info: string;
  readonly text: string;
}

export const page = readFileSync(new URL('../../docs/sla.md', import.meta.url), 'utf8');

export const examples: readonly Example[] = [...page.matchAll(/^```([^\n]+)\n(.*?)^```$/gms)].map(
  (match) => ({
    line: lineOf(match.index),
    info: match[1] ?? '',
    text: match[2] ?? '',
  }),
);

/** A table of the page: its rows, the code in their cells without its marks. */
export function rowsOf(...heading: readonly string[]): { line: number; cells: string[] }[] {
  const head = `| ${heading.join(' | ')} |\n`;
  const begin = page.indexOf(head);
  if (begin < 0) throw new Error(`no table ${head}`);
  const lines = page.slice(begin).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line, at) => ({
    line: lineOf(begin) + 2 + at,
    cells: line
      .slice(2, -2)
      .split(/(?<!\\) \| /)
      .map((cell) => cell.replaceAll('\\|', '|').replace(/^`(.*)`$/, '$1')),
  }));
}

function lineOf(index: number): number {
  return page.slice(0, index).split('\n').length;
}
