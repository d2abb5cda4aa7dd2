import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isOver, JobsClient } from '../../client/jobs.ts';
import { launch, type SupervisorCommand } from '../../fabric-agent/supervisor/launch.ts';
import type { JobView, jobRequest } from '../../protocol/jobs/job.ts';

/** The application that does nothing, and the one that prints when it began, in nanoseconds since 1970. */
export const nothing = 'nothing';
export const clock = 'clock';

/** How many tasks the node runs at once, and the Ask of such a task: so many fit a machine of two cores. */
export const tasksAtOnce = 64;
export const smallAsk = 'SLA-version: 1.0\nAction: Ask\nId: small\nCpus: 0.03125\n\n';

const startMs = 60_000;
/** How long a supervisor stays that nobody asks for anything: until the house has started. */
const lingerMs = 60_000;
const sampleMs = 1_000;
/** The least time between two looks at a job. */
const lookMs = 10;
/** Clock ticks a second in /proc, on every Linux (`getconf CLK_TCK`). */
const ticksASecond = 100;

const readyLine = z.object({ ready: z.literal(true), http: z.url() });

/** Which process of a house; `programs` is all that its supervisor has started. */
export type Part = 'services' | 'agent' | 'supervisor' | 'programs';

/** What a house is started with. */
export interface HouseSettings {
  /** The supervisor that is to run its tasks; none where they run elsewhere. */
  readonly supervisor?: SupervisorCommand;
  /** Settings of its agent beside those that all have. */
  readonly agent?: Readonly<Record<string, unknown>>;
  /** Variables beside those of this process. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * `ogm up` as users start it: the services in one process, the agent in its own, a supervisor in another, over a data
 * folder of its own. Leaving the scope of `await using` ends all of it.
 */
export class House implements AsyncDisposable {
  readonly jobs: JobsClient;
  readonly #services: ChildProcess;
  readonly #pids: Readonly<Record<Exclude<Part, 'programs'>, number>>;
  readonly #killAtExit: () => void;

  private constructor(services: ChildProcess, http: string, pids: House['pids'], killAtExit: () => void) {
    this.jobs = new JobsClient({ url: http, fetch: (url, options) => fetch(url, options) });
    this.#services = services;
    this.#pids = pids;
    this.#killAtExit = killAtExit;
  }

  get pids(): Readonly<Record<Exclude<Part, 'programs'>, number>> {
    return this.#pids;
  }

  /** Starts one in an empty folder. */
  static async start(folder: string, settings: HouseSettings): Promise<House> {
    const data = join(folder, 'data');
    const tasks = join(data, 'agent', 'tasks');
    await mkdir(tasks, { recursive: true, mode: 0o700 });
    // An agent takes the supervisor that serves its folder already.
    if (settings.supervisor !== undefined) await launch(settings.supervisor, tasks, [lingerMs, sampleMs]);
    const supervisor = settings.supervisor === undefined ? undefined : await serving(tasks);
    const config = join(folder, 'ogm.yaml');
    const agent = { ...configuration.agent, ...settings.agent };
    await writeFile(config, JSON.stringify({ ...configuration, agent }));
    const ogm = fileURLToPath(new URL('../../cli/ogm.js', import.meta.url));
    const args = ['up', '--json', '--config', config, '--data', data, '--log-level', 'error'];
    const services = spawn(process.execPath, [ogm, ...args, '--until-end-of-input'], {
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OGM_'))),
        ...settings.variables,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const killAtExit = () => {
      services.kill('SIGKILL'); // its agent ends with it
      if (supervisor !== undefined) process.kill(supervisor, 'SIGTERM');
    };
    process.prependOnceListener('exit', killAtExit); // before its folder is removed
    const lines = createInterface({ input: services.stdout });
    const ended = once(services, 'exit').then(() => {
      throw new Error(`ogm ${args.join(' ')} ended before it was ready`);
    });
    const ready = once(lines, 'line', { signal: AbortSignal.timeout(startMs) });
    const [line] = await Promise.race([ready, ended]);
    ended.catch(() => {}); // its end is no news any more
    const { http } = readyLine.parse(JSON.parse(String(line)));
    const [child = Number.NaN] = await childrenOf(services.pid ?? Number.NaN);
    const pids = { services: services.pid ?? 0, agent: child, supervisor: supervisor ?? Number.NaN };
    const house = new House(services, http, pids, killAtExit);
    await house.run({ application: nothing, name: 'the node is there' });
    return house;
  }

  /** Submits a job, waits until it is over, and throws where it did not finish. Returns how long it took, in seconds. */
  async run(
    request: z.input<typeof jobRequest>,
  ): Promise<{ readonly job: JobView; readonly seconds: number }> {
    const begun = performance.now();
    let job = await this.jobs.submit(request);
    for (let at = begun; !isOver(job); at = performance.now()) {
      if (job.counts.lost > 0) throw new Error(`job ${job.id} is ${job.state}: ${job.reason}`);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, at + lookMs - performance.now())));
      job = await this.jobs.changed(job.id, job.cursor);
    }
    const seconds = (performance.now() - begun) / 1_000;
    if (job.state !== 'FINISHED') throw new Error(`job ${job.id} is ${job.state}: ${job.reason}`);
    return { job, seconds };
  }

  /** What the processor has done for each part so far, in seconds; a program counts once it has ended. Wants a supervisor. */
  async cpuSeconds(): Promise<Record<Part, number>> {
    const { services, agent, supervisor } = this.#pids;
    const [ofServices, ofAgent, ofSupervisor] = await Promise.all([services, agent, supervisor].map(timesOf));
    return {
      services: ofServices?.own ?? Number.NaN,
      agent: ofAgent?.own ?? Number.NaN,
      supervisor: ofSupervisor?.own ?? Number.NaN,
      programs: ofSupervisor?.ended ?? Number.NaN,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#killAtExit);
    const ended = once(this.#services, 'exit');
    this.#services.stdin?.end();
    await ended;
    if (!Number.isNaN(this.#pids.supervisor)) process.kill(this.#pids.supervisor, 'SIGTERM');
  }
}

const free = { 'http-port': 0, 'market-port': 0, 'broker-port': 0, 'infogather-port': 0 };
const configuration = {
  doors: free,
  agent: {
    'host-port': 0,
    'poll-port': 0,
    detect: false,
    'concurrent-programs': tasksAtOnce,
    applications: [
      { name: nothing, argv: ['/bin/true'] },
      { name: clock, argv: ['/bin/date', '+%s%N'] },
    ],
  },
};

/** The process that holds the lock of a supervisor's folder. */
async function serving(tasks: string): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (words.split('\0').includes(tasks)) return Number(pid);
  }
  throw new Error('the supervisor is not there');
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(/\s+/).map(Number);
}

/** Seconds of processor that a process took, and its children that have ended took. */
async function timesOf(pid: number): Promise<{ readonly own: number; readonly ended: number }> {
  // proc_pid_stat(5): after the name in parentheses the third field is next; 14 to 17 are times, the last two of children.
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
  const seconds = (first: number) => (Number(fields[first]) + Number(fields[first + 1])) / ticksASecond;
  return { own: seconds(11), ended: seconds(13) };
}
