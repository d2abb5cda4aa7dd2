import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** A page of a browser, spoken to by the Chrome DevTools Protocol. */
export interface Page {
  /** Goes to an address, and waits until all is loaded. */
  open(url: string): Promise<void>;
  /** Runs a function there, which knows nothing of here but what is given to it, and waits for what it returns. */
  run<A, R>(work: (given: A) => R | Promise<R>, given: A): Promise<R>;
  /** Addresses to which it has sent requests, WebSockets among them. */
  readonly asked: readonly string[];
  /** What it has complained of: errors that nobody caught, and what its console shows as one. */
  readonly complaints: readonly string[];
}

export interface Chromium extends AsyncDisposable {
  readonly page: Page;
}

/** What a page is given in place of what lies at an address; nothing where it is to be fetched there. */
export type Served = (url: URL) => Promise<{ readonly type: string; readonly text: string } | undefined>;

/**
 * Nothing of it leaves this machine, or asks for a display, or a sandbox that root has not. A page that is given to it by
 * way of its own protocol has no address, and would count as one from elsewhere, which may not speak to this machine.
 */
const flags = [
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic'],
  ...['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--remote-debugging-pipe', 'about:blank'],
];

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/**
 * Starts a browser with one page. Leaving the scope of `await using` ends it.
 *
 * @param reached where connections to `host:port` go instead
 */
export async function openChromium(
  served: Served,
  reached: Readonly<Record<string, string>> = {},
): Promise<Chromium> {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-chromium-'));
  const rules = Object.entries(reached).map(([from, to]) => `MAP ${from} ${to}`);
  const args = [`--user-data-dir=${folder}`, `--host-resolver-rules=${rules.join(', ')}`, ...flags];
  const child = spawn('chromium', args, {
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const pipe = { to: child.stdio[3] as Writable, from: child.stdio[4] as Readable };
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const asked: string[] = [];
  const complaints: string[] = [];
  let loaded = () => {};
  let count = 0;
  let session: string | undefined;

  function say(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const answered = Promise.withResolvers<Record<string, unknown>>();
    count += 1;
    waiting.set(count, answered);
    pipe.to.write(
      `${JSON.stringify({ id: count, method, params, ...(session && { sessionId: session }) })}\0`,
    );
    return answered.promise;
  }

  async function serve(requestId: unknown, url: string): Promise<void> {
    const found = await served(new URL(url));
    if (found === undefined) return void (await say('Fetch.continueRequest', { requestId }));
    const responseHeaders = [{ name: 'Content-Type', value: found.type }];
    const body = Buffer.from(found.text).toString('base64');
    await say('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body });
  }

  function hear({ id, method, params = {}, result = {}, error }: Message): void {
    if (id !== undefined) {
      if (error === undefined) waiting.get(id)?.resolve(result);
      else waiting.get(id)?.reject(new Error(error.message));
      waiting.delete(id);
    } else if (method === 'Page.loadEventFired') loaded();
    else if (method === 'Network.requestWillBeSent') asked.push((params.request as { url: string }).url);
    else if (method === 'Network.webSocketCreated') asked.push(String(params.url));
    else if (method === 'Fetch.requestPaused')
      serve(params.requestId, (params.request as { url: string }).url).catch(() => {}); // the page went on
    else if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params.exceptionDetails));
    else if (method === 'Runtime.consoleAPICalled' && params.type === 'error')
      complaints.push(JSON.stringify(params.args));
    else if (method === 'Log.entryAdded' && (params.entry as { level: string }).level === 'error')
      complaints.push(JSON.stringify(params.entry));
  }

  let rest = '';
  pipe.from.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) hear(JSON.parse(message) as Message);
  });
  const gone = () => {
    for (const one of waiting.values()) one.reject(new Error('the browser has ended'));
  };
  for (const end of [pipe.to, pipe.from]) end.on('error', gone).on('close', gone);

  const { targetId } = await say('Target.createTarget', { url: 'about:blank' });
  session = String((await say('Target.attachToTarget', { targetId, flatten: true })).sessionId);
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await say(`${domain}.enable`);
  await say('Fetch.enable');

  return {
    page: {
      asked,
      complaints,
      async open(url) {
        const { promise, resolve } = Promise.withResolvers<void>();
        loaded = resolve;
        await say('Page.navigate', { url });
        await promise;
      },
      async run<A, R>(work: (given: A) => R | Promise<R>, given: A): Promise<R> {
        const expression = `(${work})(${JSON.stringify(given)})`;
        const how = { expression, awaitPromise: true, returnByValue: true };
        const { result, exceptionDetails } = await say('Runtime.evaluate', how);
        if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
        return (result as { value: R }).value;
      },
    },
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL'); // with the processes of its own
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
