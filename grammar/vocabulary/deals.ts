import { type Cells, type Row, rows } from './row.ts';

/** What only documents of a deal say of it. In all others these names are any names. */
const cells: readonly Cells[] = [
  ['Tell', 'id', 'The Id of the Tell that the Offer is of.', 'tell-7f3a'],
  ['Offer', 'id', 'The Id of the Offer that is meant.', 'off-3'],
  ['Agreement', 'id', 'The Id of the Agreement that is meant.', 'agr-1'],
  ['State', 'word', 'How the deal stands.', 'active'],
  ['Final', 'boolean', 'Whether no other Ask would help.', 'true'],
  ['Until', 'timestamp', 'When the Agreement ends by itself.', '2026-12-01T18:00Z'],
  ['Estimate', 'money', 'The most that is ever charged.', '0.53 EUR'],
  ['Total', 'money', 'What is charged.', '0.53 EUR'],
  ['Used', 'text', 'What was used so far.', '16 cpu-h'],
  ['Line', 'text', 'One charge.', '16 cpu-h at 0.03 EUR/cpu-h -> 0.48 EUR'],
];

export const aboutDeal: readonly Row[] = rows('deal', undefined, cells, ['Used', 'Line']);

const bySpelling: ReadonlyMap<string, Row> = new Map(aboutDeal.map((row) => [row.name.toLowerCase(), row]));

/** The row of a name that documents of a deal know beside the others; nothing where it is none. */
export function dealRowOf(name: string): Row | undefined {
  return bySpelling.get(name.toLowerCase());
}
