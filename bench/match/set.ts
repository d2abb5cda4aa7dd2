import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Party } from '../../grammar/documents/model.ts';
import { readAnyDocument } from '../../grammar/documents/read.ts';
import { diagnosticLines, scan } from '../../grammar/index.ts';
import { finish, Matcher, Supply } from '../../grammar/matching/index.ts';
import { type Ad, askOf, tellOf } from './documents.ts';

/** What libclassad answered for one request. */
interface Expected {
  readonly request: number;
  readonly matches: number;
  readonly best: string;
  readonly rank: number | null;
}

/** Writes the ads of the set to a folder. */
export async function generate(folder: string): Promise<void> {
  const generator = fileURLToPath(new URL('generate.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [generator, folder]);
}

export async function requestsOf(folder: string): Promise<Party[]> {
  const lines = await readFile(`${folder}/requests-1k.jsonl`, 'utf8');
  return lines
    .trim()
    .split('\n')
    .map((line, number) => partyOf(askOf(JSON.parse(line) as Ad, number)));
}

export async function adsOf(folder: string, machines: string): Promise<Ad[]> {
  const ads: Ad[] = [];
  const lines = createInterface({ input: createReadStream(`${folder}/machines-${machines}.jsonl`) });
  for await (const line of lines) if (line !== '') ads.push(JSON.parse(line) as Ad);
  return ads;
}

export function supplyOf(ads: readonly Ad[]): Supply {
  const supply = new Supply();
  for (const ad of ads) supply.add(partyOf(tellOf(ad)));
  return supply;
}

/** Throws where an answer is not that of libclassad: how many match, the best of them, and its Rank. */
export async function checkAnswers(size: string, asks: readonly Party[], supply: Supply): Promise<number> {
  const file = new URL(`expected-${size}.jsonl`, import.meta.url);
  const expected = (await readFile(file, 'utf8')).trim().split('\n');
  for (const line of expected) {
    const { request, matches, best, rank } = JSON.parse(line) as Expected;
    const ask = asks[request];
    if (ask === undefined) throw new Error(`there is no request ${request}`);
    const matcher = new Matcher(ask, supply);
    const { rows, matched } = finish(matcher.answer());
    const [row] = rows;
    const found = row === undefined ? '' : supply.idOf(row);
    const foundRank = row === undefined ? undefined : matcher.rank(row);
    const isSame =
      rank === null ||
      row === undefined ||
      foundRank === rank ||
      Math.abs(Number(foundRank) - rank) <= 1e-9 * Math.abs(rank);
    if (matched !== matches || found !== best || !isSame) {
      throw new Error(
        `${size}, request ${request}: ${matched} ${found} ${foundRank}, and not ${matches} ${best} ${rank}`,
      );
    }
  }
  return expected.length;
}

function partyOf(text: string): Party {
  const [framed] = scan(text);
  const reading = framed && readAnyDocument(framed);
  if (reading === undefined || !('document' in reading)) {
    throw new Error(reading === undefined ? 'no document' : diagnosticLines(reading.diagnostics) + text);
  }
  const party = 'envelope' in reading.document ? reading.document.party : undefined;
  if (party === undefined) throw new Error(`no party: ${text}`);
  return party;
}
