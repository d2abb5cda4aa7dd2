import type { ClauseType, OtherType, Row } from '../grammar/vocabulary/row.ts';

/** The text of docs/sla-reference.md, made from the vocabulary alone. */
export function slaReferencePage(names: readonly Row[]): string {
  return [introduction, ...sections.map((section) => textOf(section, names))].join('\n');
}

const introduction = `# Names of the SLA language

<!-- Generated from grammar/vocabulary by \`npm run generate\`; edit the vocabulary instead. -->

The standard names of version 1.0. Any other name is a fact or a test about the teller, typed by its value. A name's
kind and subject never change once released. How values, tests and terms are written stands in [sla.md](sla.md).
`;

interface Section {
  readonly title: string;
  readonly sentence: string;
  readonly holds: (row: Row) => boolean;
}

const sections: readonly Section[] = [
  {
    title: 'The document itself',
    sentence:
      'Headers of the envelope, in the order in which they are printed. They are never facts or tests.',
    holds: ({ kind }) => kind === 'envelope',
  },
  { title: 'Terms', sentence: 'Rules of their own.', holds: ({ kind }) => kind === 'term' },
  {
    title: 'Amounts',
    sentence: 'What an Ask takes: in a Tell what is left for one slot, in an Ask a need.',
    holds: ({ kind }) => kind === 'amount',
  },
  {
    title: 'About the teller',
    sentence: 'Facts in a Tell, tests in an Ask.',
    holds: ({ kind, about }) => kind === 'clause' && about === 'teller',
  },
  {
    title: 'About the asker',
    sentence: 'Facts in an Ask, tests in a Tell.',
    holds: ({ about }) => about === 'asker',
  },
  {
    title: 'About a deal',
    sentence:
      'Known only in documents of a deal, from Offer to Bill; in all others these names are facts and tests like any.',
    holds: ({ kind }) => kind === 'deal',
  },
];

function textOf({ title, sentence, holds }: Section, names: readonly Row[]): string {
  const rows = names
    .filter(holds)
    .map(
      ({ name, type, sentence: says, example, repeats, kind }) =>
        `| \`${name}\` | ${typeWords[type]}${repeats && kind !== 'clause' ? ', may repeat' : ''} | ${says} | \`${cell(`${name}: ${example}`)}\` |`,
    );
  const head = ['| name | type | what it says | example |', '|---|---|---|---|'];
  return [`## ${title}`, '', sentence, '', ...head, ...rows, ''].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const typeWords: Readonly<Record<ClauseType | OtherType, string>> = {
  string: 'string',
  number: 'number',
  whole: 'whole number',
  bytes: 'bytes',
  duration: 'duration',
  frequency: 'frequency',
  rate: 'rate',
  version: 'version',
  timestamp: 'timestamp',
  seconds: 'timestamp, or seconds since 1970',
  money: 'money',
  language: 'version of the language',
  action: 'action',
  id: 'Id',
  boolean: 'true or false',
  word: 'word',
  text: 'text',
  address: 'address',
  names: 'names',
  versions: 'versions of the language',
  lifetime: 'duration or timestamp',
  expression: 'expression',
  price: 'sum of rates; in an Ask a test of one rate',
};
