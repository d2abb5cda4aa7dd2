import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Admission } from '../../platform/doors/door.ts';
import { createHttpDoor, type HttpLimits } from '../../platform/doors/http.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { parsedJson } from '../../protocol/json.ts';
import { PageKeys } from './keys.ts';
import type { LogRing } from './log-ring.ts';
import { openPaths, pageRoutes } from './routes.ts';
import { nodeViewOf, type PagedNode } from './status.ts';
import type { StatusView } from './view.ts';
import { Watchers } from './watchers.ts';

export type { PagedNode } from './status.ts';

export interface AgentPageOptions {
  /** What this process serves; they have started when the page does. */
  readonly nodes: readonly PagedNode[];
  readonly ring: LogRing;
  /** 0 for the port that it had before, or any free one. */
  readonly port: number;
  readonly limits: HttpLimits;
  /** Lets the owner of the agent in, and others as guests at most. */
  readonly admission: Admission;
  /** Where it is written how the page is reached, for the commands of the owner. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The page of an agent on this machine's own address, for its owner alone. */
export interface AgentPage extends Part {
  /** Known after `start`. */
  readonly url: string;
}

const kept = z.object({ port: z.int().min(1).max(65_535), token: z.string() });

/** How the page of the agent that has this data folder is reached; undefined where it never had one. */
export async function readPageFile(folder: string): Promise<{ url: string; token: string } | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => '');
  const read = kept.safeParse(parsedJson(text));
  if (!read.success) return undefined;
  return { url: urlAt(read.data.port), token: read.data.token };
}

export function createAgentPage(options: AgentPageOptions): AgentPage {
  const { nodes, ring, clock, folder, log } = options;
  const keys = new PageKeys(clock, openPaths);
  const startedMs = clock.now();
  const status = (): StatusView => ({
    version: 1,
    pid: process.pid,
    startedMs,
    nodes: nodes.map(nodeViewOf),
  });
  const watchers = new Watchers({
    status: () => JSON.stringify(status()),
    log: (after) => ({ text: JSON.stringify({ lines: ring.after(after, 200) }), last: ring.last }),
    clock,
  });
  const routes = [pageRoutes({ nodes, status, ring, watchers, keys })];
  const doorAt = (port: number) =>
    createHttpDoor({
      name: 'the page of the agent',
      listen: { host: loopback, port },
      limits: options.limits,
      admission: options.admission,
      identify: keys.identify,
      routes,
      sockets: [],
      log,
    });
  let door = doorAt(options.port);

  async function open(): Promise<void> {
    const before = options.port === 0 ? await readPageFile(folder) : undefined;
    if (before !== undefined) {
      const same = doorAt(Number(new URL(before.url).port));
      try {
        await same.start();
        door = same;
        return;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error; // another has it now, and any other port does as well
      }
    }
    await door.start();
  }

  const stop = async () => {
    watchers.stop();
    await door.stop();
  };
  return {
    get url() {
      return urlAt(door.listening.port);
    },
    async start() {
      await open();
      await write(folder, { port: door.listening.port, token: keys.token });
      log.info('the page of this agent is open', { url: urlAt(door.listening.port) });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const loopback = '127.0.0.1';

function urlAt(port: number): string {
  return `http://${loopback}:${port}`;
}

function fileIn(folder: string): string {
  return join(folder, 'page.json');
}

/** For its owner alone, whole or not at all. */
async function write(folder: string, told: z.output<typeof kept>): Promise<void> {
  const partial = `${fileIn(folder)}.${process.pid}.partial`;
  await writeFile(partial, `${JSON.stringify(told)}\n`, { mode: 0o600 });
  await rename(partial, fileIn(folder));
}
