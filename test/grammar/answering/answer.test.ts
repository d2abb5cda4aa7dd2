import { expect } from 'chai';
import {
  answerTo,
  type Document1,
  DocumentReader,
  document1Of,
  finish,
  Matcher,
  partyOf,
  reportOn,
  Supply,
} from '../../../grammar/index.ts';

function document(action: string, id: string, ...lines: readonly string[]): Document1 {
  const headers = lines.map((line) => {
    const [name = '', value = ''] = line.split(': ', 2);
    return { name, value };
  });
  const said = { 'SLA-version': '1.0', Action: action, Id: id };
  return document1Of([...Object.entries(said).map(([name, value]) => ({ name, value })), ...headers]);
}

/** What answers an Ask of these headers where two Tells stand, or reports on it. */
function given(...headers: readonly string[]) {
  const supply = new Supply();
  for (const [id, cpus] of [
    ['small', 4],
    ['large', 8],
  ]) {
    const tell = document('Tell', `${id}`, 'Broker-IP: 127.0.0.1:1', `Cpus: ${cpus}`);
    supply.add(partyOf(tell));
  }
  const ask = document('Ask', 'a1', ...headers);
  const matcher = new Matcher(partyOf(ask), supply);
  const suggesting = { reader: new DocumentReader(), most: 20 };
  const text = ({ name, value }: { name: string; value: string }) => `${name}: ${value}`;
  return {
    answer() {
      using snapshot = supply.snapshot();
      const { rows, matched, because } = finish(answerTo(ask, matcher, snapshot, suggesting));
      return { rows, matched, because: because.map(text) };
    },
    report() {
      using snapshot = supply.snapshot();
      return finish(reportOn(ask, matcher, snapshot, suggesting)).map(text);
    },
  };
}

describe('what answers an Ask', () => {
  it('is the Tells that match, with how many do, and which promises are left out', () => {
    expect(given('Cpus: 8', 'Deadline: 2027-01-01').answer()).to.deep.equal({
      rows: [1],
      matched: 1,
      because: ['Matched: 1 of 2', 'Ignored: Deadline'],
    });
    expect(given('Cpus: 1', 'Limit: 0').answer()).to.deep.equal({
      rows: [],
      matched: 2,
      because: ['Matched: 2 of 2'],
    });
  });

  it('is why, where no Tell matches, or none together carry the Count', () => {
    const none = given('Cpus: 16');
    expect(none.answer().because).to.deep.equal(none.report());
    const few = given('Cpus: 4', 'Count: 4');
    expect(few.answer()).to.deep.equal({ rows: [], matched: 2, because: few.report() });
    expect(few.report()[0]).to.equal('Matched: 2 of 2');
  });

  it('suggests as many slots as there are, however the Ask spells its Count', () => {
    for (const count of ['4', '04']) {
      const suggested = given('Cpus: 4', `Count: ${count}`)
        .report()
        .filter((line) => line.startsWith('Suggest: '));
      expect(suggested, count).to.include('Suggest: Count: 3 -> 2 matches');
    }
  });

  it('is for what asks or tells alone', () => {
    expect(() => partyOf(document('Untell', 'a1'))).to.throw(TypeError, /Action Untell/);
  });
});
