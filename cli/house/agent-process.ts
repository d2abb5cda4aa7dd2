import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../platform/failure.ts';
import type { Part } from '../../platform/lifecycle.ts';
import { siblingFile } from '../../platform/sibling.ts';
import type { Context } from '../commands/context.ts';
import { type AgentReport, agentLine } from './agent-report.ts';

export interface AgentProcessParts {
  readonly context: Pick<Context, 'config' | 'configArguments' | 'clock' | 'log'>;
  /** Where the agent registers; called when it is started. */
  readonly infogatherUrl: () => string;
}

/**
 * The agent in a process of its own. It ends when its standard input closes, so it never outlives this process,
 * however this one ends. One that ends by itself is started again.
 */
export class AgentProcess implements Part {
  readonly #parts: AgentProcessParts;
  #child: ChildProcess | undefined;
  #report: AgentReport | undefined;
  #stopping = false;
  #cancelRestart: (() => void) | undefined;

  constructor(parts: AgentProcessParts) {
    this.#parts = parts;
  }

  /** What the agent said of itself when it was ready. */
  get report(): AgentReport | undefined {
    return this.#report;
  }

  /** Resolves when the agent is ready; throws what keeps it from being so. */
  async start(): Promise<void> {
    const child = this.#spawn();
    try {
      this.#report = await this.#readiness(child);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    child.once('exit', (code, signal) => {
      if (this.#stopping) return;
      this.#parts.context.log.error('the agent ended by itself', { code, signal });
      this.#startAgain();
    });
    // It may have ended between its first line and this one.
    if (hasEnded(child)) this.#startAgain();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelRestart?.();
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #spawn(): ChildProcess {
    const { context, infogatherUrl } = this.#parts;
    const ogm = fileURLToPath(siblingFile(import.meta.url, '../ogm.js'));
    const told = ['--json', '--until-end-of-input', ...context.configArguments(['agent', 'client'])];
    this.#child = spawn(process.execPath, [ogm, 'agent', ...told, '--infogather-url', infogatherUrl()], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // Its end is seen by its exit; a pipe that it no longer reads is no news.
    this.#child.stdin?.on('error', () => {});
    return this.#child;
  }

  #startAgain(): void {
    const { clock, config, log } = this.#parts.context;
    if (this.#stopping) return;
    this.#cancelRestart = clock.after(config.house['agent-restart'], () => {
      this.start().catch((error: unknown) => {
        log.error('the agent does not start', { error });
        this.#startAgain();
      });
    });
  }

  async #readiness(child: ChildProcess): Promise<AgentReport> {
    const { clock, config } = this.#parts.context;
    const waitMs = config.house['agent-wait'];
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(waitMs, () =>
      late.reject(
        unready(
          `the agent was not ready within ${waitMs / 1000} s`,
          'see its log, or raise house.agent-wait',
        ),
      ),
    );
    try {
      return await Promise.race([reportOf(child), late.promise]);
    } finally {
      cancel();
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The first line of the agent, or what it ended with instead. */
async function reportOf(child: ChildProcess): Promise<AgentReport> {
  const lines = createInterface({ input: child.stdout! });
  const ended = once(child, 'exit').then(([code]) => {
    throw unready(`the agent ended with exit code ${code} before it was ready`, 'see what it logged');
  });
  const first = once(lines, 'line').then(([line]) => agentLine.parse(JSON.parse(line)));
  const said = await Promise.race([first, ended]);
  if ('failure' in said) throw new Refusal(said.failure);
  return said;
}

function unready(detail: string, next: string): Refusal {
  return new Refusal({ code: 'agent-not-ready', status: 503, detail, next });
}
