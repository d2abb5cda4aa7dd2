/** Characters of a test or a condition that take about as long as a look at a table. */
const charactersALook = 16;

/** How long a test or a condition may take, where a look at a table is 1: what is long takes long. */
export function effortOf(text: string): number {
  return 1 + text.length / charactersALook;
}
