import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openSupervisor,
  type Supervisor,
  type SupervisorOptions,
} from '../../../fabric-agent/supervisor/client.ts';
import { nodeSupervisor, type SupervisorCommand } from '../../../fabric-agent/supervisor/launch.ts';
import type { Ended, Now, StartOrder, TaskLimits } from '../../../fabric-agent/supervisor/messages.ts';
import { buildSupervisor } from '../../../tools/build-supervisor.ts';
import { root } from '../../../tools/project.ts';
import { recordingLog } from '../support.ts';

export interface Implementation {
  readonly name: string;
  readonly command: () => Promise<SupervisorCommand>;
  /** What it says that it can promise. */
  readonly promises: Pick<Now, 'parents' | 'descendants' | 'limits' | 'anyBytes' | 'closesAll'>;
  /** Whether it and its programs see a /proc, in which tests look at programs from inside. */
  readonly hasProc: boolean;
}

export const inC: Implementation = {
  name: 'in C',
  command: async () => [await compiled()],
  promises: {
    parents: true,
    descendants: 'all',
    limits: ['output', 'memory', 'processes'],
    anyBytes: true,
    closesAll: true,
  },
  hasProc: true,
};
export const inNode: Implementation = {
  name: 'in Node.js',
  command: async () => nodeSupervisor,
  promises: {
    parents: false,
    descendants: 'group',
    // Of its memory and processes only Linux tells; the tests run there.
    limits: ['output', 'memory', 'processes'],
    anyBytes: false,
    closesAll: false,
  },
  hasProc: true,
};

/**
 * The same where the system has no /proc, and no `ps` either (that of Linux wants a /proc): as it is on other systems, as far
 * as that can be shown on Linux. Only root can take it away.
 */
export const withoutProc: Implementation = {
  name: 'in Node.js, without /proc',
  command: async () => ['/bin/sh', '-c', hidingProc, 'sh', ...nodeSupervisor],
  promises: { ...inNode.promises, limits: ['output'] },
  hasProc: false,
};

const hidingProc =
  'exec unshare --mount sh -c \'mount -t tmpfs -o size=4k,mode=555 none /proc && exec "$@"\' sh "$@"';

/** The supervisor of these sources, compiled once for all runs of the tests. */
async function compiled(): Promise<string> {
  const folder = join(root, 'fabric-agent/supervisor/native');
  const sum = createHash('sha256');
  for (const file of readdirSync(folder).sort()) sum.update(readFileSync(join(folder, file)));
  const binary = join(tmpdir(), `ogm-supervisor-${sum.digest('hex').slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  const own = `${binary}.${randomUUID()}`;
  const missing = await buildSupervisor(own, ['-static']);
  if (missing !== undefined) throw new Error(missing);
  await rename(own, binary);
  return binary;
}

const noLimits: TaskLimits = { outputBytes: 0, memoryBytes: 0, processes: 0 };

type Wish = Partial<Omit<StartOrder, 'limits'>> & { readonly limits?: Partial<TaskLimits> };

/** What is to be other than it is by default. */
type How = Pick<SupervisorOptions, 'lingerMs' | 'sampleMs' | 'group'>;

/** A supervisor in a folder of its own, with the client that started it. */
export class Setting implements AsyncDisposable {
  readonly dir: string;
  readonly command: SupervisorCommand;
  readonly told: Ended[] = [];
  readonly #listeners = new Set<() => void>();
  supervisor!: Supervisor;
  promises!: Now;

  constructor(dir: string, command: SupervisorCommand) {
    this.dir = dir;
    this.command = command;
  }

  static async make(implementation: Implementation, dir?: string, how: How = {}): Promise<Setting> {
    const folder = dir ?? join(await mkdtemp(join(tmpdir(), 'supervisor-')), 'kept');
    const setting = new Setting(folder, await implementation.command());
    await setting.connect(how);
    return setting;
  }

  async connect(how: How = {}): Promise<void> {
    this.supervisor = await openSupervisor({
      dir: this.dir,
      command: this.command,
      lingerMs: 200,
      sampleMs: 100,
      ...how,
      log: recordingLog(),
      exited: (ended) => {
        this.told.push(ended);
        for (const listener of this.#listeners) listener();
      },
    });
    this.promises = await this.supervisor.now();
  }

  order(task: string, argv: StartOrder['argv'], wish: Wish = {}): StartOrder {
    const { limits, ...rest } = wish;
    return {
      task,
      attempt: 1,
      bootId: this.promises.bootId,
      latestStartMs: 0,
      endMs: 0,
      graceMs: 2_000,
      environment: ['PATH=/usr/bin:/bin'],
      argv,
      limits: { ...noLimits, ...limits },
      ...rest,
    };
  }

  /** Starts a script of the shell and waits for its end. */
  async run(task: string, script: string, wish: Wish = {}): Promise<Ended> {
    await this.supervisor.start(this.order(task, ['/bin/sh', '-c', script], wish));
    return this.end(task);
  }

  start(task: string, script: string, wish: Wish = {}) {
    return this.supervisor.start(this.order(task, ['/bin/sh', '-c', script], wish));
  }

  /** How a task ended; waits for it. */
  async end(task: string): Promise<Ended> {
    for (;;) {
      const found = this.told.find((each) => each.task === task);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
      });
    }
  }

  file(task: string, name: string): Promise<string> {
    return readFile(join(this.dir, 'tasks', `${task}.1`, name), 'latin1');
  }

  /** The supervisor's process: the one that has its folder's lock. */
  get pid(): number {
    return holderOf(join(this.dir, 'lock'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = await this.supervisor.list().catch(() => []);
    for (const task of left)
      if (task.state === 'running') await this.supervisor.cancel(task, 0).then(() => this.end(task.task));
    await this.supervisor[Symbol.asyncDispose]();
    await rm(join(this.dir, '..'), { recursive: true, force: true });
  }
}

/** The process that holds the lock of a file. */
export function holderOf(path: string): number {
  const inode = readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .map((line) => line.split(/\s+/))
    .find((fields) => fields[5]?.endsWith(`:${statSync(path).ino}`) && fields[1] === 'POSIX');
  if (inode === undefined) throw new Error(`nobody holds ${path}`);
  return Number(inode[4]);
}

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
