import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { findProgram } from '../detection.ts';

/** What of the agent's environment the command of an engine needs: where it finds its files, its service and a proxy. */
const passedOn =
  /^(?:HOME|USER|LOGNAME|PATH|TMPDIR|XDG_\w+|_?CONTAINERS?_\w+|CONTAINERS_\w+|STORAGE_\w+|DOCKER_\w+|REGISTRY_AUTH_FILE|(?:HTTPS?|NO|ALL)_PROXY)$/i;

/** How long, in milliseconds, an engine may take to tell or remove something; to bring an image there is more. */
const answerMs = 60_000;
const bringMs = 60 * 60_000;
/** Bytes that an engine may say. */
const answerBytes = 8 * 1024 * 1024;

interface Answer {
  readonly code: number | string;
  readonly stdout: string;
  /** The last line that it said of what went wrong. */
  readonly complaint: string;
}

/** The commands of podman and docker, as far as they say the same; given words, never a line for a shell. */
export class Engine {
  readonly program: string;
  readonly isPodman: boolean;
  /** What its commands find in their environment. */
  readonly environment: Readonly<Record<string, string>>;

  private constructor(program: string, environment: Readonly<Record<string, string>>) {
    this.program = program;
    this.isPodman = basename(program).startsWith('podman');
    this.environment = environment;
  }

  /** The engine of a name, or the first that there is. Throws a Refusal `back-end-failed` where none answers. */
  static async find(name: string | undefined, surroundings: NodeJS.ProcessEnv): Promise<Engine> {
    const environment: Record<string, string> = {};
    for (const [variable, value] of Object.entries(surroundings))
      if (passedOn.test(variable) && value !== undefined) environment[variable] = value;
    const names = name === undefined ? ['podman', 'docker'] : [name];
    const found = await Promise.all(names.map((each) => findProgram(each, environment.PATH ?? '')));
    const program = found.find((each) => each !== undefined);
    if (program === undefined)
      throw failed(
        `there is no ${names.join(' and no ')} here`,
        'install podman, or set agent.container-engine',
      );
    const engine = new Engine(program, environment);
    const format = engine.isPodman ? '{{.Client.Version}}' : '{{.Server.Version}}';
    const { code, complaint } = await engine.#ask(['version', '--format', format]);
    if (code !== 0) throw failed(`${program} does not answer: ${complaint}`, 'see that its service runs');
    return engine;
  }

  async has(image: string): Promise<boolean> {
    return (await this.#ask(['image', 'inspect', '--format', '{{.Id}}', image])).code === 0;
  }

  /** Rejects with a sentence where it cannot be had. */
  async pull(image: string, signal: AbortSignal): Promise<void> {
    const { code, complaint } = await this.#ask(['pull', '--quiet', image], bringMs, signal);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`the image ${image} cannot be had: ${complaint}`);
  }

  /** The names of all containers with a label, running or not. Rejects where that cannot be known. */
  async named(label: string): Promise<string[]> {
    const words = ['ps', '--all', '--filter', `label=${label}`, '--format', '{{.Names}}'];
    const { code, stdout, complaint } = await this.#ask(words);
    if (code !== 0) throw new Error(`${this.program} does not say what runs: ${complaint}`);
    return stdout.split('\n').filter((name) => name !== '');
  }

  /** Has nothing be left of containers, whether they run or not. Rejects where something may be. */
  async remove(names: readonly string[], label: string): Promise<void> {
    const there = (await this.named(label)).filter((name) => names.includes(name));
    if (there.length === 0) return;
    // With what the image had made beside it: nobody else removes that.
    await this.#ask(['rm', '--force', '--volumes', ...(this.isPodman ? ['--time', '0'] : []), ...there]);
    const left = (await this.named(label)).filter((name) => there.includes(name));
    if (left.length > 0) throw new Error(`${this.program} did not remove ${left[0]}`);
  }

  #ask(words: readonly string[], timeout = answerMs, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve) => {
      const child = execFile(
        this.program,
        [...words],
        {
          cwd: '/',
          env: this.environment,
          timeout,
          killSignal: 'SIGKILL',
          maxBuffer: answerBytes,
          ...(signal === undefined ? {} : { signal }),
        },
        (error, stdout, stderr) => {
          const complaint = stderr.trim().split('\n').at(-1) || (error?.message ?? '');
          resolve({ code: error === null ? 0 : (error.code ?? -1), stdout, complaint });
        },
      );
      child.stdin?.end();
    });
  }
}

function failed(detail: string, next: string): Refusal {
  return new Refusal(failure('back-end-failed', detail, next));
}
