import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { Document1 } from '../../grammar/index.ts';
import type { AnyDocument, Line, Receiver } from '../../language-door/receiver.ts';
import { type Answering, type Written, written } from '../../language-door/reply.ts';
import type { Refusal } from '../../platform/failure.ts';
import { answerFrame, pushedFrame } from '../../protocol/frames.ts';
import { converseWith, dial } from '../platform/doors/support.ts';
import { openLanguageDoors } from './support.ts';

const watch = (id: string) => `SLA-version: 1.0\nAction: Watch\nId: ${id}\nCpus: 8\n`;
const watchJson = (id: string) =>
  JSON.stringify({ 'SLA-version': '1.0', Action: 'Watch', Id: id, Cpus: '8' });

/** An answer or an event of the Watch that came, of about so many characters. */
function said(document: AnyDocument, cursor: number, size = 0): Written {
  const { language, envelope } = document as Document1;
  const to: Answering = { language, id: envelope.id };
  const title = size === 0 ? [] : [{ name: 'Title', value: 'x'.repeat(size) }];
  return written('Ack', to, [{ name: 'Cursor', value: `${cursor}` }, ...title]);
}

const text = (id: string, cursor: number) =>
  `SLA-version: 1.0\nAction: Ack\nIn-reply-to: ${id}\nCursor: ${cursor}\n`;
const json = (id: string, cursor: number) => ({
  'SLA-version': '1.0',
  Action: 'Ack',
  'In-reply-to': id,
  Cursor: `${cursor}`,
});

/** Answers with cursor 0; then pushes 1 and 2 in one, and 3 after that. */
const pushing: Receiver = async (document, _sender, _text, line) => {
  void (async () => {
    const release = line?.hold();
    await line?.push([said(document, 1), said(document, 2)]);
    await line?.push([]);
    await line?.push([said(document, 3)]);
    release?.();
  })();
  return [said(document, 0)];
};

/** Sends frames over a WebSocket, and takes so many that come. */
async function framesOf(url: string, questions: readonly string[], count: number): Promise<unknown[]> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  await once(socket, 'open');
  const came: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      if (came.push(JSON.parse(String(data))) === count) resolve();
    });
  });
  for (const question of questions) socket.send(question);
  await all;
  socket.terminate();
  return came;
}

describe('what comes over a line', () => {
  it('is documents over text, after the answer, also where the input has ended', async () => {
    await using doors = await openLanguageDoors(pushing);
    const heard = await converseWith(doors.text, watch('w'));
    expect(heard).to.equal([0, 1, 2, 3].map((cursor) => `${text('w', cursor)}\n`).join(''));
  });

  it('is a frame of its own over WebSocket, in the encoding of the frame that asked', async () => {
    await using doors = await openLanguageDoors(pushing);
    const frames = await framesOf(`${doors.url}/service/ws`, [watch('t'), watchJson('j')], 6);
    const of = (id: string) =>
      frames.filter((frame) => JSON.stringify(frame).match(/In-reply-to(?:": ?"|: )(\w)/)?.[1] === id);
    expect(of('t')).to.deep.equal([
      answerFrame.parse({ frame: 1, documents: [text('t', 0)] }),
      pushedFrame.parse({ pushed: [text('t', 1), text('t', 2)] }),
      pushedFrame.parse({ pushed: [text('t', 3)] }),
    ]);
    expect(of('j')).to.deep.equal([
      answerFrame.parse({ frame: 2, documents: [json('j', 0)] }),
      pushedFrame.parse({ pushed: [json('j', 1), json('j', 2)] }),
      pushedFrame.parse({ pushed: [json('j', 3)] }),
    ]);
  });

  it('is spread over as many frames as the bound of one wants, though each holds one document at least', async () => {
    await using doors = await openLanguageDoors(async (document, _sender, _text, line) => {
      const sizes = [40_000, 40_000, 40_000, 150_000, 1, 1];
      void line?.push(sizes.map((size, index) => said(document, index, size)));
      return [];
    });
    const frames = await framesOf(`${doors.url}/service/ws`, [watch('w')], 5);
    const counts = frames.slice(1).map((frame) => pushedFrame.parse(frame).pushed.length);
    expect(counts).to.deep.equal([2, 1, 1, 2]);
  });

  it('says beforehand whether an answer is larger than its door answers by', async () => {
    const refusals: unknown[] = [];
    await using doors = await openLanguageDoors(async (document, _sender, _text, line) => {
      for (const sizes of [[90_000], [60_000, 60_000]]) {
        try {
          line?.checkAnswer(sizes.map((size) => said(document, 0, size)));
          refusals.push('none');
        } catch (error) {
          refusals.push((error as Refusal).code);
        }
      }
      return [said(document, 0)];
    });
    await framesOf(`${doors.url}/service/ws`, [watch('w')], 1);
    expect(refusals.splice(0)).to.deep.equal(['none', 'answer-too-large']);
    await converseWith(doors.text, watch('w'));
    expect(refusals).to.deep.equal(['none', 'none']);
  });

  it('needs a connection that stays open: HTTP gives no line', async () => {
    const lines: unknown[] = [];
    await using doors = await openLanguageDoors(async (document, _sender, _text, line) => {
      lines.push(line);
      return [said(document, 0)];
    });
    expect(await (await doors.post('/service', watch('w'))).text()).to.equal(`${text('w', 0)}\n`);
    expect(lines).to.deep.equal([undefined]);
  });

  it('ends with the connection, of which all its lines tell by one signal', async () => {
    const lines: Line[] = [];
    const both = Promise.withResolvers<void>();
    await using doors = await openLanguageDoors(async (document, _sender, _text, line) => {
      if (line !== undefined && lines.push(line) === 2) both.resolve();
      return [said(document, 0)];
    });
    const socket = await dial(doors.text);
    socket.write(`${watch('one')}\n${watch('two')}\n`);
    await both.promise;
    const [one, two] = lines;
    expect(one?.closed).to.equal(two?.closed);
    const gone = once(one!.closed, 'abort');
    socket.destroy();
    await gone;
    await two?.push([said({ language: 'SLA', envelope: { id: 'two' } } as Document1, 1)]);
  });
});
