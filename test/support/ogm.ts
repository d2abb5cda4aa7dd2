import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** How a command is started. `env` comes on top of the test's own environment without its OGM_… names. */
export interface OgmOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** As which user of the system it runs, in their group alone; only root may say. */
  readonly uid?: number;
  /** The file of the command, instead of the one that is tested. */
  readonly file?: string;
  /** Words before the command, such as those by which it runs on another machine of a network. */
  readonly on?: readonly string[];
  /** What the command reads; nothing unless set. */
  readonly stdin?: string | Uint8Array;
}

/** How a command ended. */
export interface Ended {
  /** The exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A command that runs. Leaving the scope of `await using` kills it. */
export interface RunningOgm extends AsyncDisposable {
  readonly pid: number;
  /** What it has said so far on standard output and standard error, line by line. */
  readonly lines: readonly string[];
  readonly ended: Promise<Ended>;
  /** Resolves with the match in the first line, past or to come, that fits; rejects once none can come any more. */
  waitFor(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Sends a signal (SIGTERM unless named) and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Ended>;
}

/**
 * How long a line may be waited for: far longer than a busy machine needs, as this only guards against hanging. A
 * test's own bound is longer still, so that what was said gets told.
 */
const waitForMs = 180_000;

/** As long an `ogm up` waits for its agent, which on a busy machine is a while in coming. */
const patient = { OGM_HOUSE_AGENT_WAIT: '3 min' };

/** Runs `ogm` to its end: the sources, or the command that `OGM_BIN` names. */
export async function ogm(
  args: readonly string[],
  options: OgmOptions = {},
): Promise<Ended & { stdout: string; stderr: string }> {
  const child = start(args, options);
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), end(child)]);
  return { ...ended, stdout, stderr };
}

/** Starts `ogm` and leaves it running. */
export function startOgm(args: readonly string[], options: OgmOptions = {}): RunningOgm {
  const child = start(args, options);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const ended = end(child);
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const kill = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    kill,
    waitFor(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
      const fail = (why: string) => () =>
        reject(
          new Error(`ogm ${args.join(' ')} ${why} before it said ${pattern}; it said:\n${lines.join('\n')}`),
        );
      let seen = 0;
      const look = (): void => {
        for (; seen < lines.length; seen += 1) {
          const match = lines[seen]?.match(pattern);
          if (match) {
            resolve(match);
            return;
          }
        }
      };
      const timer = setTimeout(fail(`took ${waitForMs} ms`), waitForMs);
      waiting.add(look);
      look();
      ended.then(fail('ended'), reject);
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(look);
      });
    },
    async [Symbol.asyncDispose]() {
      await kill('SIGKILL');
    },
  };
}

function start(args: readonly string[], { cwd, env, stdin, uid, file, on = [] }: OgmOptions) {
  const installed = file ?? process.env.OGM_BIN;
  const source = fileURLToPath(new URL('../../cli/ogm.js', import.meta.url));
  const command = installed === undefined ? [process.execPath, source] : [installed];
  const as = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const [program = '', ...words] = [...on, ...as, ...command, ...args];
  const child = spawn(program, words, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...ownEnvironment(), ...env },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => {}); // a command that ends without reading all is no failure of the test
  child.stdin.end(stdin);
  return child;
}

/** The test's environment without settings of ogm but one, and with this Node.js as the first that a `#!` line finds. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('OGM_'));
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...Object.fromEntries(own), ...patient, PATH: path };
}

/** Resolves once the command has ended and all that it wrote has been read. */
async function end(child: ChildProcess): Promise<Ended> {
  const [code, signal] = (await once(child, 'close')) as [Ended['code'], Ended['signal']];
  return { code, signal };
}
