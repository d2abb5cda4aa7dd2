import { once } from 'node:events';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { sha256 } from '../../platform/digest.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Part } from '../../platform/lifecycle.ts';
import { failure } from '../../protocol/catalogue.ts';

/**
 * Holds a folder for this process alone, as long as it lives and no longer, by a socket on which it listens: on Linux
 * one that has a name and no file, so that no crash leaves anything behind. `start` throws a Refusal where another has it.
 */
export function createSole(folder: string): Part {
  // Whoever comes learns by coming that somebody is there.
  const server = createServer((socket) => void socket.destroy());
  server.unref();
  return {
    async start() {
      const real = await realpath(folder);
      const isLinux = process.platform === 'linux';
      const path = isLinux ? `\0ogm-agent-${sha256(real)}` : join(real, 'agent.sock');
      if (!isLinux && !(await answers(path))) await rm(path, { force: true });
      server.listen(path);
      try {
        await once(server, 'listening');
      } catch (cause) {
        const detail = `another agent works in ${folder}`;
        throw new Refusal(failure('store-in-use', detail), { cause });
      }
    },
    async stop() {
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
    },
  };
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
