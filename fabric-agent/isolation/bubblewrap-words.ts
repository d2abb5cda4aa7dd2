import { dirname } from 'node:path';
import type { Place } from '../back-ends/back-end.ts';
import { isWithin, systemPaths } from './visible.ts';

/** What is shown to programs, and what is not. */
export interface Sight {
  /** Absolute paths of this machine that are shown beside its own, to be read alone. */
  readonly visible: readonly string[];
  /** Directories that are never shown, though they lie in what is. */
  readonly hidden: readonly string[];
  /** Files that are there and not shown, though they lie in what is. */
  readonly secrets?: readonly string[];
  /** Whether programs have the network of this machine; none at all else. */
  readonly network: boolean;
  /** Bytes of /dev/shm. */
  readonly sharedMemoryBytes: number;
}

/** Who starts it, and what this bubblewrap can do. */
export interface Means {
  /** Whether it is started by root, who needs no namespace of users: programs then run as another user of this machine. */
  readonly isRoot: boolean;
  /** Whether it knows `--disable-userns` (0.8.0 and later). */
  readonly disablesUserns: boolean;
}

/** Where the runner is shown. */
export const runnerInside = '/.ogm/run';

/** What the runner needs to give files to another user, become that one, and end what is its. */
const runnersPowers = ['CAP_CHOWN', 'CAP_SETUID', 'CAP_SETGID', 'CAP_KILL'];

/** Directories that everybody may write to. */
const commons = ['/tmp', '/var/tmp'];

/**
 * The words by which bubblewrap makes the surroundings of a program, up to what is executed in them: namespaces of its own, a
 * root of which nothing can be written but its own directories, no process or socket of this machine.
 */
export function bubblewrapWords(
  { visible, hidden, secrets = [], network, sharedMemoryBytes }: Sight,
  { isRoot, disablesUserns }: Means,
  runner: string,
  inside: { readonly program: string; readonly place: Place } | undefined,
): string[] {
  const shown = [...systemPaths, ...visible];
  const covered = hidden.filter((path) => isWithin(path, shown));
  const own = inside === undefined ? [] : filesOf(inside.place);
  const program = inside === undefined || isWithin(inside.program, shown) ? [] : [inside.program];
  const late = [...visible.filter((path) => isWithin(path, commons)), ...program];
  // What is shown late is covered later.
  const coveredLate = covered.filter((path) => isWithin(path, commons));
  const blank = secrets.filter((path) => isWithin(path, shown) && !isWithin(path, covered));
  const above = parentsOf([...visible, ...program, ...own, ...commons, runnerInside]);
  const sized = ['--perms', '1777', '--size', String(sharedMemoryBytes), '--tmpfs'];
  return [
    ...['--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-cgroup-try', '--hostname', 'ogm'],
    ...(network ? [] : ['--unshare-net']),
    ...(isRoot ? [] : ['--unshare-user', ...(disablesUserns ? ['--disable-userns'] : [])]),
    ...['--die-with-parent', '--as-pid-1', '--cap-drop', 'ALL'],
    ...(isRoot ? runnersPowers.flatMap((name) => ['--cap-add', name]) : []),
    ...enterable(above.filter((path) => !isWithin(path, commons))),
    ...shown.flatMap((path) => ['--ro-bind-try', path, path]),
    ...covered.filter((path) => !coveredLate.includes(path)).flatMap((path) => ['--tmpfs', path]),
    // Bubblewrap covers of it what it may itself write to at that moment; some of it asks for the user alone.
    ...[
      '--proc',
      '/proc',
      '--ro-bind-try',
      '/proc/sys',
      '/proc/sys',
      '--dev',
      '/dev',
      ...sized,
      '/dev/shm',
      '--remount-ro',
      '/dev',
    ],
    ...commons.flatMap((path) => {
      // What is shown below it would be made in the directory that is bound there.
      const isTaken = [...visible, ...program, ...own].some((each) => isWithin(each, [path]));
      return inside === undefined || isTaken ? [...sized, path] : ['--bind', inside.place.temporary, path];
    }),
    ...enterable(above.filter((path) => isWithin(path, commons) || isWithin(path, covered))),
    ...late.flatMap((path) => ['--ro-bind-try', path, path]),
    ...coveredLate.flatMap((path) => ['--tmpfs', path]),
    ...enterable(above.filter((path) => isWithin(path, coveredLate))),
    ...blank.flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...own.flatMap((path) => ['--bind', path, path]),
    ...['--ro-bind', runner, runnerInside],
    ...covered.flatMap((path) => ['--remount-ro', path]),
    ...['--remount-ro', '/', '--chdir', '/', '--', runnerInside],
  ];
}

/** The directories above some paths, each before what lies in it; not those that are made or shown anyway. */
function parentsOf(paths: readonly string[]): string[] {
  const found = new Set<string>();
  const add = (path: string) => {
    const above = dirname(path);
    if (above === path || above === '/' || found.has(above)) return;
    add(above);
    if (!systemPaths.includes(above) && !commons.includes(above)) found.add(above);
  };
  for (const path of paths) add(path);
  return [...found];
}

/** Bubblewrap itself would make them for root alone. */
function enterable(directories: readonly string[]): string[] {
  return directories.flatMap((path) => ['--perms', '0755', '--dir', path]);
}

/** What a program may write to. */
function filesOf({ work, temporary, stdout, stderr }: Place): string[] {
  return [work, temporary, stdout, stderr];
}
