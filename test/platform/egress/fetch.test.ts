import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { createEgress } from '../../../platform/egress/egress.ts';
import type { Fetch } from '../../../platform/egress/fetch.ts';
import { Refusal } from '../../../platform/failure.ts';

describe('egress by fetch', () => {
  let server: Server;
  let base: string;
  let connections = 0;

  async function serve(listener: RequestListener): Promise<void> {
    connections = 0;
    server = createServer(listener).on('connection', () => connections++);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  function fetchOf(limits: { timeoutMs?: number; maxBytes?: number } = {}): Fetch {
    const rule = { ranges: ['127.0.0.0/8'], ports: 'any' as const, setting: 'egress.hooks' };
    const lookup = async (name: string) => [name === 'inside.example' ? '127.0.0.1' : '10.0.0.1'];
    const egress = createEgress({ rules: { hook: rule }, lookup });
    return egress.fetch('hook', { timeoutMs: 60_000, maxBytes: 10_000, ...limits });
  }

  async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
    const error = await promise.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Refusal);
    return error as Refusal;
  }

  it('asks, sends and answers as fetch does, over connections that it keeps', async () => {
    await serve((request, response) => {
      response.setHeader('X-Method', request.method ?? '');
      request.pipe(response);
    });
    const fetch = fetchOf();
    for (let round = 0; round < 10; round++) {
      const response = await fetch(`${base}/path`, {
        method: 'POST',
        body: 'hello',
        headers: { 'X-A': 'b' },
      });
      expect(response).to.be.instanceOf(Response);
      expect(response.headers.get('x-method')).to.equal('POST');
      expect(await response.text()).to.equal('hello');
    }
    expect(connections).to.be.lessThan(5);
  });

  it('answers without body', async () => {
    await serve((_request, response) => response.writeHead(204).end());
    const response = await fetchOf()(new URL(base));
    expect([response.status, await response.text()]).to.deep.equal([204, '']);
  });

  it('resolves names by the rule, and refuses what they lead to elsewhere', async () => {
    await serve((_request, response) => void response.end('inside'));
    const inside = base.replace('127.0.0.1', 'inside.example');
    expect(await (await fetchOf()(inside)).text()).to.equal('inside');
    const refusal = await refusalOf(fetchOf()(base.replace('127.0.0.1', 'outside.example')));
    expect(refusal.code).to.equal('egress-denied');
    expect(`${refusal.detail} ${refusal.next}`)
      .to.contain('hook')
      .and.contain('outside.example')
      .and.contain('egress.hooks');
    for (const url of [
      'http://10.0.0.1/',
      'https://10.0.0.1/',
      'http://[::1]/',
      'http://0x0a000001/',
      'http://[::ffff:10.0.0.1]/',
    ]) {
      expect((await refusalOf(fetchOf()(url))).code, url).to.equal('egress-denied');
    }
  });

  it('asks nothing but http and https', async () => {
    for (const url of ['file:///etc/passwd', 'data:text/plain,hello', 'ftp://127.0.0.1/', 'nonsense', '']) {
      expect((await refusalOf(fetchOf()(url))).code, url).to.equal('bad-address');
    }
  });

  it('follows no redirect', async () => {
    let asked = 0;
    await serve((_request, response) => {
      asked++;
      response.writeHead(302, { Location: `${base}/other` }).end('x'.repeat(100));
    });
    expect((await refusalOf(fetchOf()(base, { redirect: 'follow' }))).code).to.equal('redirected');
    expect(asked).to.equal(1);
  });

  it('takes no more bytes than it may, packed or not', async () => {
    await serve((request, response) => {
      if (request.url !== '/packed') response.end('x'.repeat(10_001));
      else response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('x'.repeat(5_000_000)));
    });
    for (const path of ['/plain', '/packed']) {
      const response = await fetchOf()(base + path);
      expect((await refusalOf(response.text())).code, path).to.equal('too-large');
    }
  });

  it('waits no longer than it may, for the head or for the body', async () => {
    await serve((request, response) => {
      if (request.url === '/body') response.write('x');
    });
    expect((await refusalOf(fetchOf({ timeoutMs: 60 })(`${base}/head`))).code).to.equal('timeout');
    const atHead = (late: Refusal) => {
      expect(late.code).to.equal('timeout');
      return undefined;
    };
    // As long as it takes for the head to come in time, however much else the machine does.
    let response: Response | undefined;
    for (let timeoutMs = 60; response === undefined; timeoutMs *= 2)
      response = await fetchOf({ timeoutMs })(`${base}/body`).catch(atHead);
    expect((await refusalOf(response.text())).code).to.equal('timeout');
  });

  it('says when nothing listens, and when an answer breaks off', async () => {
    await serve((_request, response) => {
      response.write('x');
      setImmediate(() => response.destroy());
    });
    const broken = fetchOf()(base).then((response) => response.text());
    expect((await refusalOf(broken)).code).to.equal('unreachable');
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect((await refusalOf(fetchOf()(base))).code).to.equal('unreachable');
  });

  it('ends with the reason of a signal', async () => {
    await serve(() => {});
    const stop = new AbortController();
    const asking = fetchOf()(base, { signal: stop.signal });
    stop.abort('enough');
    expect(await asking.catch((thrown: unknown) => thrown)).to.equal('enough');
  });
});
