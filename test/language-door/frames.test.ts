import { once } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import type { Document1 } from '../../grammar/index.ts';
import type { Receiver } from '../../language-door/receiver.ts';
import { declined, written } from '../../language-door/reply.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type AnswerFrame, frameDocuments } from '../../protocol/frames.ts';
import { answer, ask, counting, openLanguageDoors, tell } from './support.ts';

const tell1 = (id: string, more = '') =>
  `SLA-version: 1.0\nAction: Tell\nId: ${id}\nBroker-IP: 193.10.66.141:7685\nCpus: 8\n${more}`;
const ack1 = (id: string) => `SLA-version: 1.0\nAction: Ack\nIn-reply-to: ${id}\n`;
const json = (application: string) => ({ 'SLA-version': '0.1', Action: 'Ask', Application: application });

/** Answers what is of version 1.0 by an Ack, after a while, and an Ask of `no` by a Refusal. */
const both: Receiver = async (document, sender, text) => {
  if ('envelope' in document) {
    await new Promise(setImmediate);
    return [written('Ack', { language: document.language, id: document.envelope.id })];
  }
  if (document.language === 'SLA' && document.application === 'no')
    throw new Refusal(failure('market-full', 'there is no room'));
  return counting(document, sender, text);
};

/** What comes over a WebSocket of its own until there are so many frames. */
async function heard(url: string, questions: readonly string[], count: number): Promise<unknown[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/service/ws`);
  await once(socket, 'open');
  const { promise, resolve } = Promise.withResolvers<void>();
  const came: unknown[] = [];
  socket.on('message', (data) => {
    if (came.push(JSON.parse(String(data))) === count) resolve();
  });
  for (const question of questions) socket.send(question);
  await promise;
  socket.terminate();
  return came;
}

describe('a frame of several documents', () => {
  it('is answered by one frame, in which each has an answer of its own', async () => {
    await using doors = await openLanguageDoors(both);
    const several = `\n# told by hand\n\n${tell}\n \t\r\n# and then\n${ask(2)}\n${tell1('a')}\n\n${ask(0)}\n\n`;
    expect(await doors.frames('/service/ws', [tell, several, ask(1)])).to.deep.equal([
      { frame: 1, ack: true },
      {
        frame: 2,
        answers: [
          { ack: true },
          { documents: [answer(2, 1), answer(2, 2)] },
          { documents: [ack1('a')] },
          { documents: [] },
        ],
      },
      { frame: 3, documents: [answer(1, 1)] },
    ]);
  });

  it('is in JSON an array, also where it has one', async () => {
    await using doors = await openLanguageDoors(both);
    const one = { 'SLA-version': '0.1', Action: 'Tell', Application: '1', 'Broker-IP': '193.10.66.141:1' };
    const frames = [[json('1'), json('0')], [json('1')], [7, json('1')]].map((all) => JSON.stringify(all));
    const deep = `[{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}},${JSON.stringify(json('1'))}]`;
    const [two, alone, ...bad] = (await doors.frames('/service/ws', [...frames, deep])) as AnswerFrame[];
    expect(two).to.deep.equal({ frame: 1, answers: [{ documents: [one] }, { documents: [] }] });
    expect(alone).to.deep.equal({ frame: 2, answers: [{ documents: [one] }] });
    for (const { answers } of bad) {
      expect(answers?.[0]?.problem?.code).to.equal('document-refused');
      expect(answers?.[1]).to.deep.equal({ documents: [one] });
    }
  });

  it('has what is wrong with one of them said of that one, by the lines of the frame', async () => {
    await using doors = await openLanguageDoors(both);
    const wrong = [ask('no'), 'SLA-version: 0.1\nAction: Ask\n', 'Hello\n', tell1('w', 'Memroy: 8 GiB\n')];
    const frame = [wrong[2], tell1('a'), ...wrong, tell1('b')].join('\n');
    const [{ answers = [] }] = (await doors.frames('/service/ws', [frame])) as [AnswerFrame];
    const said = answers.map(({ documents, problem, warnings }) => [
      documents?.length ?? problem?.code,
      (problem?.detail ?? warnings?.join() ?? '').match(/line \d+/)?.[0],
    ]);
    expect(said).to.deep.equal([
      ['document-refused', 'line 1'],
      [1, undefined],
      ['market-full', undefined],
      ['document-refused', 'line 13'],
      ['document-refused', 'line 16'],
      [1, 'line 23'],
      [1, undefined],
    ]);
  });

  it('of more than it may hold is refused as a whole, before anything of it is begun', async () => {
    let begun = 0;
    await using doors = await openLanguageDoors(async (document, sender, text) => {
      begun += 1;
      return both(document, sender, text);
    });
    const objects = (count: number) => JSON.stringify(Array.from({ length: count }, () => json('0')));
    const texts = (count: number) => Array.from({ length: count }, () => ask(0)).join('\n');
    const most = frameDocuments;
    const frames = [texts(most + 1), objects(most + 1), texts(most), objects(most)];
    const answers = (await doors.frames('/service/ws', frames)) as AnswerFrame[];
    expect(answers.map(({ problem, answers }) => problem?.code ?? answers?.length)).to.deep.equal([
      'too-many-documents',
      'too-many-documents',
      most,
      most,
    ]);
    expect(begun).to.equal(2 * most);
  });

  it('is answered as the same documents one by one', async () => {
    await using doors = await openLanguageDoors(both);
    const document = fc.constantFrom(
      ...[tell, ask(0), ask(2), ask('no'), tell1('a'), tell1('b', 'Memroy: 8 GiB\n')],
      ...['SLA-version: 0.1\nAction: Ask\n', 'SLA-version: 1.0\nAction: Tell\nId: c\n', 'SLA-version: 3.0\n'],
    );
    const frame = fc.array(document, { minLength: 1, maxLength: 8 });
    const withoutLines = (said: unknown) => JSON.parse(JSON.stringify(said).replaceAll(/line \d+/g, 'line'));
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const together = (await doors.frames(
          '/service/ws',
          frames.map((documents) => documents.join('\n')),
        )) as AnswerFrame[];
        const single = (await doors.frames('/service/ws', frames.flat())) as AnswerFrame[];
        const flat = together.flatMap(({ frame: _, answers, ...one }) => answers ?? [one]);
        expect(withoutLines(flat)).to.deep.equal(withoutLines(single.map(({ frame: _, ...one }) => one)));
      }),
      { numRuns: 40 },
    );
  });

  it('has all begun in order without waiting, and is answered when all are, after what came before', async () => {
    const begun: string[] = [];
    const slow = Promise.withResolvers<void>();
    await using doors = await openLanguageDoors(async (document) => {
      const { id = '' } = (document as Document1).envelope;
      begun.push(id);
      if (id === 'd') slow.resolve();
      if (id !== 'c') await slow.promise;
      return [written('Ack', { language: 'SLA', id })];
    });
    const answers = await doors.frames('/service/ws', [
      `${tell1('a')}\n${tell1('b')}`,
      tell1('c'),
      tell1('d'),
    ]);
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(answers).to.deep.equal([
      { frame: 1, answers: [{ documents: [ack1('a')] }, { documents: [ack1('b')] }] },
      { frame: 2, documents: [ack1('c')] },
      { frame: 3, documents: [ack1('d')] },
    ]);
  });

  it('has the text of each known to who may know it, as it would be in a frame of its own', async () => {
    const texts: string[] = [];
    const objects = [json('1'), json('2')];
    await using doors = await openLanguageDoors(both, undefined, (text) => {
      texts.push(text);
      return undefined;
    });
    await doors.frames('/service/ws', [`# one\n${tell1('a')}\n\n${tell1('b')}\n`, JSON.stringify(objects)]);
    expect(texts).to.deep.equal([
      `# one\n${tell1('a')}`,
      tell1('b'),
      ...objects.map((one) => JSON.stringify(one)),
    ]);
  });

  it('has one room for all answers: who finds none left is refused, and no other', async () => {
    const sizes = new Map([
      ['a', 60_000],
      ['b', 50_000],
      ['c', 30_000],
    ]);
    await using doors = await openLanguageDoors(async (document) => {
      const { id = '' } = (document as Document1).envelope;
      return [declined({ language: 'SLA', id }, 'invalid', 'x'.repeat(sizes.get(id) ?? 0))];
    });
    const [{ answers = [] }] = (await doors.frames('/service/ws', [
      [...sizes.keys()].map((id) => tell1(id)).join('\n'),
    ])) as [AnswerFrame];
    expect(answers.map(({ problem, documents }) => problem?.code ?? documents?.length)).to.deep.equal([
      1,
      'answer-too-large',
      1,
    ]);
    expect(answers[1]?.problem?.next).to.equal('send the document in a frame of its own');
  });

  it('keeps the room that a document asked for beforehand', async () => {
    const codes: unknown[] = [];
    const asked = Promise.withResolvers<void>();
    await using doors = await openLanguageDoors(async (document, _sender, _text, line) => {
      const { id = '' } = (document as Document1).envelope;
      const replies = [declined({ language: 'SLA', id }, 'invalid', 'x'.repeat(60_000))];
      if (id === 'first') await asked.promise;
      else {
        try {
          line?.checkAnswer(replies);
        } catch (error) {
          codes.push((error as Refusal).code);
          throw error;
        } finally {
          if (id === 'third') asked.resolve();
        }
      }
      return replies;
    });
    const frame = ['first', 'second', 'third'].map((id) => tell1(id)).join('\n');
    const [{ answers = [] }] = (await doors.frames('/service/ws', [frame])) as [AnswerFrame];
    expect(codes).to.deep.equal(['answer-too-large']);
    expect(answers.map(({ problem }) => problem?.code)).to.deep.equal([
      'answer-too-large',
      undefined,
      'answer-too-large',
    ]);
  });

  it('has what a Watch in it is sent come after its answer', async () => {
    const pushed = Promise.withResolvers<void>();
    await using doors = await openLanguageDoors(async (document, _sender, _text, line) => {
      const { id } = (document as Document1).envelope;
      const event = written('Ack', { language: 'SLA', id }, [{ name: 'Cursor', value: '7' }]);
      if (id === 'w') void line?.push([event]).then(pushed.resolve);
      else await new Promise(setImmediate);
      return [written('Ack', { language: 'SLA', id })];
    });
    const watch = 'SLA-version: 1.0\nAction: Watch\nId: w\nCpus: 8\n';
    const frames = await heard(doors.url, [`${watch}\n${tell1('a')}`, tell1('b')], 3);
    await pushed.promise;
    expect(frames.filter((frame) => 'frame' in (frame as object))).to.deep.equal([
      { frame: 1, answers: [{ documents: [ack1('w')] }, { documents: [ack1('a')] }] },
      { frame: 2, documents: [ack1('b')] },
    ]);
    const place = frames.findIndex((frame) => 'pushed' in (frame as object));
    expect(place).to.be.greaterThan(0);
    expect(frames[place]).to.deep.equal({ pushed: [`${ack1('w')}Cursor: 7\n`] });
  });

  it('has all that came whole dealt with, though the connection is cut before it is answered', async () => {
    const begun: string[] = [];
    const all = Promise.withResolvers<void>();
    const may = Promise.withResolvers<void>();
    await using doors = await openLanguageDoors(async (document) => {
      const { id = '' } = (document as Document1).envelope;
      if (begun.push(id) === 2) all.resolve();
      await may.promise;
      return [];
    });
    const socket = new WebSocket(`${doors.url.replace('http', 'ws')}/service/ws`);
    await once(socket, 'open');
    socket.send(`${tell1('a')}\n${tell1('b')}`);
    await all.promise;
    socket.terminate();
    may.resolve();
    expect(begun).to.deep.equal(['a', 'b']);
    expect(await doors.frames('/service/ws', [`${tell1('c')}\n${tell1('d')}`])).to.deep.equal([
      { frame: 1, answers: [{ documents: [] }, { documents: [] }] },
    ]);
  });

  it('closes the connection, without a word of the reason, where the service has a fault', async () => {
    await using doors = await openLanguageDoors(async (document, sender, text) => {
      if ('envelope' in document) throw new Error('the secret of the house');
      return counting(document, sender, text);
    });
    const closed = await doors
      .frames('/service/ws', [`${tell}\n${tell1('a')}\n${tell}`])
      .catch((error: Error) => error.message);
    expect(closed).to.match(/1011/).and.not.to.include('secret');
  });
});
