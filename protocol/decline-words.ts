/** The one words of section 10 of the language that a Decline begins its Reason with. */
export const reasonWords = [
  'policy',
  'capacity',
  'price',
  'not-understood',
  'funds',
  'stale',
  'id-reused',
  'too-late',
  'not-found',
  'invalid',
] as const;
export type ReasonWord = (typeof reasonWords)[number];
