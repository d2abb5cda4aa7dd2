import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect } from 'chai';
import { type AnyDocument, DocumentClient, InfogatherClient, ServiceFailure } from '../../client/index.ts';
import { defaultBounds, readAnyDocuments } from '../../grammar/index.ts';
import { infogatherDoors } from '../../infogather/index.ts';
import { marketDoors } from '../../market/index.ts';
import { givenInfogather, registrationOf, teller } from '../infogather/support.ts';
import { ask1, givenMarket, tell1, tellOf } from '../market/support.ts';
import { refusalOf, resourceTellOf, slaAskOf, textsOf } from '../support/documents.ts';
import { answerLimits, openDoors } from '../support/doors.ts';

/** A server that answers as it is told to. */
async function serving(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function document1(text: string): AnyDocument {
  const [reading] = readAnyDocuments(text);
  if (reading !== undefined && 'document' in reading) return reading.document;
  throw new Error(`no document: ${text}`);
}

function many(name: string, count: number, value: string): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}: ${value}`);
}

/** A header that fills a document up to the most bytes that one may have. */
function fill(text: string): string {
  const name = 'Fill: ';
  return name + 'x'.repeat(defaultBounds.documentBytes - text.length - name.length - 1);
}

const ask = slaAskOf('Application: gcc4.0.2');

describe('the client of documents', () => {
  it('tells and asks, and has the documents that answer', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const market = new DocumentClient({ url: doors.url, fetch }, '/market');
    const tells = [tellOf('gcc4.0.2', 1, 'Region: eu'), tellOf('gcc4.0.2', 2)];
    for (const tell of tells) await market.tell(tell);
    expect(textsOf(await market.ask(ask))).to.deep.equal(textsOf(tells));
    expect(await market.ask(slaAskOf('Application: octave'))).to.deep.equal([]);
  });

  it('has the documents of version 1.0 that answer, and throws the reason of a Tell that is declined', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const market = new DocumentClient({ url: doors.url, fetch }, '/market');
    await market.tell(document1(tell1('tell-1', 'Cpus: 64')));
    const refused = await refusalOf(market.tell(document1(tell1('tell-1', 'Cpus: 8'))));
    expect(refused).to.include({ code: 'declined', status: 409, word: 'stale' });
    expect(refused.detail).to.match(/^declined: stale /);
    const answers = await market.send(document1(ask1('ask-1', 'Cpus: 8')));
    expect(answers.map(({ action }) => action)).to.deep.equal(['Tell', 'Because']);
  });

  it('takes answers that are larger than a document that is told or asked may be', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const market = new DocumentClient({ url: doors.url, fetch }, '/market');
    const short = tell1('tell-1', ...many('Told', 8, 'x'.repeat(8_000)));
    const told = document1(tell1('tell-1', ...many('Told', 8, 'x'.repeat(8_000)), fill(short)));
    await market.tell(told);
    const found = await market.send(document1(ask1('ask-1', 'Told-1: any')));
    expect(found.map(({ action }) => action)).to.deep.equal(['Tell', 'Because']);
    const [why] = await market.send(document1(ask1('ask-2', `Asked: ${'x'.repeat(8_180)}`)));
    expect(why).to.include({ action: 'Because' });
  });

  it('throws what the service refuses with, as the service said it', async () => {
    await using given = await givenMarket();
    await using doors = await openDoors(marketDoors(given.market, answerLimits));
    const market = new DocumentClient({ url: doors.url, fetch }, '/market');
    const refused = await refusalOf(market.tell(resourceTellOf('Application: a\nHost: 10.0.0.1:1')));
    expect(refused).to.be.instanceOf(ServiceFailure);
    expect(refused).to.include({ code: 'wrong-service', status: 422, next: 'send it to infogather' });
    expect(refused.detail).to.match(/SLA documents/);
  });

  it('says of a service that cannot be reached where it should be, and why it is not', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const url = `http://127.0.0.1:${port}`;
    const refused = await refusalOf(new DocumentClient({ url, fetch }, '/market').ask(ask));
    expect(refused).to.be.instanceOf(ServiceFailure);
    expect(refused).to.include({ code: 'unavailable', status: 503 });
    expect(refused.detail).to.equal(`${url} cannot be reached (ECONNREFUSED)`);
  });

  it('says of an address that is none that it cannot be reached', async () => {
    const refused = await refusalOf(new DocumentClient({ url: 'nowhere', fetch }, '/market').ask(ask));
    expect(refused).to.include({ code: 'unavailable', status: 503 });
    expect(refused.detail).to.match(/^nowhere /);
  });

  it('hands on what its fetch refuses with', async () => {
    const denied = Object.assign(new Error('it may not go there'), {
      code: 'egress-denied',
      status: 403,
      detail: 'it may not go there',
      next: 'allow it',
    });
    const client = new DocumentClient(
      { url: 'http://10.0.0.1', fetch: () => Promise.reject(denied) },
      '/market',
    );
    const refused = await refusalOf(client.ask(ask));
    expect(refused).to.be.instanceOf(ServiceFailure);
    expect(refused).to.include({ code: 'egress-denied', status: 403, next: 'allow it' });
  });

  it('follows no redirect', async () => {
    let followed = 0;
    await using server = await serving((request, response) => {
      if (request.url === '/elsewhere') followed += 1;
      response.writeHead(307, { Location: '/elsewhere' }).end();
    });
    const refused = await refusalOf(new DocumentClient({ ...server, fetch }, '/market').ask(ask));
    expect(refused).to.include({ code: 'unavailable' });
    expect(followed).to.equal(0);
  });

  it('takes an error that says no more than its status for a service that is not there', async () => {
    for (const body of ['<h1>Bad Gateway</h1>', '', '{}', 'null', '{"code":3}']) {
      await using server = await serving((_request, response) => {
        response.writeHead(502).end(body);
      });
      const refused = await refusalOf(new DocumentClient({ ...server, fetch }, '/market').ask(ask));
      expect(refused).to.be.instanceOf(ServiceFailure);
      expect(refused).to.include({ code: 'unavailable', status: 503 });
      expect(refused.detail).to.match(/answered 502/);
    }
  });

  it('refuses an answer that is no document, and one that breaks off', async () => {
    await using garbage = await serving((_request, response) => {
      response.end('<h1>It works!</h1>\n');
    });
    const first = await refusalOf(new DocumentClient({ ...garbage, fetch }, '/market').ask(ask));
    expect(first).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'unavailable' });
    await using broken = await serving((_request, response) => {
      response.writeHead(200, { 'Content-Length': 1_000 });
      response.write('SLA-version: 0.1\n', () => response.destroy());
    });
    const second = await refusalOf(new DocumentClient({ ...broken, fetch }, '/market').ask(ask));
    expect(second).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'unavailable' });
  });
});

