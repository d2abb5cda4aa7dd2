import type { BenchReport } from './report.ts';
import { median } from './rounds.ts';

const headings = ['', 'a second', 'beside', 'a second', 'ratio', 'from..to'] as const;
const toTheRight = [false, true, false, true, true, true] as const;

/** The one table of a run: each bench with its comparisons, medians over the rounds, and below them its figures. */
export function table(reports: readonly BenchReport[]): string {
  const rows: string[][] = [[...headings]];
  for (const { name, says, comparisons, figures } of reports) {
    rows.push([], [`${name}: ${says}`]);
    for (const { what, perSecond, beside, besidePerSecond, ratio } of comparisons) {
      rows.push([
        `  ${what}`,
        short(median(perSecond)),
        beside,
        short(median(besidePerSecond)),
        short(ratio.median),
        `${short(ratio.min)}..${short(ratio.max)}`,
      ]);
    }
    for (const { what, value, unit, span } of figures) {
      const between = span === undefined ? '' : ` (${short(span.min)}..${short(span.max)})`;
      rows.push([`  ${what}: ${short(value)} ${unit}${between}`]);
    }
  }
  // A line of one cell is a sentence, which no column is made wide for.
  const widths = headings.map((_, column) =>
    Math.max(...rows.filter((row) => row.length > 1).map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => `${line(row, widths)}\n`).join('');
}

function line(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => {
    const width = row.length > 1 ? (widths[column] ?? 0) : 0;
    return toTheRight[column] ? cell.padStart(width) : cell.padEnd(width);
  });
  return cells.join('  ').trimEnd();
}

/** Groups of three digits, whatever the reader's country. */
function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Three digits that count. */
function short(value: number): string {
  return value >= 99.95 ? whole(value) : value.toPrecision(3);
}
