import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { findProgram } from '../detection.ts';
import { bubblewrapWords, type Means, type Sight } from './bubblewrap-words.ts';
import { type Enclosure, runnerWords } from './enclosure.ts';
import { isWithin, systemPaths } from './visible.ts';

export interface BubblewrapOptions extends Sight {
  /** The number of the user as whom programs run where root starts them. */
  readonly taskUser: number;
  /** The search path by which `bwrap` is found. */
  readonly path: string;
}

/** Processes beside the program's: bubblewrap itself, which waits, and the runner. */
const ownProcesses = 2;

/** Encloses programs by bubblewrap: the machine's own files, read alone, and namespaces of their own. */
export function createBubblewrap(options: BubblewrapOptions): Enclosure {
  const { taskUser, path } = options;
  let opened:
    | { readonly program: string; readonly sight: Sight; readonly means: Means; readonly runner: string }
    | undefined;
  const user = process.geteuid?.() === 0 ? taskUser : 0;
  return {
    powers: { isolates: !options.network, containers: false },
    user: user === 0 ? undefined : user,
    limits: (limits) => ({
      ...limits,
      processes: limits.processes === null ? null : limits.processes + ownProcesses,
    }),
    async open(runner) {
      const program = await findProgram('bwrap', path);
      if (program === undefined)
        throw failed('there is no bwrap on this machine', 'install bubblewrap (apt install bubblewrap)');
      const hidden = options.hidden.flatMap((each) => [each, ...namesOf(each, options.visible)]);
      const sight = { ...options, hidden: [...new Set(hidden)], secrets: [] };
      const { output } = await run(program, ['--help']);
      const means = { isRoot: user !== 0, disablesUserns: output.includes('--disable-userns') };
      if (!output.includes('--size'))
        throw failed('this bubblewrap is older than 0.7', 'install a newer one');
      await tryIt(program, [...bubblewrapWords(sight, means, runner, undefined), 'run-inside'], means);
      opened = { program, sight, means, runner };
    },
    start(order, place) {
      if (opened === undefined) throw new Error('the enclosure was not opened');
      const { program, sight, means, runner } = opened;
      const inside = { program: order.argv[0] ?? '', place };
      // Looked for each time: one may come, go, or be replaced by another.
      const found = (options.secrets ?? []).flatMap((each) => namesOf(each, options.visible));
      const secrets = [...new Set(found)].filter((each) => existsSync(each));
      const words = bubblewrapWords({ ...sight, secrets }, means, runner, inside);
      return {
        argv: [program, ...words, ...runnerWords(order, place, user)],
        environment: order.environment,
      };
    },
  };
}

/** The names by which what really lies at a path is seen among what is shown: links there may lead to it. */
function namesOf(path: string, visible: readonly string[]): string[] {
  const real = truly(path);
  const shown = [...systemPaths, ...visible].map((each) => ({ each, real: truly(each) }));
  const seen = shown.filter((one) => isWithin(real, [one.real]));
  return [real, ...seen.map((one) => one.each + real.slice(one.real.length))];
}

function truly(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The exit code of a runner that is told nothing: it stood inside, and spoke. */
const runnerSpoke = 125;

async function tryIt(program: string, words: readonly string[], { isRoot }: Means): Promise<void> {
  const { code, output } = await run(program, words);
  if (code === runnerSpoke) return;
  const said = output.trim().split('\n')[0] || `it ended with ${code}`;
  throw failed(
    `bubblewrap does not work here: ${said}`,
    isRoot
      ? 'let the agent run where it may make namespaces, or set agent.back-end to local'
      : 'let users make namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces, or kernel.apparmor_restrict_unprivileged_userns=0)',
  );
}

/** How long, in milliseconds, one try may take. */
const tryMs = 30_000;

function run(program: string, words: readonly string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: '/', env: {}, timeout: tryMs, killSignal: 'SIGKILL' } as const;
    const child = execFile(program, [...words], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, output: stderr === '' ? stdout : stderr }),
    );
    child.stdin?.end();
  });
}

function failed(detail: string, next: string): Refusal {
  return new Refusal(failure('back-end-failed', detail, next));
}
