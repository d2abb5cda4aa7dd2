import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { blobRoutes } from '../../broker/staging/routes.ts';
import { BlobsClient } from '../../client/index.ts';
import { type OpenHttpDoor, openHttpDoor } from '../broker/http-door.ts';
import { type GivenStaging, givenStaging, hashOf } from '../broker/staging/given.ts';

/** Larger than a part, and no multiple of one. */
const content = Buffer.from(Array.from({ length: 2_500 }, (_, index) => `line ${index}\n`).join(''));
const limits = { sentBytes: 4_000, fetchedBytes: 3_000, firstMs: 1, mostMs: 1 };

describe('the client of blobs', () => {
  let given: GivenStaging;
  let door: OpenHttpDoor;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    given = await givenStaging();
    // What is here may be swapped for what a broker that begins again has.
    const routes = blobRoutes(
      new Proxy(given.staging, {
        get: (_target, name) => {
          const member = Reflect.get(given.staging, name) as unknown;
          return typeof member === 'function' ? member.bind(given.staging) : member;
        },
      }),
    );
    door = await openHttpDoor([routes]);
    folder = await mkdtemp(join(tmpdir(), 'ogm-blobs-'));
    file = join(folder, 'file');
    await writeFile(file, content);
  });

  afterEach(async () => {
    await door[Symbol.asyncDispose]();
    await given[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** A client whose calls go through what may break them. */
  const clientOver = (through: (call: () => Promise<Response>, init: RequestInit) => Promise<Response>) =>
    new BlobsClient(
      { url: door.url, fetch: (input, init = {}) => through(() => fetch(input, init), init) },
      limits,
    );
  const plain = () => clientOver((call) => call());

  it('sends a file in parts and fetches it back, and says how far it is', async () => {
    const steps: number[] = [];
    const progress = (done: number, total: number) => {
      expect(total).to.equal(content.length);
      steps.push(done);
    };
    const at = await plain().upload(file, { progress });
    expect(at).to.deep.equal({ blob: hashOf(content), bytes: content.length });
    expect(steps.slice(0, 3)).to.deep.equal([0, 4_000, 8_000]);
    expect(steps.at(-1)).to.equal(content.length);
    const to = join(folder, 'back');
    steps.length = 0;
    await plain().download(at, to, { progress });
    expect(steps.slice(0, 3)).to.deep.equal([0, 3_000, 6_000]);
    expect(await readFile(to)).to.deep.equal(content);
  });

  it('sends nothing of a file that is there', async () => {
    await plain().upload(file);
    let sent = 0;
    const counting = clientOver((call, { method }) => {
      if (method === 'PUT') sent += 1;
      return call();
    });
    await counting.upload(file);
    expect(sent).to.equal(0);
  });

  it('sends and fetches an empty file', async () => {
    await writeFile(file, '');
    const at = await plain().upload(file);
    expect(at.bytes).to.equal(0);
    await plain().download(at, join(folder, 'back'));
    expect(await readFile(join(folder, 'back'), 'utf8')).to.equal('');
  });

  it('goes on where it was when calls, and their answers, are lost, and the broker begins again', async () => {
    let calls = 0;
    const breaking = clientOver(async (call) => {
      calls += 1;
      if (calls % 5 === 1) throw new TypeError('fetch failed'); // it did not arrive
      const response = await call();
      if (calls % 5 === 2) throw new TypeError('fetch failed'); // its answer did not
      if (calls % 10 === 0) await given.reopen();
      return response;
    });
    const at = await breaking.upload(file);
    const to = join(folder, 'back');
    await breaking.download(at, to);
    expect(await readFile(to)).to.deep.equal(content);
  });

  it('begins again where what is there of it is wrong', async () => {
    const caller = { kind: 'user', owner: 'local' } as const;
    const wrong = { offset: 0, total: undefined, bytes: [Buffer.from('what another has left')] };
    await given.staging.send(caller, hashOf(content), wrong);
    await plain().upload(file);
    expect((await given.staging.uploaded(caller, hashOf(content))).complete).to.equal(true);
  });

  it('says so where a file changes while it is sent', async () => {
    const changing = clientOver(async (call, { method }) => {
      if (method === 'PUT') await writeFile(file, Buffer.alloc(content.length, 'x'));
      return call();
    });
    expect(await codeOf(changing.upload(file))).to.equal('bad-files');
  });

  it('leaves no file that is not whole and right', async () => {
    const at = await plain().upload(file);
    let calls = 0;
    const lying = clientOver(async (call) => {
      calls += 1;
      const response = await call();
      if (calls < 3) return response;
      const bytes = (await response.arrayBuffer()).byteLength;
      return new Response(Buffer.alloc(bytes, 'x'), { status: 206 });
    });
    const to = join(folder, 'back');
    await writeFile(to, 'as before');
    expect(await codeOf(lying.download(at, to))).to.equal('unavailable');
    expect(await readFile(to, 'utf8')).to.equal('as before');
    expect(await codeOf(plain().download({ ...at, blob: hashOf(Buffer.from('none')) }, to))).to.equal(
      'not-found',
    );
    expect((await readdir(folder)).sort()).to.deep.equal(['back', 'file']);
  });

  it('gives up when it is called off, or the broker is away for too long', async () => {
    const away = new BlobsClient(
      { url: door.url, fetch: () => Promise.reject(new TypeError('fetch failed')) },
      { ...limits, awayMs: 0 },
    );
    expect(await codeOf(away.upload(file))).to.equal('unavailable');
    const stop = new AbortController();
    const stopped = clientOver((call) => {
      stop.abort();
      return call();
    });
    await stopped.upload(file, { signal: stop.signal }).then(
      () => expect.fail('it was not called off'),
      () => {},
    );
  });
});

async function codeOf(done: Promise<unknown>): Promise<unknown> {
  return done.then(
    () => 'done',
    (error: { code?: unknown }) => error.code ?? error,
  );
}
