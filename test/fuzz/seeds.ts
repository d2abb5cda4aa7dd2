import { readFileSync } from 'node:fs';
import { bytesOf, golden } from '../hostile/golden.ts';

interface Case {
  readonly document?: string;
  readonly documents?: readonly string[];
  readonly headers?: readonly string[];
  readonly tell?: string;
  readonly ask?: string;
}

/** More than a seed of the corpus needs; longer ones teach nothing that shorter ones do not, and cost much. */
const mostCharacters = 2000;

const cases = readFileSync(new URL('../grammar/cases/cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

/** Documents that are good, bad, and good in what they mean: the cases of the language and the bad documents. */
export const seeds: readonly string[] = [
  ...cases.flatMap(({ document, documents = [], headers = [], tell, ask }) => [
    ...[document, tell, ask].filter((text) => text !== undefined),
    ...documents,
    ...headers.map((header) => `${document?.replace(/\n+$/, '\n') ?? ''}${header}\n`),
  ]),
  ...golden.filter(({ json }) => json === undefined).map((one) => new TextDecoder().decode(bytesOf(one))),
].filter((text) => text.length <= mostCharacters);

/** The values of their headers. */
export const seedValues: readonly string[] = [
  ...new Set(
    seeds.flatMap((text) =>
      [...text.matchAll(/^[A-Za-z][^:\n]*:[ \t]*(.+)$/gm)].map(([, value = '']) => value.trim()),
    ),
  ),
];
