import fc from 'fast-check';
import type { Address, Header } from '../../grammar/index.ts';
import { vocabulary } from '../../grammar/index.ts';

const blankless = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '');

/** Any text that a header may hold. */
export const values = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => blankless(text.replace(/[^\P{Cc}\t]/gu, '').toWellFormed()))
  .filter((text) => text !== '');

const known = new Set<string>(vocabulary.map(({ name }) => name.toLowerCase()));

/** Names that no language knows. */
const otherNames = fc
  .stringMatching(/^((My|their)\.)?[A-Za-z][A-Za-z0-9_-]{0,12}\??$/)
  .filter((name) => !known.has(name.toLowerCase()));

const otherHeaders: fc.Arbitrary<Header[]> = fc.array(fc.record({ name: otherNames, value: values }), {
  maxLength: 6,
});

export const addresses: fc.Arbitrary<Address> = fc.record({
  host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
  port: fc.integer({ min: 1, max: 65535 }),
});

const addressTexts = addresses.map(({ host, port }) =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
);
const loads = fc.double({ min: 0, max: 1e9, noNaN: true }).map(String);
const dates = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);

/** The headers of a valid document: known ones in any order and spelling, others between them. */
export const documentHeaders: fc.Arbitrary<Header[]> = fc
  .oneof(
    fc.record({ 'SLA-version': fc.constant('0.1'), Action: fc.constant('Ask'), Application: values }),
    fc.record(
      {
        'SLA-version': fc.constant('0.1'),
        Action: fc.constant('Tell'),
        Application: values,
        'Broker-IP': addressTexts,
        Host: addressTexts,
      },
      { requiredKeys: ['SLA-version', 'Action', 'Application', 'Broker-IP'] },
    ),
    fc.record(
      {
        'RESOURCE-version': fc.constant('0.1'),
        Action: fc.constant('Tell'),
        Application: values,
        Host: addressTexts,
        Poll: addressTexts,
        'CPU-Load': loads,
        Date: dates,
      },
      { requiredKeys: ['RESOURCE-version', 'Action', 'Application', 'Host'] },
    ),
    fc.record(
      {
        'RESOURCE-version': fc.constant('0.1'),
        Action: fc.constant('Ask'),
        Application: values,
        'CPU-Load': loads,
        Date: dates,
      },
      { requiredKeys: ['RESOURCE-version', 'Action', 'Application'] },
    ),
  )
  .chain((said) => {
    const [first, ...rest] = Object.entries(said).map(([name, value]) => ({ name, value: String(value) }));
    return otherHeaders.chain((others) =>
      fc.tuple(
        fc.shuffledSubarray([...rest, ...others], { minLength: rest.length + others.length }),
        fc.constant(first!),
      ),
    );
  })
  .chain(([rest, first]) =>
    fc
      .array(fc.boolean(), { minLength: rest.length, maxLength: rest.length })
      .map((shout) => [
        first,
        ...rest.map(({ name, value }, index) => ({ name: shout[index] ? name.toUpperCase() : name, value })),
      ]),
  );

/** The headers as text, each with this after its value. */
export function written(headers: readonly Header[], lineEnd: string): string {
  return headers.map(({ name, value }) => `${name}: ${value}${lineEnd}`).join('');
}

export const chunkings = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });

/** The bytes cut into chunks of these sizes, over and over. */
export function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}
