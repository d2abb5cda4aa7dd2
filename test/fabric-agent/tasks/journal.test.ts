import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Journal, openJournal } from '../../../fabric-agent/tasks/journal.ts';
import { linesOf, readRecords } from '../../../fabric-agent/tasks/journal-lines.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';

/** What a name was set to last. */
interface Pair {
  readonly name: string;
  readonly value: string | null;
}

describe('the journal', () => {
  let folder: string;
  let file: string;
  let journal: Journal<Pair> | undefined;
  const state = new Map<string, string>();
  let changes: boolean[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-journal-'));
    file = join(folder, 'journal');
    state.clear();
    changes = [];
  });

  afterEach(async () => {
    await journal?.close();
    journal = undefined;
    await rm(folder, { recursive: true });
  });

  async function open(compactBytes = 1e6): Promise<readonly Pair[]> {
    await journal?.close();
    const opened = await openJournal<Pair>({
      file,
      snapshot: () => Array.from(state, ([name, value]) => ({ name, value })),
      compactBytes,
      retryMs: 10,
      changed: () => void changes.push(journal!.failing),
      clock: systemClock,
      log: silentLog,
    });
    journal = opened.journal;
    return opened.records;
  }

  /** Notes it, as whoever appends does first, and writes it. */
  function put(name: string, value: string | null): Promise<void> {
    note(state, { name, value });
    return journal!.append({ name, value });
  }

  it('gives what was appended to whoever opens it next, in order', async () => {
    await open();
    await Promise.all([put('a', '1'), put('b', 'Skåne \u{1F30D}\n"'), put('a', null)]);
    await put('c', '2');
    expect(await open()).to.deep.equal([
      { name: 'a', value: '1' },
      { name: 'b', value: 'Skåne \u{1F30D}\n"' },
      { name: 'a', value: null },
      { name: 'c', value: '2' },
    ]);
  });

  it('has on the disk what it says is there, and all before it', async () => {
    await open();
    const first = put('a', '1');
    await put('b', '2');
    const { records } = readRecords<Pair>(await readFile(file));
    expect(records.map(({ name }) => name)).to.deep.equal(['a', 'b']);
    await first;
  });

  it('cut at any byte gives whole records from the beginning, and goes on from there', async () => {
    await open();
    for (const name of ['a', 'b', 'c']) await put(name, `${name} å`);
    await journal!.close();
    const whole = await readFile(file);
    const ends = [...whole].flatMap((byte, at) => (byte === 0x0a ? [at + 1] : []));
    for (let length = 0; length <= whole.length; length += 1) {
      await writeFile(file, whole.subarray(0, length));
      const kept = await open();
      expect(kept).to.have.length(ends.filter((end) => end <= length).length);
      await put('z', String(length));
      const again = await open();
      expect(again.slice(0, -1)).to.deep.equal(kept);
      expect(again.at(-1)).to.deep.equal({ name: 'z', value: String(length) });
    }
  });

  it('believes nothing from a damaged byte on', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (where, change) => {
        const bytes = Buffer.from(sample);
        const at = where % bytes.length;
        bytes[at] = bytes[at]! ^ change;
        const { records, goodBytes } = readRecords<Pair>(bytes);
        const whole = readRecords<Pair>(Buffer.from(sample));
        expect(whole.records).to.have.length(2);
        expect(goodBytes).to.be.at.most(at);
        expect(records).to.deep.equal(whole.records.slice(0, records.length));
      }),
    );
  });

  it('is written anew when it has grown, and says the same', async () => {
    await open(500);
    for (let turn = 0; turn < 100; turn += 1) await put(`n${turn % 3}`, `value ${turn}`);
    expect((await readFile(file)).length).to.be.below(1500);
    const read = new Map<string, string>();
    for (const pair of await open(500)) note(read, pair);
    expect(read).to.deep.equal(state);
  });

  it('equals a plain model under any sequence of records, turns and openings', async () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.option(fc.string()) }),
      },
      { weight: 1, arbitrary: fc.constant('open' as const) },
      { weight: 2, arbitrary: fc.constant('turn' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await journal?.close();
        journal = undefined;
        await rm(file, { force: true });
        state.clear();
        await open(300);
        let last: Promise<void> = Promise.resolve();
        for (const one of steps) {
          if (one === 'open') {
            const read = new Map<string, string>();
            for (const pair of await open(300)) note(read, pair);
            expect(read).to.deep.equal(state);
          } else if (one === 'turn') await last;
          else last = put(one.name, one.value);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('promises nothing while it cannot be written, and keeps all of it until it can', async () => {
    await open(0);
    // Where it is to be written anew stands what is no file.
    await mkdir(`${file}.next`);
    let told = false;
    const written = put('a', '1').then(() => {
      told = true;
    });
    const more = put('b', '2');
    while (!journal!.failing) await new Promise((resolve) => setImmediate(resolve));
    expect(told).to.equal(false);
    await rmdir(`${file}.next`);
    await Promise.all([written, more]);
    expect(changes).to.deep.equal([true, false]);
    expect(await open()).to.deep.equal([
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ]);
  });

  it('that is closed while it cannot be written has promised nothing', async () => {
    await open(0);
    await mkdir(`${file}.next`);
    let told = false;
    void put('a', '1').then(() => {
      told = true;
    });
    while (!journal!.failing) await new Promise((resolve) => setImmediate(resolve));
    await journal!.close();
    expect(told).to.equal(false);
    expect(await open()).to.deep.equal([]);
  });
});

describe('the lines of the journal', () => {
  const file = fc.record({
    path: fc.string(),
    bytes: fc.nat(),
    mark: fc.option(fc.boolean(), { nil: undefined }),
  });
  /** Lists that are written whole, and lists that are written in parts. */
  const list = fc
    .tuple(file, fc.constantFrom(0, 1, 500, 501, 1200))
    .map(([one, count]) => Array(count).fill(one));
  const record = fc.record({
    task: fc.string(),
    event: fc.record({ result: fc.record({ list, rest: list }) }),
  });

  it('say what the records say, however long, and are the same in whatever parts they are made', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(record, fc.jsonValue()), { maxLength: 4 }), (records) => {
        const bytes = Buffer.concat([...wholeOf(records)]);
        const texts = records.map((one) => JSON.stringify(one));
        expect(readRecords(bytes).records).to.deep.equal(texts.map((text) => JSON.parse(text)));
        expect(bytes.toString()).to.equal(texts.map(lineOf).join(''));
      }),
    );
  });

  it('are made in many short steps, however long the list that one holds', () => {
    const outputs = Array.from({ length: 100_000 }, (_, number) => ({
      path: `out/${number}`,
      bytes: number,
    }));
    const steps = [...linesOf([{ event: { outputs } }])];
    expect(steps.length).to.be.above(100);
  });
});

function wholeOf(records: readonly unknown[]): Buffer[] {
  const work = linesOf(records);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function lineOf(text: string): string {
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

/** Two lines as another program would write them. */
const sample = ['{"name":"a","value":"1"}', '{"name":"b","value":"2"}'].map(lineOf).join('');

function note(state: Map<string, string>, { name, value }: Pair): void {
  if (value === null) state.delete(name);
  else state.set(name, value);
}
