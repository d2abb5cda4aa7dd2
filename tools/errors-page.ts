import type { CatalogueEntry } from '../protocol/catalogue-entry.ts';

/** The text of docs/errors.md, made from the catalogue alone. */
export function errorsPage(catalogue: Readonly<Record<string, CatalogueEntry>>): string {
  const rows = Object.entries(catalogue).map(
    ([code, { status, means, next }]) => `| \`${code}\` | ${status} | ${means} | ${next} |`,
  );
  return [
    introduction,
    '| code | status | what it means | what to do next |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const introduction = `# Errors

<!-- Generated from protocol/catalogue.ts by \`npm run generate\`; edit the catalogue instead. -->

A failure is told in the same sentence by every door: over HTTP as \`application/problem+json\` (RFC 9457) with its code
and status, in a text conversation as a line that begins with \`# error:\`, on the command line as the last line on
standard error. The code is for programs and never changes; the sentence names what is wrong in the case at hand.
`;
