import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { marketDoors } from '../../market/index.ts';
import { converseWith } from '../platform/doors/support.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { givenMarket } from './support.ts';

/** One case of the language. */
interface Case {
  readonly name: string;
  /** A document by itself: refused, with each of the headers where it has some; or what it is in canonical text. */
  readonly document?: string;
  readonly headers?: readonly string[];
  readonly refused?: true;
  readonly line?: number;
  readonly column?: number;
  readonly canonical?: string;
}

/** One in which documents are told and one is asked. */
interface Asking extends Case {
  readonly tell: string;
  readonly ask: string;
  readonly match: boolean;
  readonly clauses?: readonly { readonly header: string; readonly verdict: 'yes' | 'no' | 'unsaid' }[];
  readonly order?: readonly string[];
  readonly ignored?: readonly string[];
  readonly because?: readonly string[];
  /** What it costs, by currency. */
  readonly estimate?: Readonly<Record<string, string>>;
}

const cases = readFileSync(new URL('../grammar/cases/cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);
const asking = cases.filter(isAsking).filter(({ ask }) => !ask.startsWith('RESOURCE'));

function isAsking(one: Case): one is Asking {
  return 'tell' in one;
}

/** What is refused, each text by itself. */
const refused = cases.flatMap(({ refused: isRefused, name, document = '', headers, line, column }) => {
  if (isRefused !== true) return [];
  const texts = headers?.map((header) => `${document.replace(/\n+$/, '\n')}${header}\n`) ?? [document];
  return texts.map((text) => ({ name, text, line, column }));
});
const canonical = cases.flatMap(({ name, document = '', canonical: text }) => {
  return text !== undefined && /^SLA-version: .*\nAction: Tell$/m.test(text)
    ? [{ name, document, text }]
    : [];
});

/** The Tells of an answer as cases name them: by Id, of version 0.1 by Application and Broker-IP. */
function tellsOf(answer: string): string[] {
  return answer
    .split('\n\n')
    .filter((document) => /^Action: Tell$/m.test(document))
    .map((document) => valuesOf(document, 'Id')[0] ?? oldName(document));
}

function oldName(document: string): string {
  return `${valuesOf(document, 'Application')[0]} ${valuesOf(document, 'Broker-IP')[0]}`;
}

function valuesOf(text: string, name: string): string[] {
  return Array.from(text.matchAll(new RegExp(`^${name}: (.*)$`, 'gm')), ([, value = '']) => value);
}

describe('the cases of the language, through the text door of the market', () => {
  for (const one of asking) {
    it(one.name, async () => {
      await using given = await givenMarket();
      await using doors = await openDoors(marketDoors(given.market, answerLimits));
      const say = (text: string) => converseWith(doors.text, text.replace(/^\uFEFF/, ''));
      const told = await converseWith(doors.text, one.tell);
      expect(told).to.not.match(/# error|Action: Decline/);
      const answer = await converseWith(doors.text, one.ask);
      expect(answer).to.not.match(/# error|Action: Decline/);
      expect(tellsOf(answer).length > 0).to.equal(one.match);
      if (one.order !== undefined) expect(tellsOf(answer)).to.deep.equal(one.order);
      if (one.ignored !== undefined && one.match)
        expect(valuesOf(answer, 'Ignored')).to.have.members([...one.ignored]);
      for (const [currency, amount] of Object.entries(one.estimate ?? {})) {
        const within = async (budget: string) => {
          const ask = one.ask.replaceAll(/^Budget: .*\n/gm, '');
          return tellsOf(await say(`${ask}Budget: ${budget} ${currency}\n`)).length > 0;
        };
        expect(await within(amount)).to.equal(true);
        if (amount !== '0') expect(await within(justBelow(amount)), currency).to.equal(false);
      }
      if (!/1\.[0-9]+/.test(one.ask.slice(0, 20))) return;
      const because = await say(one.ask.replace(/^Action: Ask$/m, 'Action: Why'));
      for (const { header, verdict } of one.clauses ?? []) {
        const counts = valuesOf(because, 'Clause').find((line) => line.startsWith(`${header} -> `));
        // Of a clause that several Tells are counted for, the first is among them.
        expect(counts, header).to.match(new RegExp(` [1-9][0-9]* ${verdict}\\b`));
      }
      if (one.because !== undefined) {
        expect(because.trimEnd().split('\n').filter(isCounted)).to.deep.equal(one.because);
      }
    });
  }

  for (const [index, { name, text, line, column }] of refused.entries()) {
    it(`refuses (${index + 1}): ${name}`, async () => {
      await using given = await givenMarket();
      await using doors = await openDoors(marketDoors(given.market, answerLimits));
      const answer = await converseWith(doors.text, text);
      const [first] = answer.split('\n');
      expect(first).to.match(/^# error: /);
      if (line !== undefined) expect(first).to.contain(`line ${line}, `);
      if (column !== undefined) expect(first).to.contain(`column ${column}:`);
      expect(answer).to.not.match(/^Action: /m);
    });
  }

  for (const { name, document, text } of canonical) {
    it(`passes on: ${name}`, async () => {
      await using given = await givenMarket();
      await using doors = await openDoors(marketDoors(given.market, answerLimits));
      await converseWith(doors.text, document);
      const answer = await converseWith(doors.text, 'SLA-version: 1.0\nAction: Ask\nWalltime: 1 min\n');
      expect(answer.split('\n\n')[0]).to.equal(text.trimEnd());
    });
  }
});

/** The next smaller amount that can be said. */
function justBelow(amount: string): string {
  const [whole = '', part = ''] = amount.split('.');
  const digits = `${BigInt(whole + part.padEnd(9, '0')) - 1n}`.padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** Of a report what a case tells: suggestions stand beside it. */
function isCounted(line: string): boolean {
  return /^(Matched|Ignored|Clause|Refused-by|Note): /.test(line);
}