describe('the client of infogather', () => {
  it('reads every page of the nodes, as they are asked for', async () => {
    await using given = await givenInfogather({ 'nodes-a-page': 2 });
    for (const host of [1, 2, 3, 4, 5])
      await given.infogather.register(registrationOf('gcc4.0.2', host), teller);
    await given.infogather.register(registrationOf('octave & co', 6), teller);
    await using doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
    let requests = 0;
    const counting: typeof fetch = (...call) => {
      requests += 1;
      return fetch(...call);
    };
    const client = new InfogatherClient({ url: doors.url, fetch: counting });
    const hosts: string[] = [];
    for await (const { host } of client.nodes('gcc4.0.2')) hosts.push(host);
    expect(hosts).to.deep.equal([1, 2, 3, 4, 5].map((port) => `193.10.66.20:${port}`));
    expect(requests).to.equal(3);
    expect(await Array.fromAsync(client.nodes())).to.have.length(6);
    expect(await Array.fromAsync(client.nodes('octave & co'))).to.have.length(1);
    expect(await Array.fromAsync(client.nodes('fortran'))).to.deep.equal([]);
    requests = 0;
    for await (const _ of client.nodes()) break;
    expect(requests).to.equal(1);
    expect(await client.applications()).to.deep.equal(['gcc4.0.2', 'octave & co']);
  });

  it('refuses an answer that is not as it should be, in words that a person understands', async () => {
    for (const body of ['<h1>It works!</h1>', '{}', '{"nodes":[{"host":3}],"next":null}', '']) {
      await using server = await serving((_request, response) => {
        response.end(body);
      });
      const client = new InfogatherClient({ ...server, fetch });
      for (const call of [Array.fromAsync(client.nodes('gcc4.0.2')), client.applications()]) {
        const refused = await refusalOf(call);
        expect(refused).to.be.instanceOf(ServiceFailure).and.to.include({ code: 'unavailable' });
        expect(refused.detail).to.match(/answers \/infogather\/v1\/\w+ with what cannot be understood/);
      }
    }
  });
});

describe('a call', () => {
  it('can be called off while the service never answers', async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await serving(() => asked.resolve());
    const client = new InfogatherClient({ ...server, fetch });
    const calls = [
      (signal: AbortSignal) => client.tell(resourceTellOf('Application: a\nHost: 10.0.0.1:1'), { signal }),
      (signal: AbortSignal) => client.ask(ask, { signal }),
      (signal: AbortSignal) => client.applications({ signal }),
      (signal: AbortSignal) => Array.fromAsync(client.nodes(undefined, { signal })),
    ];
    const abort = new AbortController();
    const refused = calls.map((call) => refusalOf(call(abort.signal)));
    await asked.promise;
    abort.abort();
    for (const one of await Promise.all(refused)) expect(one).to.include({ code: 'unavailable' });
  });
});
