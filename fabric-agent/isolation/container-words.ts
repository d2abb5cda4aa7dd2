import type { Place, RunOrder } from '../back-ends/back-end.ts';
import { runnerInside } from './bubblewrap-words.ts';
import { isWithin } from './visible.ts';

/** How containers are made here. */
export interface Making {
  readonly isPodman: boolean;
  /** Whether root of this machine starts them: programs then run as another user, to whom the runner gives their files. */
  readonly isRoot: boolean;
  /** The number of the user and that of the group, as which the runner begins inside: whose the files are. */
  readonly user: string;
  readonly network: boolean;
  /** Bytes of /dev/shm. */
  readonly sharedMemoryBytes: number;
  /** `name=value` by which all containers of this agent are found. */
  readonly label: string;
  readonly runner: string;
}

/** What the runner needs to give files to another user, become that one, and end what is its. */
const runnersPowers = ['CHOWN', 'SETUID', 'SETGID', 'KILL'];

/** Directories that everybody may write to. */
const commons = ['/tmp', '/var/tmp'];

/**
 * The words by which an engine makes a throw-away container and stays while it runs, up to what is executed in it. Nothing of the image can be
 * written to, and it has no network unless that is asked for.
 */
export function containerWords(making: Making, name: string, order: RunOrder, place: Place): string[] {
  const { isPodman, isRoot, user, network, sharedMemoryBytes, label, runner } = making;
  const own = [place.work, place.temporary, place.stdout, place.stderr];
  return [
    ...['run', '--rm', '--interactive', '--pull', 'never', '--name', name, '--label', label],
    ...['--network', network ? 'host' : 'none', '--hostname', 'ogm', '--log-driver', 'none'],
    // An image may say what else is to run in it, beside the runner and with its powers.
    '--no-healthcheck',
    ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', user],
    ...(isRoot ? runnersPowers.flatMap((power) => ['--cap-add', power]) : []),
    ...['--shm-size', String(sharedMemoryBytes), '--workdir', '/'],
    // What an image calls a volume could be written to, with no bound.
    ...(isPodman
      ? ['--read-only-tmpfs=false', '--image-volume', 'ignore', '--cgroups', 'disabled']
      : engineLimits(order)),
    ...own.flatMap((path) => mount(path, path)),
    ...commons.flatMap((path) => {
      // What is mounted below it would be made in the directory that is mounted there.
      const isTaken = own.some((each) => isWithin(each, [path]));
      const memory = `${path}:rw,nosuid,nodev,size=${sharedMemoryBytes},mode=1777`;
      return isTaken ? ['--tmpfs', memory] : mount(place.temporary, path);
    }),
    ...mount(runner, runnerInside, ',readonly=true'),
    // The search path is that of the image.
    ...Object.entries({ ...order.environment, OGM_TASK: place.folder }).flatMap(([variable, value]) =>
      variable === 'PATH' ? [] : ['--env', `${variable}=${value}`],
    ),
    ...['--entrypoint', runnerInside, order.image ?? ''],
  ];
}

/** Where what runs is not below the supervisor, which bounds the others. */
function engineLimits({ limits: { memoryBytes, processes }, asks }: RunOrder): string[] {
  return [
    ...(memoryBytes === null ? [] : ['--memory', String(memoryBytes), '--memory-swap', String(memoryBytes)]),
    ...(processes === null ? [] : ['--pids-limit', String(processes + 1)]),
    ...['--cpus', String(asks.cpus)],
  ];
}

function mount(source: string, destination: string, more = ''): string[] {
  return ['--mount', `type=bind,source=${source},destination=${destination}${more}`];
}
