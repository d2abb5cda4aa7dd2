import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobAt, BlobsClient } from '../../client/index.ts';
import type { Bench, Figure } from '../harness/bench.ts';
import { compareInRounds, type Side } from '../harness/rounds.ts';
import { Service } from '../harness/service.ts';

const MiB = 2 ** 20;

/** The file whose way is measured, and the one by which it is seen what memory it takes. */
const sizes = {
  whole: { pieceBytes: 16 * MiB, largeBytes: 2_048 * MiB },
  quick: { pieceBytes: 4 * MiB, largeBytes: 128 * MiB },
};

/** Nobody listens there: the broker has nobody to ask and to tell. */
const nowhere = 'http://127.0.0.1:9';

/** Files on their way to a broker and back, beside a loop that reads, hashes and writes the same bytes. */
export const stagingBench: Bench = {
  name: 'dispatch-staging',
  says: 'MiB of files brought over, checked and on the disk',
  async run(context) {
    const { pieceBytes, largeBytes } = context.quick ? sizes.quick : sizes.whole;
    const data = join(context.folder, 'broker');
    await mkdir(data);
    const set = [`client.infogather-url=${nowhere}`, `client.market-url=${nowhere}`];
    const begin = () => Service.start({ name: 'broker', data, set });
    const files = new Files(context.folder);
    context.say(`one file of ${largeBytes / MiB} MiB`);
    const kept: { at?: BlobAt } = {};
    const figures: Figure[] = [];
    // Each as the first thing that a broker does.
    {
      await using cold = await begin();
      const file = await files.next(largeBytes);
      const what = `memory beyond what the broker began with: a file of ${largeBytes / MiB} MiB sent`;
      figures.push(
        await grown(cold, what, async () => {
          kept.at = await clientOf(cold).upload(file);
        }),
      );
    }
    await using broker = await begin();
    const client = clientOf(broker);
    const fetchIt = () => client.download(kept.at!, join(context.folder, 'fetched'));
    figures.push(await grown(broker, 'the same: that file fetched', fetchIt));
    const sent: BlobAt[] = [];
    const upload: Side = {
      what: 'sent to the broker',
      run: (windowMs) =>
        rate(windowMs, pieceBytes, async () => sent.push(await client.upload(await files.next(pieceBytes)))),
    };
    const download: Side = {
      what: 'fetched from the broker',
      run: (windowMs) =>
        rate(windowMs, pieceBytes, () => client.download(sent[0]!, join(context.folder, 'fetched'))),
    };
    const loop: Side = {
      what: 'read, hashed, written, synced',
      run: (windowMs) =>
        rate(windowMs, pieceBytes, async () =>
          copied(await files.next(pieceBytes), join(context.folder, 'copied')),
        ),
    };
    const comparisons = await compareInRounds(
      [
        { measured: upload, beside: loop },
        { measured: download, beside: loop },
      ],
      context,
    );
    return { comparisons, figures };
  },
};

function clientOf({ http }: Service): BlobsClient {
  return new BlobsClient({
    url: `http://${http.host}:${http.port}`,
    fetch: (to, options) => fetch(to, options),
  });
}

/** How many MiB a second went, a piece after the other. */
async function rate(windowMs: number, pieceBytes: number, bring: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  let pieces = 0;
  while (performance.now() < begun + windowMs) {
    await bring();
    pieces += 1;
  }
  return (pieces * pieceBytes) / MiB / ((performance.now() - begun) / 1_000);
}

/** The most that a service holds while something is done, beyond what it held before. */
async function grown(service: Service, what: string, work: () => Promise<void>): Promise<Figure> {
  const before = await service.residentMiB();
  await service.forgetPeak();
  await work();
  return { what, value: (await service.peakMiB()) - before, unit: 'MiB' };
}

async function copied(from: string, to: string): Promise<void> {
  await using source = await open(from);
  await using target = await open(to, 'w');
  const hash = createHash('sha256');
  for await (const chunk of source.createReadStream({ autoClose: false })) {
    hash.update(chunk);
    await target.writeFile(chunk);
  }
  await target.sync();
  hash.digest();
}

/** Files that no broker has seen: what they begin with differs, and the rest is a hole. */
class Files {
  readonly #folder: string;
  #count = 0;
  #last: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes one, and removes the one before. */
  async next(bytes: number): Promise<string> {
    if (this.#last !== undefined) await rm(this.#last);
    this.#count += 1;
    this.#last = join(this.#folder, `file-${this.#count}`);
    await using file = await open(this.#last, 'w');
    await file.write(`this is file ${this.#count}`);
    await file.truncate(bytes);
    return this.#last;
  }
}
