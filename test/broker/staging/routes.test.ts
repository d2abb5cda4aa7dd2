import { connect } from 'node:net';
import { expect } from 'chai';
import { blobRoutes } from '../../../broker/staging/routes.ts';
import { uploadView } from '../../../protocol/blobs.ts';
import { entranceOf, type OpenHttpDoor, openHttpDoor } from '../http-door.ts';
import { type GivenStaging, givenStaging, hashOf } from './given.ts';

const rod = Buffer.from('a rod of iron, a metre long');
/** Many times what is written at once. */
const large = Buffer.alloc(3_000_000, 'iron and steel ');
const absent = hashOf(Buffer.from('absent'));

describe('the routes of blobs', () => {
  let given: GivenStaging;
  let doors: OpenHttpDoor;

  beforeEach(async () => {
    given = await givenStaging({ 'staging-size': 10_000_000, 'staging-each': 10_000_000 });
    const resourceOf = (token: string) => (token === 'token-of-node' ? 'node' : undefined);
    doors = await openHttpDoor([blobRoutes(given.staging)], [], {}, entranceOf(resourceOf));
  });

  afterEach(async () => {
    await doors[Symbol.asyncDispose]();
    await given[Symbol.asyncDispose]();
  });

  const call = (path: string, init: RequestInit = {}) => fetch(`${doors.url}/broker/v1/blobs/${path}`, init);
  const put = (blob: string, query: string, body: Uint8Array | null, headers: Record<string, string> = {}) =>
    call(`${blob}?${query}`, {
      method: 'PUT',
      body: body as RequestInit['body'] & object,
      headers: { 'Content-Type': 'application/octet-stream', ...headers },
    });
  const ofNode = { Authorization: 'Bearer token-of-node' };

  it('take a file in parts and give it back, whole or a range of it', async () => {
    const blob = hashOf(rod);
    await put(blob, `offset=0&total=${rod.length}`, rod.subarray(0, 20));
    const here = uploadView.parse(await (await call(`${blob}/upload`)).json());
    expect(here).to.deep.equal({ blob, bytes: 20, complete: false });
    const last = await put(blob, `offset=20&total=${rod.length}`, rod.subarray(20));
    expect(uploadView.parse(await last.json())).to.deep.equal({ blob, bytes: rod.length, complete: true });

    const whole = await call(blob);
    expect(whole.status).to.equal(200);
    expect(whole.headers.get('content-type')).to.equal('application/octet-stream');
    expect(await whole.text()).to.equal(String(rod));
    const ranges = { 'bytes=2-4': 'rod', 'bytes=23-': 'long', 'bytes=-4': 'long', 'bytes=24-99': 'ong' };
    for (const [range, text] of Object.entries(ranges)) {
      const answer = await call(blob, { headers: { Range: range } });
      expect([answer.status, await answer.text()], range).to.deep.equal([206, text]);
    }
    const part = await call(blob, { headers: { Range: 'bytes=2-4' } });
    expect(part.headers.get('content-range')).to.equal(`bytes 2-4/${rod.length}`);
    for (const range of ['bytes=1-2,4-5', 'lines=1-2', 'bytes=-']) {
      const answer = await call(blob, { headers: { Range: range } });
      expect([answer.status, await answer.text()], range).to.deep.equal([200, String(rod)]);
    }
    for (const range of ['bytes=27-', 'bytes=9-3', 'bytes=-0']) {
      const answer = await call(blob, { headers: { Range: range } });
      expect([answer.status, answer.headers.get('content-range')], range).to.deep.equal([416, 'bytes */27']);
    }
  });

  it('take an empty file, which has no body', async () => {
    const blob = hashOf(Buffer.alloc(0));
    expect((await put(blob, 'offset=0&total=0', null)).status).to.equal(200);
    const answer = await call(blob);
    expect([answer.status, await answer.text()]).to.deep.equal([200, '']);
  });

  it('take all of a large file at once, and from two at the same time', async () => {
    const blob = hashOf(large);
    const sent = await Promise.all([1, 2].map(() => put(blob, `total=${large.length}`, large)));
    for (const one of sent) expect(uploadView.parse(await one.json()).complete).to.equal(true);
    expect(large.equals(Buffer.from(await (await call(blob)).arrayBuffer()))).to.equal(true);
  });

  it('keep what came of a part that broke off', async () => {
    const blob = hashOf(large);
    const { host, hostname, port } = new URL(doors.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT /broker/v1/blobs/${blob}?total=${large.length} HTTP/1.1\r\nHost: ${host}\r\n` +
        `Content-Type: application/octet-stream\r\nContent-Length: ${large.length}\r\n\r\n`,
    );
    socket.end(large.subarray(0, 700_000));
    let here = 0;
    while (here < 2 ** 19) here = uploadView.parse(await (await call(`${blob}/upload`)).json()).bytes;
    socket.destroy();
    const rest = await put(blob, `offset=${2 ** 19}&total=${large.length}`, large.subarray(2 ** 19));
    expect(uploadView.parse(await rest.json()).complete).to.equal(true);
  });

  it('refuse a part before it has come, and serve the same connection on', async () => {
    const blob = hashOf(large);
    for (let time = 0; time < 3; time += 1) {
      const refused = await put(blob, `offset=7&total=${large.length + 7}`, large);
      expect(await refused.json()).to.include({ code: 'upload-gap' });
    }
    expect((await put(blob, `total=${large.length}`, large)).status).to.equal(200);
  });

  it('answer alike of a blob that is not here and of one that another sent', async () => {
    await put(hashOf(rod), `total=${rod.length}`, rod, ofNode);
    expect((await call(hashOf(rod), { headers: ofNode })).status).to.equal(200);
    for (const method of ['GET', 'HEAD'])
      for (const path of ['', '/upload']) {
        const [foreign, none] = await Promise.all(
          [hashOf(rod), absent].map(async (blob) => {
            const answer = await call(`${blob}${path}`, { method });
            const headers = [...answer.headers].filter(([name]) => name !== 'date');
            return JSON.stringify([answer.status, headers, await answer.text()]).replaceAll(blob, 'HASH');
          }),
        );
        expect(foreign, `${method} ${path}`).to.equal(none);
        expect(JSON.parse(foreign!)[0]).to.equal(path === '' ? 404 : 200);
      }
  });

  it('tell by HEAD how large a blob is', async () => {
    await put(hashOf(rod), `total=${rod.length}`, rod);
    const answer = await call(hashOf(rod), { method: 'HEAD' });
    expect(answer.headers.get('content-length')).to.equal(`${rod.length}`);
    expect(await answer.text()).to.equal('');
  });

  it('refuse a token of no session, what is no hash, no number, and no bytes', async () => {
    const blob = hashOf(rod);
    const stranger = await call(blob, { headers: { Authorization: 'Bearer of-nobody' } });
    expect(stranger.status).to.equal(401);
    expect((await call(blob.toUpperCase())).status).to.equal(404);
    expect((await put(blob, 'offset=-1', rod)).status).to.equal(400);
    expect((await put(blob, 'offset=0&total=1e99', rod)).status).to.equal(400);
    expect((await put(blob, 'offset=7', rod)).status).to.equal(409);
    const text = await put(blob, 'offset=0', Buffer.from('{}'), { 'Content-Type': 'application/json' });
    expect(text.status).to.equal(415);
  });
});
