import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { infogatherDoors } from '../../infogather/index.ts';
import { converseWith } from '../platform/doors/support.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { givenInfogather } from './support.ts';

/** One case of the language between nodes and infogather. */
interface Case {
  readonly name: string;
  readonly tell: string;
  readonly ask: string;
  readonly match: boolean;
  readonly order?: readonly string[];
}

const cases = readFileSync(new URL('../grammar/cases/cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)
  .filter(({ ask }) => ask?.startsWith('RESOURCE'));

/** The Tells of an answer as cases name them: by Application and Host. */
function tellsOf(answer: string): string[] {
  return answer
    .split('\n\n')
    .filter((document) => /^Action: Tell$/m.test(document))
    .map((document) => `${saidUnder(document, 'Application')} ${saidUnder(document, 'Host')}`);
}

function saidUnder(document: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(document)?.[1];
}

describe('the cases of the language, through the text door of infogather', () => {
  it('are three', () => {
    expect(cases).to.have.length(3);
  });

  for (const one of cases) {
    it(one.name, async () => {
      await using given = await givenInfogather();
      await using doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
      expect(await converseWith(doors.text, one.tell)).to.equal('');
      const answer = await converseWith(doors.text, one.ask);
      expect(tellsOf(answer).length > 0).to.equal(one.match);
      if (one.order !== undefined) expect(tellsOf(answer)).to.deep.equal(one.order);
    });
  }
});
