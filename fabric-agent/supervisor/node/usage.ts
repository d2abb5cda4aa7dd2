/** A process as the system tells of it at one moment. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** When it began, in the words of the system: with its id, what no other process has. */
  readonly began: string;
}

/** The processes of one task, as they were found last: ids with their beginnings. */
export type Members = ReadonlyMap<number, string>;

/**
 * Which processes belong to the task whose program is `leader`: those of its group or session, those that were found
 * before and are still there, and whatever any of these has started. A process that left group and session and whose
 * parent ended, both between two looks, is not found.
 */
export function membersOf(leader: number, before: Members, processes: readonly Process[]): Members {
  const found = new Map<number, string>();
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const pending = processes.filter(
    ({ pid, group, session, began }) => group === leader || session === leader || before.get(pid) === began,
  );
  for (const { pid, began } of pending) {
    if (found.has(pid)) continue;
    found.set(pid, began);
    pending.push(...(children.get(pid) ?? []));
  }
  return found;
}

/** Reads the line of `/proc/<pid>/stat` (proc(5)); undefined for what has ended and was not waited for. */
export function readStat(line: string): Process | undefined {
  // The second field, a name in parentheses, may hold blanks and parentheses itself.
  const end = line.lastIndexOf(')');
  const [state, parent, group, session, ...rest] = line.slice(end + 2).split(' ');
  const began = rest[15];
  if (end < 0 || began === undefined || state === 'Z' || state === 'X') return undefined;
  return {
    pid: Number.parseInt(line, 10),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    began,
  };
}

/** The bytes of a line such as `VmRSS:	  1234 kB` in a file of /proc; 0 where there is none. */
export function readBytes(text: string, name: string): number {
  const [, kibibytes = '0'] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return Number(kibibytes) * 1024;
}
