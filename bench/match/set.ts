import { readFile } from 'node:fs/promises';
import { type Document1, DocumentReader, diagnosticLines, type Party } from '../../grammar/index.ts';

/** What answers a request: how many match, the Id of the best (empty without one), and its Rank where that is known. */
export interface Answered {
  readonly matches: number;
  readonly best: string;
  readonly rank?: number;
}

/** What libclassad answered for one request. */
interface Expected {
  readonly request: number;
  readonly matches: number;
  readonly best: string;
  readonly rank: number | null;
}

/** How many requests libclassad answered against so many machines: file `expected-REQUESTSxMACHINES.jsonl`. */
const expectedFiles: ReadonlyMap<number, string> = new Map([
  [1_000, 'expected-1000x1k.jsonl'],
  [10_000, 'expected-100x10k.jsonl'],
  [100_000, 'expected-20x100k.jsonl'],
]);

/** Ranks are doubles of another library, printed with ten digits. */
const closeEnough = 1e-9;

/** Throws where an answer over so many machines is not that of libclassad; resolves with how many were compared. */
export async function checkAnswers(
  machines: number,
  answer: (request: number) => Answered | Promise<Answered>,
): Promise<number> {
  const name = expectedFiles.get(machines);
  if (name === undefined) return 0;
  const lines = (await readFile(new URL(name, import.meta.url), 'utf8')).trim().split('\n');
  for (const line of lines) {
    const { request, matches, best, rank } = JSON.parse(line) as Expected;
    const found = await answer(request);
    const isSameRank =
      rank === null ||
      best === '' ||
      found.rank === undefined ||
      Math.abs(found.rank - rank) <= closeEnough * Math.abs(rank);
    if (found.matches !== matches || found.best !== best || !isSameRank) {
      const [ours, theirs] = [JSON.stringify(found), JSON.stringify({ matches, best, rank })];
      throw new Error(`request ${request} of ${machines} machines: ${ours}, and not ${theirs}`);
    }
  }
  return lines.length;
}

/** Reads documents of version 1.0 that are right, one after another, and remembers as a door does. */
export class SetReader {
  readonly #reader = new DocumentReader();

  document(text: string): Document1 {
    const [reading] = this.#reader.readText(text);
    if (reading === undefined || !('document' in reading)) {
      throw new Error(reading === undefined ? 'no document' : diagnosticLines(reading.diagnostics) + text);
    }
    if (!('envelope' in reading.document)) throw new Error(`this is not of version 1.0: ${text}`);
    return reading.document;
  }

  party(text: string): Party {
    const { party } = this.document(text);
    if (party === undefined) throw new Error(`this neither tells nor asks: ${text}`);
    return party;
  }
}
