import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { tellsFromClassAds } from '../../cli/classad/index.ts';
import { readLiteral } from '../../cli/classad/literal.ts';
import { readClassAds } from '../../cli/classad/read.ts';
import { type Document1, findingsOf, printDocument1, readAnyDocuments } from '../../grammar/index.ts';

const recorded = readFileSync(new URL('fixtures/machines.classads', import.meta.url), 'utf8');
const broker = '193.10.66.141:7685';

const convert = (text: string) => tellsFromClassAds(text, broker);

function only(...attributes: readonly string[]): Document1 {
  const [tell, ...rest] = convert(`Name = "a"\n${attributes.join('\n')}\n`).tells;
  if (tell === undefined || rest.length > 0) throw new Error('one Tell');
  return tell;
}

/** The headers of a Tell beyond its envelope. */
function facts(tell: Document1 | undefined): string[] {
  return tell?.headers.slice(4).map(({ name, value }) => `${name}: ${value}`) ?? [];
}

describe('ClassAds of machines', () => {
  it('become Tells that can be told, with the units of HTCondor', () => {
    const { ads, tells } = convert(recorded);
    expect(ads).to.equal(4);
    expect(tells.map(({ envelope }) => envelope.id)).to.deep.equal([
      'slot1@wn017.example.org',
      'slot1_1@wn017.example.org',
      'froth.example.edu',
    ]);
    expect(facts(tells[0])).to.include.members([
      'Arch: x86_64',
      'Cpus: 48',
      'Memory: 380416 MiB',
      'Disk: 1843204480 KiB',
      'Os: Linux',
      'Os-Version: 9.04',
      'Load: 15.87',
      'Date: 1718617329',
      'TotalSlots: 3',
      'TotalMemory: 515392 MiB',
      'KeyboardIdle: 1209741 s',
      'LastHeardFrom: 2024-06-17T09:42:10Z',
      'Features: sse4.1, sse4.2, ssse3, avx, avx2',
      'Gpus: 1',
      'Gpu-Model: NVIDIA A100-PCIE-40GB',
      'Gpu-Memory: 40536 MiB',
      'Gpu-Capability: 8.0',
      'Cuda: 12.2',
      'ChildState: Claimed, Claimed',
      'State: Unclaimed',
    ]);
    for (const tell of tells) {
      expect(tell.envelope.brokerIp).to.deep.equal({ host: '193.10.66.141', port: 7685 });
      expect(findingsOf(tell)).to.deep.equal([]);
      const [again] = readAnyDocuments(printDocument1(tell));
      expect(again !== undefined && 'document' in again && again.document).to.deep.equal(tell);
    }
  });

  it('say what is left: nothing of a slot that is claimed, drained, offline or never starts a job', () => {
    const { tells } = convert(recorded);
    expect(tells.map(({ party }) => party?.slots)).to.deep.equal([1, 0, 1]);
    for (const taken of ['State = "Drained"', 'State = "Owner"', 'Offline = True', 'Start = FALSE']) {
      expect(only(taken).party?.slots, taken).to.equal(0);
    }
    for (const free of ['State = "Unclaimed"', 'State = "Backfill"', 'Start = true', 'Rank = 0.0']) {
      expect(only(free).party?.slots, free).to.equal(1);
    }
  });

  it('tell by name and count what they could not carry over', () => {
    const { leftOut, refused, strays } = convert(recorded);
    expect([...leftOut]).to.deep.equal([
      ['Requirements: an expression', 3],
      ['ChildCpus: an empty list', 1],
      ['MaxJobRetirementTime: an expression', 1],
      ['SlotWeight: an expression', 1],
      ['Start: an expression', 1],
    ]);
    expect([...refused]).to.deep.equal([["its MyType is 'Scheduler'", 1]]);
    expect(strays).to.deep.equal([95]);
    const rest = convert(
      'Name = "a"\nCpus = -1\nLatency = 3\nId = 3\n_x = 1\nNested = [ a = 1 ]\nBad = error\n',
    );
    expect([...rest.leftOut.keys()]).to.have.members([
      'Cpus: no value of the type that the name has',
      'Latency: no value of the type that the name has',
      'Id: a name that the language has for something else',
      '_x: a name that no header can have',
      'Nested: a nested ad',
      'Bad: an error',
    ]);
    expect([...convert('Cpus = 8\n').refused.keys()]).to.deep.equal(['it has no Name']);
    expect([...convert('Name = "a b"\n').refused.keys()][0]).to.match(/^Id is 1 to 128 visible characters/);
    expect([...convert('Name = "a"\n\nName = "a"\n').refused]).to.deep.equal([
      ['its Name stands above already', 1],
    ]);
  });

  it('speak of the machine also by a name that is about the asker', () => {
    expect(facts(only('Owner = "physics"', 'Walltime = 3'))).to.deep.equal(['My.Owner: physics']);
  });

  it('take the last of an attribute that repeats, whatever its case', () => {
    expect(facts(only('Cpus = 8', 'CPUS = 16'))).to.deep.equal(['Cpus: 16']);
  });

  it('have the literals of old ClassAds', () => {
    const literals: readonly (readonly [text: string, is: object])[] = [
      ['42', { kind: 'number', text: '42' }],
      ['-1', { kind: 'number', text: '-1' }],
      ['.5', { kind: 'number', text: '0.5' }],
      ['1.', { kind: 'number', text: '1' }],
      ['8.010000000000000E+00', { kind: 'number', text: '8.010000000000000E+00' }],
      ['TRUE', { kind: 'boolean', value: true }],
      ['false', { kind: 'boolean', value: false }],
      ['Undefined', { kind: 'undefined' }],
      ['"ab\\"cd\\ef"', { kind: 'string', text: 'ab"cd\\ef' }],
      ['"C:\\condor\\"', { kind: 'string', text: 'C:\\condor\\' }],
      ['""', { kind: 'string', text: '' }],
      ['"a" == "b"', { kind: 'other', what: 'an expression' }],
      ['"a', { kind: 'other', what: 'an expression' }],
      ['real("INF")', { kind: 'other', what: 'an expression' }],
      ['', { kind: 'other', what: 'an expression' }],
      ['[ a = 1 ]', { kind: 'other', what: 'a nested ad' }],
      ['{  }', { kind: 'other', what: 'an empty list' }],
      [
        '{ "a,\\"}", 2 }',
        {
          kind: 'list',
          items: [
            { kind: 'string', text: 'a,"}' },
            { kind: 'number', text: '2' },
          ],
        },
      ],
      ['{ 1, f(2) }', { kind: 'other', what: 'a list of more than literals' }],
    ];
    for (const [text, is] of literals) expect(readLiteral(text), text).to.deep.equal(is);
  });

  it('carry every string, number and Boolean so that it is read as the same', () => {
    const attribute = fc.tuple(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/).map((name) => `x${name}`),
      fc.oneof(
        fc.string({ unit: 'binary' }).filter((text) => !/[\r\n\\]/.test(text) && text.isWellFormed()),
        fc.constantFrom(
          'true',
          'any',
          'not x',
          'v12.4',
          '4.0.2',
          '8..16',
          '16 GiB',
          '2026-12-01',
          '127.0.0.1',
          '',
        ),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
      ),
    );
    fc.assert(
      fc.property(fc.uniqueArray(attribute, { selector: ([name]) => name.toLowerCase() }), (attributes) => {
        const lines = attributes.map(([name, value]) =>
          typeof value === 'string' ? `${name} = "${value.replaceAll('"', '\\"')}"` : `${name} = ${value}`,
        );
        const { tells, leftOut } = convert(`Name = "a"\n${lines.join('\n')}\n`);
        expect([...leftOut]).to.deep.equal([]);
        for (const [name, value] of attributes) {
          const [said] = tells[0]?.party?.facts.get(name.toLowerCase())?.values ?? [];
          const read =
            said?.kind === 'string' || said?.kind === 'version'
              ? said.text
              : said && 'value' in said && said.value;
          if (typeof value === 'number') expect(read === value, `${name} = ${value}`).to.equal(true);
          else expect(read).to.equal(value);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are read whatever the text is, in time linear in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '"', '\\', '=', '{', '}', '[', ',', ' ', '\n', 'Name = "n"\n', '1')),
        (parts) => {
          const { ads, tells, refused } = convert(parts.join(''));
          const without = [...refused.values()].reduce((sum, count) => sum + count, 0);
          expect(tells.length + without).to.equal(ads);
        },
      ),
      { numRuns: 500 },
    );
    const hostile = [
      (size: number) => `A = "${'\\"'.repeat(size)}`,
      (size: number) => `A = {${'"a",'.repeat(size)}`,
      (size: number) => `A = ${'{'.repeat(size)}`,
      (size: number) => `A${' '.repeat(size)}B = 1`,
      (size: number) => `${'A'.repeat(size)} = 1`,
      (size: number) => Array.from({ length: size / 10 }, (_, at) => `A${at} = 1`).join('\n'),
      (size: number) => 'Name = "a"\n\n'.repeat(size / 10),
      (size: number) => '='.repeat(size),
    ];
    for (const text of hostile) {
      const began = performance.now();
      readClassAds(text(100_000));
      convert(`Name = "a"\n${text(100_000)}`);
      expect(performance.now() - began, text(20)).to.be.below(30_000);
    }
  });

  it('leave out what is more than a document holds, and no more', () => {
    const many = Array.from({ length: 3_000 }, (_, at) => `Attribute${at} = "${'x'.repeat(30)}"`);
    const { tells, leftOut } = convert(`Name = "a"\nLong = "${'x'.repeat(9_000)}"\n${many.join('\n')}\n`);
    expect(tells[0]?.headers.length).to.be.greaterThan(900);
    expect(leftOut.get('Long: longer than a header may be')).to.equal(1);
    expect(leftOut.get('Attribute2999: more than a document holds')).to.equal(1);
  });
});
