import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text as allText } from 'node:stream/consumers';
import { expect } from 'chai';
import { askAsText, ServiceFailure } from '../../client/index.ts';
import { printDocument } from '../../grammar/index.ts';
import { marketDoors } from '../../market/index.ts';
import { givenMarket, tellOf } from '../market/support.ts';
import { refusalOf, resourceAskOf, slaAskOf, textsOf } from '../support/documents.ts';
import { answerLimits, openDoors } from '../support/doors.ts';

const ask = slaAskOf('Application: gcc4.0.2');
const mostBytes = 10_000;

/** Asks a peer that does as it is told with each connection. */
async function askedOf(peer: (socket: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    peer(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  try {
    return await askAsText(socket, ask, mostBytes);
  } finally {
    expect(socket.destroyed).to.equal(true);
    server.close();
  }
}

describe('asking over a text door', () => {
  it('says one document, ends its input, and has the documents that answer', async () => {
    await using given = await givenMarket();
    const tells = [tellOf('gcc4.0.2', 1), tellOf('gcc4.0.2', 2)];
    for (const tell of tells) await given.market.tell(tell);
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const asked = async (question: typeof ask) => {
      const socket = connect({ ...doors.text, allowHalfOpen: true });
      await once(socket, 'connect');
      return askAsText(socket, question, mostBytes);
    };
    expect(textsOf(await asked(ask))).to.deep.equal(textsOf(tells));
    expect(await asked(slaAskOf('Application: octave'))).to.deep.equal([]);
  });

  it('sends what it is given and nothing else', async () => {
    let heard = '';
    await askedOf(async (socket) => {
      heard = await allText(socket);
      socket.end();
    });
    expect(heard).to.equal(printDocument(ask));
  });

  it('throws what it is refused with', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const socket = connect({ ...doors.text, allowHalfOpen: true });
    await once(socket, 'connect');
    const refused = await refusalOf(askAsText(socket, resourceAskOf('Application: gcc'), mostBytes));
    expect(refused).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'document-refused' });
    expect(refused.detail).to.match(/the market reads SLA documents.*send it to infogather/);
  });

  it('reads a warning as the comment that it is', async () => {
    const tell = tellOf('gcc4.0.2', 1);
    const answers = await askedOf((socket) => {
      socket.resume().end(`# warning: a near name\n${printDocument(tell)}`);
    });
    expect(textsOf(answers)).to.deep.equal(textsOf([tell]));
  });

  it('takes no more than its bound of a peer that does not end', async () => {
    let sent = 0;
    const refused = await refusalOf(
      askedOf((socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write(`# ${'x'.repeat(998)}\n`)) sent += 1_000;
        };
        socket.resume().on('drain', more);
        more();
      }),
    );
    expect(refused).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'too-large' });
    expect(refused.detail).to.match(/10000 bytes/);
    expect(sent).to.be.below(64 * 1024 * 1024);
  });

  it('refuses what is no document, and what breaks off', async () => {
    const garbage = await refusalOf(
      askedOf((socket) => void socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(garbage).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'unavailable' });
    const broken = await refusalOf(
      askedOf((socket) => {
        socket.once('data', () => {
          socket.write('SLA-version: 0.1\n', () => socket.resetAndDestroy());
        });
      }),
    );
    expect(broken).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'unavailable' });
    expect(broken.detail).to.match(/broke off/);
  });
});
