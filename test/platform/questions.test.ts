import { expect } from 'chai';
import { Questions } from '../../platform/questions.ts';
import { ManualClock } from '../support/clock.ts';

describe('questions over a line', () => {
  const { signal } = new AbortController();
  const late = () => new Error('too late');
  const reasonOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'answered',
      (error: Error) => error.message,
    );

  it('are answered by their numbers, in any order, each once', async () => {
    const questions = new Questions<string>(new ManualClock());
    const sent: number[] = [];
    const ask = () => questions.ask((number) => sent.push(number), { withinMs: 10, late, signal });
    const all = [ask(), ask(), ask()];
    for (const number of sent.toReversed()) questions.answered(number, `to ${number}`);
    questions.answered(sent[0]!, 'to it again');
    questions.answered(99, 'to nobody');
    expect(await Promise.all(all)).to.deep.equal(sent.map((number) => `to ${number}`));
  });

  it('are waited for no longer than they may be, nor once nobody wants to know, nor once the line is gone', async () => {
    const clock = new ManualClock();
    const questions = new Questions<string>(clock);
    const gone = new AbortController();
    const slow = questions.ask(() => {}, { withinMs: 10, late, signal });
    const unwanted = questions.ask(() => {}, { withinMs: 50, late, signal: gone.signal });
    const lost = questions.ask(() => {}, { withinMs: 50, late, signal });
    const reasons = Promise.all([slow, unwanted, lost].map(reasonOf));
    await clock.advance(10);
    gone.abort(new Error('nobody wants it'));
    questions.fail(new Error('the line broke'));
    expect(await reasons).to.deep.equal(['too late', 'nobody wants it', 'the line broke']);
    const unasked = questions.ask(() => expect.fail('it was sent'), {
      withinMs: 1,
      late,
      signal: gone.signal,
    });
    expect(await reasonOf(unasked)).to.equal('nobody wants it');
  });
});
