import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type * as Sdk from '../../client/page.ts';
import { root } from '../../tools/project.ts';
import { openChromium, type Served } from '../support/chromium.ts';
import { real } from '../support/real.ts';
import { type House, node, openHouse, type TemporaryFolder, temporaryFolder } from './support/house.ts';

/** What the page below has at hand. */
declare const sdk: typeof Sdk;
declare const location: { readonly origin: string };
declare const document: { querySelectorAll(what: string): { readonly length: number } };

/** What it keeps from one step to the next. */
interface Seen {
  readonly blobs: Sdk.PageBlobs;
  readonly jobs: Sdk.JobsClient;
  readonly id: string;
  readonly sent: Sdk.BlobAt;
  readonly states: string[];
  readonly cursors: number[];
  printed: string;
  readonly done: Promise<void>[];
}
declare const seen: Seen;

/** Bytes of the file that goes to the program and comes back: several parts. */
const fileBytes = 3_000_000;

const page = `<!doctype html><link rel="icon" href="data:,"><title>a page with the client</title>
<script type="importmap">{ "imports": { "zod": "/zod/index.js" } }</script>
<script type="module">import * as sdk from '/client/page.ts'; globalThis.sdk = sdk;</script>`;

/** The client as it stands in the sources, types stripped, beside what the broker serves. */
const served: Served = async ({ pathname }) => {
  if (pathname === '/page') return { type: 'text/html', text: page };
  if (pathname.startsWith('/zod/'))
    return { type: 'text/javascript', text: await readFile(join(root, 'node_modules', pathname), 'utf8') };
  if (!/^\/(client|protocol|grammar)\/.*\.[jt]s$/.test(pathname)) return undefined;
  const source = await readFile(join(root, pathname), 'utf8');
  return { type: 'text/javascript', text: pathname.endsWith('.ts') ? stripTypeScriptTypes(source) : source };
};

/** A way to a port that can be cut. */
async function cuttable(port: number) {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const service = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [client, service],
      [service, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {}).on('close', () => other.destroy());
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of open) socket.destroy();
    open.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Copies its file, says how large it is, and ends when it was answered. */
const program = `
  const fs = require('node:fs');
  console.log('one', fs.statSync('in').size);
  fs.copyFileSync('in', 'out');
  fs.mkdirSync('.ogm', { recursive: true });
  fs.writeFileSync('.ogm/new', 'go on?');
  fs.renameSync('.ogm/new', '.ogm/question');
  const timer = setInterval(() => {
    if (!fs.existsSync('.ogm/answer')) return;
    clearInterval(timer);
    console.log('two');
  }, 50);`;

describe('a page in a browser', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;

  before(async function () {
    if (!real('chromium')) this.skip();
    folder = held.use(await temporaryFolder());
    house = held.use(await openHouse(join(folder.path, 'data')));
  });
  after(() => held.disposeAsync());

  it('sends a file, follows its job as it goes, and has what it left, though its connections are cut', async () => {
    const { host, port } = new URL(house.http);
    await using way = await cuttable(Number(port));
    await using browser = await openChromium(served, { [host]: `127.0.0.1:${way.port}` });
    await browser.page.open(`${house.http}/page`);
    expect(browser.page.complaints).to.deep.equal([]);
    const sent = await browser.page.run(begin, { application: node, text: program, bytes: fileBytes });
    expect(sent).to.deep.equal({ blobIsWhole: true, printed: `one ${fileBytes}\n` });
    way.cut();
    const end = await browser.page.run(finish, 'yes');
    expect(end.printed).to.equal(`one ${fileBytes}\ntwo\n`);
    expect(end.states).to.deep.equal(['QUEUED', 'RUNNING', 'WAITING', 'RUNNING', 'FINISHED']);
    expect(end.cursors, 'each event once').to.deep.equal([...new Set(end.cursors)].sort((a, b) => a - b));
    expect(end.isSame).to.equal(true);
    const sockets = browser.page.asked.filter((url) => url === `ws://${host}/broker/v1/events/ws`);
    expect(sockets, 'one, and one after the cut').to.have.length(2);
  });

  it('shows what a service serves, and loads nothing else', async () => {
    await using browser = await openChromium(async () => undefined);
    const { page } = browser;
    await page.open(`${house.http}/docs`);
    expect(await page.run(() => document.querySelectorAll('article').length, null)).to.be.above(50);
    expect([page.asked, page.complaints]).to.deep.equal([[`${house.http}/docs`], []]);
  });
});

/** Runs in the page: sends a file, submits a job with it, and follows that until its program has asked its question. */
async function begin(given: { application: string; text: string; bytes: number }) {
  const address = { url: location.origin, fetch: fetch.bind(globalThis) };
  const blobs = new sdk.PageBlobs(address);
  const jobs = new sdk.JobsClient(address, {}, sdk.pageFrames({ url: location.origin }));
  const bytes = new Uint8Array(given.bytes);
  for (let at = 0; at < bytes.length; at += 60_000) crypto.getRandomValues(bytes.subarray(at, at + 60_000));
  const sent = await blobs.upload(new Blob([bytes]));
  const { id } = await jobs.submit({
    application: given.application,
    arguments: ['-e', given.text],
    inputs: [{ path: 'in', blob: sent.blob }],
    outputs: ['out'],
    request: 'of-a-page',
  });
  const asked = Promise.withResolvers<void>();
  const spoken = Promise.withResolvers<void>();
  const seen: Seen = { blobs, jobs, id, sent, states: [], cursors: [], printed: '', done: [] };
  const events = async () => {
    for await (const { cursor, kind, task, state } of jobs.events({ job: id })) {
      seen.cursors.push(cursor);
      if (kind === 'question') asked.resolve();
      if (kind !== 'state' || task !== null || state === null) continue;
      seen.states.push(state);
      if (state === 'FINISHED') return;
    }
  };
  const printed = async () => {
    for await (const piece of jobs.stdout(id, 1, { follow: true })) {
      seen.printed += new TextDecoder().decode(piece.bytes);
      if (seen.printed.endsWith('\n')) spoken.resolve();
    }
  };
  seen.done.push(events(), printed());
  Object.assign(globalThis, { seen });
  await Promise.race([Promise.all([asked.promise, spoken.promise]), Promise.all(seen.done)]);
  return { blobIsWhole: sent.bytes === given.bytes, printed: seen.printed };
}

/** Runs in the page: answers the question, and fetches what the program has left once it has ended. */
async function finish(answer: string) {
  const { blobs, jobs, id, sent, states, cursors, done } = seen;
  await jobs.answer(id, 1, answer);
  await Promise.all(done);
  const [output] = (await jobs.task(id, 1)).outputs;
  const back = output && (await blobs.download(output));
  return {
    states,
    cursors,
    printed: seen.printed,
    isSame: output?.blob === sent.blob && back?.size === sent.bytes,
  };
}
