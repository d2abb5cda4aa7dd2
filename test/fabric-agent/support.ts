import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';
import { type TarEvent, TarReader } from '../../client/host/tar-reader.ts';
import { type Agent, createAgent } from '../../fabric-agent/index.ts';
import { agentSettings } from '../../fabric-agent/settings.ts';
import { printDocument, printDocument1 } from '../../grammar/index.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Admission } from '../../platform/doors/door.ts';
import type { Log } from '../../platform/log.ts';

/** Lets everyone in as the user who runs the tests. */
export const openAdmission: Admission = {
  admit: async ({ remoteAddress }) => ({ address: remoteAddress, uid: process.getuid?.() ?? 0 }),
};

/** Keeps what is logged. */
export function recordingLog(lines: { level: string; message: string; fields: unknown }[] = []): Log {
  const at = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void lines.push({ level, message, fields });
  const log: Log = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    enabled: () => true,
    child: () => log,
  };
  return log;
}

export interface TestAgent extends AsyncDisposable {
  readonly agent: Agent;
  readonly folder: string;
  readonly logged: { level: string; message: string; fields: unknown }[];
  readonly registered: string[];
  /** The Host door of the application whose name begins so. */
  port(name: string): number;
}

/** An agent in a folder of its own that offers node alone, unless its settings say more. */
export async function startAgent(
  settings: Record<string, unknown> = {},
  admission = openAdmission,
  folder?: string,
): Promise<TestAgent> {
  folder ??= await mkdtemp(join(tmpdir(), 'ogm-agent-'));
  const logged: TestAgent['logged'] = [];
  const registered: string[] = [];
  const agent = createAgent({
    config: agentSettings.parse({
      detect: false,
      'host-port': 0,
      'poll-port': 0,
      linger: '200 ms',
      ...settings,
    }),
    log: recordingLog(logged),
    clock: systemClock,
    admission,
    register: async (document) =>
      void registered.push('envelope' in document ? printDocument1(document) : printDocument(document)),
    dataFolder: folder,
  });
  try {
    await agent.start();
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return {
    agent,
    folder,
    logged,
    registered,
    port(name) {
      const offered = agent.applications.find((each) => each.name.startsWith(name));
      return Number(offered?.host?.split(':').at(-1));
    },
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes and the end of input, and reads to the end. */
export async function exchange(port: number, bytes: Uint8Array): Promise<Buffer> {
  const socket = await dial(port);
  socket.end(bytes);
  return await buffer(socket);
}

export type Entry = Partial<Header> & { readonly name: string } & { readonly content?: string | Buffer };

/** An archive by an implementation that is not ours. */
export async function archive(...entries: readonly Entry[]): Promise<Buffer> {
  const out = pack();
  for (const { content, ...header } of entries) out.entry(header, content ?? '');
  out.finalize();
  return await buffer(out);
}

/** An archive that runs a script in the program node. */
export function script(source: string, ...more: readonly Entry[]): Promise<Buffer> {
  return archive(
    ...more,
    { name: 'main.js', content: source },
    { name: '.ogm/arguments', content: 'main.js\n' },
  );
}

/** What an archive holds, its files by their names. Fails where it is not whole. */
export function contents(bytes: Uint8Array): Record<string, string> {
  const reader = new TarReader({ headerBytes: 65536 });
  const events: TarEvent[] = reader.push(bytes);
  if (events.at(-1)?.kind !== 'end')
    throw new Error(`no whole archive: ${Buffer.from(bytes).toString('latin1', 0, 200)}`);
  const files: Record<string, string> = {};
  let name = '';
  for (const event of events) {
    if (event.kind === 'entry') {
      name = event.entry.name;
      files[name] = '';
    } else if (event.kind === 'data') files[name] += Buffer.from(event.bytes).toString();
  }
  return files;
}

/** How long what another process does is waited for, in milliseconds: less than a test's own time, so that what it was instead gets told. */
const patienceMs = 180_000;

/** Resolves once `check` does not throw; for what another process does. */
export async function eventually(check: () => unknown): Promise<void> {
  for (const end = performance.now() + patienceMs; ; ) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
