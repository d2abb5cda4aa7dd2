import { expect } from 'chai';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { answer, ask, counting, openLanguageDoors, tell } from './support.ts';

const jsonAsk = (application: string) =>
  JSON.stringify({ 'SLA-version': '0.1', Action: 'Ask', Application: application });

describe('the language over WebSocket', () => {
  it('answers each frame by one that has its number: a Tell by an ack, an Ask by documents', async () => {
    await using doors = await openLanguageDoors(counting);
    expect(await doors.frames('/service/ws', [tell, ask(2), ask(0), tell])).to.deep.equal([
      { frame: 1, ack: true },
      { frame: 2, documents: [answer(2, 1), answer(2, 2)] },
      { frame: 3, documents: [] },
      { frame: 4, ack: true },
    ]);
    expect(await doors.frames('/service/ws', [tell]), 'each connection counts anew').to.deep.equal([
      { frame: 1, ack: true },
    ]);
  });

  it('acknowledges a Tell after its commit, and answers in the order of the questions', async () => {
    const order: string[] = [];
    const slow = Promise.withResolvers<void>();
    await using doors = await openLanguageDoors(async (document, sender, text) => {
      order.push(`begin ${document.action}`);
      if (document.action === 'Ask') slow.resolve();
      await slow.promise;
      order.push(`end ${document.action}`);
      return counting(document, sender, text);
    });
    const answers = await doors.frames('/service/ws', [tell, ask(1)]);
    expect(order).to.deep.equal(['begin Tell', 'begin Ask', 'end Tell', 'end Ask']);
    expect(answers.map((one) => (one as { frame: number }).frame)).to.deep.equal([1, 2]);
  });

  it('answers JSON in JSON', async () => {
    await using doors = await openLanguageDoors(counting);
    expect(await doors.frames('/service/ws', [jsonAsk('1'), `  ${jsonAsk('0')}`])).to.deep.equal([
      {
        frame: 1,
        documents: [
          { 'SLA-version': '0.1', Action: 'Tell', Application: '1', 'Broker-IP': '193.10.66.141:1' },
        ],
      },
      { frame: 2, documents: [] },
    ]);
  });

  it('answers what it refuses by a problem, and goes on', async () => {
    await using doors = await openLanguageDoors(async (document, sender, text) => {
      if (document.action === 'Tell') throw new Refusal(failure('market-full', 'there is no room', 'wait'));
      return counting(document, sender, text);
    });
    const questions = [tell, 'Action: Ask\n', '{', '', '[', '[]', ask(1)];
    const answers = await doors.frames('/service/ws', questions);
    const problems = answers.map((one) => (one as { problem?: { code: string; status: number } }).problem);
    expect(answers[0]).to.deep.equal({
      frame: 1,
      problem: { code: 'market-full', status: 503, detail: 'there is no room', next: 'wait' },
    });
    expect(problems.map((one) => one?.code)).to.deep.equal([
      'market-full',
      ...Array.from({ length: 5 }, () => 'document-refused'),
      undefined,
    ]);
    expect(answers.at(-1)).to.deep.equal({ frame: 7, documents: [answer(1, 1)] });
  });

  it('lets the event loop go round while it makes a long answer', async () => {
    let [turns, isOver] = [0, false];
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    const madeAt: number[] = [];
    const headers = [{ name: 'SLA-version', value: '1.0' }];
    const reply = {
      get headers() {
        madeAt.push(turns);
        return headers;
      },
    };
    await using doors = await openLanguageDoors(async () => {
      setImmediate(count);
      return Array.from({ length: 200 }, () => reply);
    });
    await doors.frames('/service/ws', [ask(1)]);
    isOver = true;
    expect(madeAt).to.have.length(200);
    expect(new Set(madeAt).size).to.be.at.least(3);
  });

  it('closes, with a code and without a word of the reason, where the service has a fault', async () => {
    await using doors = await openLanguageDoors(async () => {
      throw new Error('the secret of the house');
    });
    const closed = await doors.frames('/service/ws', [tell]).catch((error: Error) => error.message);
    expect(closed).to.match(/1011/).and.not.to.include('secret');
  });
});
