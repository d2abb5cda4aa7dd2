import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../platform/log.ts';

const port = z.int().min(1).max(65_535);
const ports = z.object({
  /** What the Ids of its Tells begin with. */
  node: z
    .string()
    .regex(/^[\x21-\x2e\x30-\x7e]{1,24}$/)
    .optional(),
  /** Of the Host doors, by the names of their applications. */
  hosts: z.record(z.string(), port),
  poll: port.optional(),
});
export type Ports = z.output<typeof ports>;

/** The name and the ports that an agent had, so that what others know of it holds after its next start. */
interface KeptPorts {
  /** What was kept; nothing where there is no such file, or it cannot be understood. */
  read(): Promise<Ports>;
  /** Replaces it, as a whole or not at all. */
  write(ports: Ports): Promise<void>;
}

/** Another one each time, for several agents may run on one machine. */
export function newNodeName(): string {
  return `node-${randomBytes(6).toString('hex')}`;
}

export function keptPorts(folder: string, log: Log): KeptPorts {
  const path = join(folder, 'agent-ports.json');
  return {
    async read() {
      try {
        return ports.parse(JSON.parse(await readFile(path, 'utf8')));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
          log.warn('the ports of the last start are not known; new ones are taken', { file: path });
        return { hosts: {} };
      }
    },
    async write(now) {
      const partial = `${path}.${process.pid}.partial`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(partial, `${JSON.stringify(now)}\n`, { mode: 0o600 });
        await rename(partial, path);
      } catch (error) {
        // The doors are open all the same; only the next start has other ports.
        await rm(partial, { force: true }).catch(() => {});
        log.warn('the ports of the doors could not be kept', { file: path, error: String(error) });
      }
    },
  };
}
