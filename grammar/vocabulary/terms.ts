import { type Cells, rows } from './row.ts';

/** Rules of their own. */
const cells: readonly Cells[] = [
  ['Requires', 'expression', 'What must be true beside the tests.', 'their.Reputation ?? 0.5 >= 0.4'],
  ['Prefer', 'expression', 'What is better where it is true; it decides no match.', 'their.Region == "eu"'],
  ['Rank', 'expression', 'The higher, the better the Tell.', 'their.Cpus * 10 - their.Load'],
  ['Price', 'price', 'What the broker charges, a sum of rates.', '0.03 EUR/cpu-h + 0.05 EUR/job'],
  ['Budget', 'money', 'What the whole may cost at most.', '4.00 EUR'],
  ['Explicit', 'names', 'Only Asks with a test of these names match.', 'Fabric'],
  ['Count', 'whole', 'How many slots are wanted at once.', '4'],
  ['Deadline', 'timestamp', 'When all tasks have ended.', '2026-12-01T18:00Z'],
  ['Start', 'timestamp', 'From when the slots are wanted.', '2026-11-30T10:00Z'],
  ['Guarantee', 'text', 'What the broker promises of the run.', 'availability 99 %'],
];

export const terms = rows('term', undefined, cells, ['Requires', 'Prefer', 'Price', 'Budget', 'Explicit']);
