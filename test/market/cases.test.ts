import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { marketDoors } from '../../market/index.ts';
import { converseWith } from '../platform/doors/support.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { givenMarket } from './support.ts';

/** One case of the language in which documents are told and one is asked. */
interface Case {
  readonly name: string;
  readonly tell: string;
  readonly ask: string;
  readonly match: boolean;
  readonly clauses?: readonly { readonly header: string; readonly verdict: 'yes' | 'no' | 'unsaid' }[];
  readonly order?: readonly string[];
  readonly ignored?: readonly string[];
  readonly because?: readonly string[];
}

const cases = readFileSync(new URL('../grammar/cases/cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)
  .filter(({ tell, ask }) => tell !== undefined && !ask.startsWith('RESOURCE'));

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
  for (const one of cases) {
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
        expect(valuesOf(answer, 'Ignored')).to.include.members([...one.ignored]);
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
});

/** Of a report what a case tells: suggestions stand beside it. */
function isCounted(line: string): boolean {
  return /^(Matched|Ignored|Clause|Refused-by|Note): /.test(line);
}
