import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Listen } from '../../platform/doors/door.ts';

type ServiceName = 'market' | 'infogather' | 'broker';

export interface ServiceOptions {
  readonly name: ServiceName;
  /** Its data folder. */
  readonly data: string;
  /** Settings other than their defaults, each `service.key=value`. */
  readonly set?: readonly string[];
  /** Whether it is to say how long its event loop stood. */
  readonly watchLoop?: boolean;
}

/** The line with which `ogm` says that it is ready. */
const readyLine = z.object({
  http: z.url(),
  text: z.record(z.string(), z.string()),
});

/** What a service says of its event loop: `programs/loop-delay.ts`. */
const loopMessage = z.object({
  ms: z.number(),
  onCoreMs: z.number(),
  cpuMs: z.number(),
  collectingMs: z.number(),
});

/**
 * The longest turn of an event loop, in milliseconds: by the clock, by the clock less what its thread waited for a core,
 * and in processor time of its thread; and for how long it stood at most for V8 to collect garbage, by the clock.
 */
export type LongestTurn = z.output<typeof loopMessage>;

/**
 * How long a start may take: a million Tells are read back in some 12 s on a machine with nothing else to do, and on a
 * busy one in many times that.
 */
const startMs = 600_000;

/** Clock ticks a second in /proc, on every Linux (`getconf CLK_TCK`). */
const ticksASecond = 100;

/** A service in a process of its own, as `ogm market` starts it. Leaving the scope of `await using` ends it. */
export class Service implements AsyncDisposable {
  readonly http: Listen;
  readonly text: Listen;
  readonly #process: ChildProcess;
  readonly #killAtExit: () => void;

  private constructor(child: ChildProcess, killAtExit: () => void, http: Listen, text: Listen) {
    this.#process = child;
    this.#killAtExit = killAtExit;
    this.http = http;
    this.text = text;
  }

  static async start({ name, data, set = [], watchLoop = false }: ServiceOptions): Promise<Service> {
    const command = fileURLToPath(new URL('../../cli/ogm.js', import.meta.url));
    const ports = ['--http-port', '0', `--${name}-port`, '0'];
    const settings = set.flatMap((one) => ['--set', one]);
    const args = [name, '--json', '--data', data, '--log-level', 'error', ...ports, ...settings];
    const watching = new URL('../programs/loop-delay.ts', import.meta.url);
    const flags = watchLoop ? ['--import', watching.href] : [];
    const child = spawn(process.execPath, [...flags, command, ...args], {
      env: withoutOurs(process.env),
      stdio: ['ignore', 'pipe', 'inherit', ...(watchLoop ? ['ipc' as const] : [])],
    });
    if (child.stdout === null) throw new Error('a service has no standard output');
    const killAtExit = () => child.kill('SIGKILL');
    process.prependOnceListener('exit', killAtExit); // before its folder is removed
    const ended = once(child, 'exit').then(() => {
      throw new Error(`ogm ${args.join(' ')} ended before it was ready`);
    });
    const late = AbortSignal.timeout(startMs);
    const ready = once(createInterface({ input: child.stdout }), 'line', { signal: late });
    const [line] = await Promise.race([ready, ended]);
    ended.catch(() => {}); // its end is no news any more
    const said = readyLine.safeParse(JSON.parse(String(line)));
    if (!said.success) throw new Error(`ogm ${args.join(' ')} did not start: ${line}`);
    const { http, text } = said.data;
    return new Service(child, killAtExit, listenOf(new URL(http).host), listenOf(text[name] ?? ''));
  }

  /** Stops the process where it is, or lets it go on: two services that work by themselves take turns. */
  pause(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  /** What the processor has done for it so far, in seconds. */
  async cpuSeconds(): Promise<number> {
    // proc_pid_stat(5): after the name in parentheses the third field is next; user and system time are 14 and 15.
    const fields = (await this.#proc('stat')).replace(/^.*\) /s, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksASecond;
  }

  /** What it holds in memory, in MiB. */
  residentMiB(): Promise<number> {
    return this.#statusMiB('VmRSS');
  }

  /** The most that it held, in MiB, since it began or that was forgotten. */
  peakMiB(): Promise<number> {
    return this.#statusMiB('VmHWM');
  }

  async forgetPeak(): Promise<void> {
    await writeFile(`/proc/${this.#process.pid}/clear_refs`, '5'); // proc_pid_clear_refs(5)
  }

  /** The longest turn of its event loop since this was asked last; it was started with `watchLoop`. */
  async longestTurn(): Promise<LongestTurn> {
    const answered = once(this.#process, 'message');
    this.#process.send({});
    const [message] = await answered;
    return loopMessage.parse(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#killAtExit);
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL'); // also where it is paused; its folder is thrown away
    await ended;
  }

  async #statusMiB(name: string): Promise<number> {
    const [, kB] = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(await this.#proc('status')) ?? [];
    return Number(kB) / 1024;
  }

  #proc(file: string): Promise<string> {
    return readFile(`/proc/${this.#process.pid}/${file}`, 'utf8');
  }
}

function listenOf(address: string): Listen {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** Settings of the person who measures are not what is measured. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OGM_')));
}
