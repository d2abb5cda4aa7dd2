import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { marketDoors } from '../../market/index.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { givenMarket, said, tell1, untell1 } from './support.ts';
import { shortly, unwatch1, watch1 } from './watching.ts';

/** What a stream brings, until something holds of all of it. */
function gathered(): { add(text: string): void; until(holds: (all: string) => boolean): Promise<string> } {
  let all = '';
  let look = () => {};
  return {
    add(text) {
      all += text;
      look();
    },
    until: (holds) =>
      new Promise((resolve) => {
        look = () => (holds(all) ? resolve(all) : undefined);
        look();
      }),
  };
}

const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

describe('a Watch through the doors of the market', () => {
  it('goes on over a text connection whose input has ended, until the peer goes', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const socket = connect({ ...doors.text, allowHalfOpen: true });
    const came = gathered();
    socket.setEncoding('utf8').on('data', (text: string) => came.add(text));
    socket.end(`${watch1('w', 'Cpus: 8')}\n`);
    await came.until((all) => /^Action: Because$/m.test(all));
    await said(given.market, tell1('a', 'Cpus: 8'));
    await said(given.market, untell1('a'));
    const all = await came.until((text) => count(text, /^Event: /gm) === 2);
    expect(all.split('\n\n').slice(1, -1).map(shortly)).to.deep.equal(['1 matched a', '2 gone a']);
    socket.destroy();
  });

  it('goes on beside other questions on its text connection, after its own answer', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const socket = connect(doors.text);
    const came = gathered();
    socket.setEncoding('utf8').on('data', (text: string) => came.add(text));
    socket.write(`${watch1('w', 'Cpus: 8')}\n`);
    await came.until((text) => text.includes('\nMatched: ') && text.endsWith('\n\n'));
    socket.write(`${tell1('a', 'Cpus: 8')}\n${tell1('b', 'Cpus: 8')}\n`);
    const all = await came.until(
      (text) => count(text, /^Event: /gm) === 2 && count(text, /^Action: Ack$/gm) === 2,
    );
    const events = all.split('\n\n').filter((document) => /^Event: /m.test(document));
    expect(events.map(shortly)).to.deep.equal(['1 matched a', '2 matched b']);
    socket.write(`${unwatch1('w')}\n`);
    await came.until((text) => count(text, /^Action: Ack$/gm) === 3);
    socket.destroy();
  });

  it('is sent frames of its own over WebSocket, in the encoding of its question', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const socket = new WebSocket(`${doors.url.replace('http', 'ws')}/market/ws`);
    await once(socket, 'open');
    const frames: unknown[] = [];
    const came = gathered();
    socket.on('message', (data) => {
      frames.push(JSON.parse(String(data)));
      came.add('.');
    });
    const json = (id: string) => ({ 'SLA-version': '1.0', Action: 'Watch', Id: id, Cpus: '8', Cursor: '0' });
    socket.send(JSON.stringify(json('in-json')));
    socket.send(watch1('in-text', 'Cursor: 0', 'Cpus: 8'));
    await came.until((all) => all.length === 2);
    await said(given.market, tell1('a', 'Cpus: 8'));
    await came.until((all) => all.length === 4);
    expect(frames).to.have.deep.members([
      {
        frame: 1,
        documents: [
          { 'SLA-version': '1.0', Action: 'Ack', 'In-reply-to': 'in-json', Cursor: '0', Expires: '1 h' },
        ],
      },
      {
        frame: 2,
        documents: ['SLA-version: 1.0\nAction: Ack\nIn-reply-to: in-text\nCursor: 0\nExpires: 1 h\n'],
      },
      {
        pushed: [
          {
            'SLA-version': '1.0',
            Action: 'Tell',
            Id: 'a',
            'In-reply-to': 'in-json',
            Event: 'matched',
            Cursor: '1',
            'Broker-IP': '193.10.66.141:7685',
            Cpus: '8',
          },
        ],
      },
      {
        pushed: [
          tell1('a', 'Cpus: 8').replace('Broker', 'In-reply-to: in-text\nEvent: matched\nCursor: 1\nBroker'),
        ],
      },
    ]);
    socket.terminate();
  });

  it('is refused over WebSocket where its first answer is larger than a frame holds, and does not begin', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, { answerBytes: 200 }));
    for (const id of ['a', 'b', 'c']) await said(given.market, tell1(id, 'Cpus: 8'));
    const socket = new WebSocket(`${doors.url.replace('http', 'ws')}/market/ws`);
    await once(socket, 'open');
    const frames: Record<string, unknown>[] = [];
    const came = gathered();
    socket.on('message', (data) => {
      frames.push(JSON.parse(String(data)) as Record<string, unknown>);
      came.add('.');
    });
    socket.send(watch1('large', 'Cpus: 8'));
    socket.send(watch1('small', 'Cpus: 8', 'Limit: 1'));
    await came.until((all) => all.length === 2);
    expect(frames[0]?.problem).to.include({ code: 'answer-too-large' });
    await said(given.market, tell1('d', 'Cpus: 8'));
    await came.until((all) => all.length === 3);
    socket.send(unwatch1('large'));
    await came.until((all) => all.length === 4);
    expect(frames.slice(2).map((frame) => Object.keys(frame))).to.deep.equal([
      ['pushed'],
      ['frame', 'documents'],
    ]);
    expect(JSON.stringify(frames[2])).to.match(/In-reply-to: small/);
    expect(JSON.stringify(frames[3])).to.match(/not-found/);
    socket.terminate();
  });

  it('is declined over HTTP', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const answer = await doors.post('/market', watch1('w', 'Cpus: 8'));
    expect([answer.status, await answer.text()]).to.deep.equal([
      200,
      'SLA-version: 1.0\nAction: Decline\nIn-reply-to: w\nReason: policy a Watch needs a connection that stays open: text or WebSocket\n\n',
    ]);
  });
});
