import { expect } from 'chai';
import fc from 'fast-check';
import { diagnosticLines, fromJson, readDocument } from '../../grammar/index.ts';
import { chunkings, cut } from './arbitraries.ts';
import { askText, bytesOf, framedFrom, pieces } from './support.ts';

const scraps = fc.constantFrom(
  ...[
    'SLA-version: 0.1\n',
    'RESOURCE-version: 0.1',
    'Action: Tell',
    'Action',
    ': ',
    ':',
    '\n',
    '\n\n',
    '\r\n',
    '\r',
  ],
  ...[
    ' ',
    '\t',
    '#',
    'My.',
    '?',
    'Host: [::1]:1',
    'CPU-Load: 1e999',
    'Broker-IP: ',
    'é',
    '\u{1F600}',
    '\uFEFF',
    '\0',
  ],
);
const hostile = fc
  .array(
    fc.oneof(
      scraps.map(bytesOf),
      fc.uint8Array({ maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }).map(bytesOf),
    ),
    { maxLength: 40 },
  )
  .chain((parts) =>
    fc
      .boolean()
      .map((opened) =>
        Uint8Array.from([...bytesOf(opened ? askText : ''), ...parts.flatMap((part) => [...part])]),
      ),
  );
const small = { documentBytes: 150, headers: 6, headerBytes: 60, diagnostics: 3 };

describe('hostile input', () => {
  it('never throws, whatever the bytes, and comes to the same however they are split', () => {
    fc.assert(
      fc.property(hostile, chunkings, fc.constantFrom(small, undefined), (bytes, sizes, bounds) => {
        const whole = framedFrom([bytes], bounds);
        expect(framedFrom(cut(bytes, sizes), bounds)).to.deep.equal(whole);
        for (const framed of whole) {
          const reading = readDocument(framed, bounds);
          const said = 'document' in reading ? reading.warnings : reading.diagnostics;
          expect(said.length).to.be.at.most((bounds?.diagnostics ?? 20) + 1);
          for (const line of diagnosticLines(said).split('\n').slice(0, -1)) {
            expect(line).to.match(/^# (error|warning): [^\p{Cc}]+$/u);
          }
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('never throws on any JSON', () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('SLA-version', 'Action', 'Host', '__proto__', 'constructor'),
    );
    const json = fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.constant('0.1'))));
    fc.assert(
      fc.property(json, (value) => {
        const reading = fromJson(value, small);
        if ('diagnostics' in reading) expect(reading.diagnostics).to.not.deep.equal([]);
      }),
      { numRuns: 1500 },
    );
  });

  it('costs time in proportion to its bytes, also one byte at a time', () => {
    const text = `${askText}${'X: 1\n'.repeat(1000)} ${'\n y'.repeat(3000)}\n\n`;
    const bytes = bytesOf(text.repeat(10));
    expect(took(() => framedFrom(pieces(bytes, 1)))).to.be.below(2000);
  });

  it('costs no more than good input where every header is at fault', () => {
    for (const fault of ['Host: x', 'Hos: x', 'Application: x', 'Note:', 'no header', 'SLA-version: 0.1']) {
      const text = `SLA-version: 0.1\n${`${fault}\n`.repeat(1000)}#${'x'.repeat(40_000)}\n\n`;
      const bytes = bytesOf(text.repeat(20));
      expect(
        took(() => framedFrom([bytes]).map((framed) => readDocument(framed))),
        fault,
      ).to.be.below(1000);
    }
  });
});

/** Milliseconds of CPU. */
function took(work: () => unknown): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
