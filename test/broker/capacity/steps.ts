import fc from 'fast-check';

export const secondMs = 1_000;

/** What may happen on nodes of which a broker offers slots. */
export type Step =
  | {
      readonly kind: 'offer';
      readonly slots: number;
      readonly cpus: number;
      readonly inMs: number;
      readonly lengthMs: number;
    }
  | { readonly kind: 'accept' | 'letGo' | 'undone' | 'end' | 'start'; readonly at: number }
  | {
      readonly kind: 'amend';
      readonly at: number;
      readonly slots: number;
      readonly cpus: number;
      readonly lengthMs: number;
    }
  | { readonly kind: 'job'; readonly cpus: number; readonly limitMs: number | null }
  | { readonly kind: 'work'; readonly at: number; readonly limitMs: number; readonly times: number }
  | { readonly kind: 'pass'; readonly ms: number };

const seconds = (min: number, max: number) => fc.integer({ min, max }).map((count) => count * secondMs);
const at = fc.nat({ max: 20 });
export const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('offer' as const),
    slots: fc.integer({ min: 1, max: 4 }),
    cpus: fc.integer({ min: 1, max: 2 }),
    inMs: fc.oneof(fc.constant(0), seconds(0, 5)),
    lengthMs: seconds(5, 20),
  }),
  fc.record({
    kind: fc.constantFrom(
      'accept' as const,
      'accept' as const,
      'accept' as const,
      'letGo' as const,
      'undone' as const,
    ),
    at,
  }),
  fc.record({
    kind: fc.constantFrom('start' as const, 'start' as const, 'start' as const, 'end' as const),
    at,
  }),
  fc.record({
    kind: fc.constant('amend' as const),
    at,
    slots: fc.integer({ min: 1, max: 4 }),
    cpus: fc.integer({ min: 1, max: 2 }),
    lengthMs: seconds(1, 15),
  }),
  fc.record({
    kind: fc.constant('job' as const),
    cpus: fc.integer({ min: 1, max: 4 }),
    limitMs: fc.option(seconds(1, 10), { freq: 8 }),
  }),
  fc.record({
    kind: fc.constant('work' as const),
    at,
    limitMs: seconds(1, 3),
    times: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 2_000 }) }),
);
