import fc from 'fast-check';

const atoms = [
  'my.Cpus',
  'their.Cpus',
  'their.Load',
  'their.Memory',
  'their.X',
  'my.Y-z',
  'their.Features',
  '3',
  '0.5',
  '2 GiB',
  '1 h 30 min',
  '5 %',
  '"a b"',
  'true',
  '4.0.2',
  'v12.4',
  '2026-12-01T18:00Z',
  '0.03 EUR/cpu-h',
];
const infixes = ['??', '*', '/', '+', '-', '==', '!=', '<', '<=', '>', '>=', 'in', 'has', 'and', 'or'];

/** Texts that the grammar takes or refuses; each operand stands in brackets where it is more than an atom. */
export const expressionText: fc.Arbitrary<string> = fc.letrec<{ whole: string; part: string }>((tie) => ({
  whole: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(...atoms),
    fc
      .tuple(tie('part'), fc.constantFrom(...infixes), tie('part'))
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    fc.tuple(fc.constantFrom('not ', '-'), tie('part')).map(([operator, part]) => operator + part),
    fc.tuple(tie('part'), tie('part')).map(([one, other]) => `max(${one}, ${other})`),
    fc.tuple(tie('part'), tie('part'), tie('part')).map((parts) => `if(${parts.join(',')})`),
    fc.tuple(tie('part'), tie('part')).map(([one, other]) => `(${one} ,${other})`),
    tie('part').map((part) => `known(${part})`),
    tie('part').map((part) => `${part} ~ /a|b/i`),
  ),
  part: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(...atoms),
    tie('whole').map((whole) => `(${whole})`),
  ),
})).whole;
