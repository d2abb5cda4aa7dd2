import fc from 'fast-check';
import type { Sender } from '../../platform/doors/door.ts';
import { another, type GivenMarket, minuteMs, said, somebody, tell1, untell1 } from './support.ts';

interface Told {
  readonly kind: 'tell';
  readonly sender: Sender;
  readonly text: string;
}

/** Something that happens to what is told. */
export type Happening =
  | Told
  | { readonly kind: 'burst'; readonly told: readonly Told[] }
  | { readonly kind: 'untell'; readonly sender: Sender; readonly id: string }
  | { readonly kind: 'move'; readonly minutes: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'restart' };

export const senders = fc.constantFrom(somebody, another);
export const ids = fc.constantFrom('a', 'b', 'c', 'd');

/** What a Tell may say beside its Id and Seq: one of each name at most. */
export const tellHeaders = fc.uniqueArray(
  fc.constantFrom(
    'Expires: 20 min',
    'Accepts-version: 0.1',
    'Application: gcc4.0.2',
    'Application: gcc4.0.2, octave',
    'Cpus: 4',
    'Cpus: 64',
    'Load: 0.5',
    'Load: 3',
    'Walltime: <= 1 h',
    'Their.Cpus: <= 8',
    'Price: 1 EUR/h',
  ),
  { maxLength: 5, selector: (header) => header.split(':')[0] },
);

const tell = fc
  .record({
    sender: senders,
    id: ids,
    seq: fc.integer({ min: 0, max: 5 }),
    headers: tellHeaders,
  })
  .map(({ sender, id, seq, headers }) => ({
    kind: 'tell' as const,
    sender,
    text: tell1(id, `Seq: ${seq}`, ...headers),
  }));

const oldTell = fc
  .record({
    sender: senders,
    application: fc.constantFrom('gcc4.0.2', 'octave'),
    port: fc.integer({ min: 7684, max: 7685 }),
    note: fc.constantFrom('', 'Note: one\n', 'Event: none\n'),
  })
  .map(({ sender, application, port, note }) => ({
    kind: 'tell' as const,
    sender,
    text: `SLA-version: 0.1\nAction: Tell\nApplication: ${application}\nBroker-IP: 193.10.66.141:${port}\n${note}`,
  }));

/** Tells of both versions, one by one and many at once, changes, Untells, lapses, housekeeping and restarts. */
export const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 10, arbitrary: tell },
  { weight: 3, arbitrary: oldTell },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('burst' as const),
      told: fc.array(fc.oneof(tell, oldTell), { minLength: 2, maxLength: 12, size: 'max' }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('untell' as const), sender: senders, id: ids }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('move' as const), minutes: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

export async function happen(given: GivenMarket, happening: Happening): Promise<void> {
  switch (happening.kind) {
    case 'tell':
      await said(given.market, happening.text, happening.sender);
      return;
    case 'burst':
      await Promise.all(happening.told.map((told) => said(given.market, told.text, told.sender)));
      return;
    case 'untell':
      await said(given.market, untell1(happening.id), happening.sender);
      return;
    case 'move':
      await given.clock.advance(happening.minutes * minuteMs);
      return;
    case 'sweep':
      await given.market.sweep(given.clock.now());
      return;
    case 'restart':
      await given.restart();
  }
}
