/** What an entry of a tar archive says of itself, before any of it is believed. */
export interface TarEntry {
  readonly name: string;
  readonly type: TarType;
  /** Bytes of content that follow; 0 for all but files. */
  readonly sizeBytes: number;
  /** Permission bits, as sent. */
  readonly mode: number;
  /** When the content was last changed, in milliseconds since 1970. */
  readonly mtimeMs: number;
  /** What a link points to; empty for all but links. */
  readonly target: string;
}

/** 'link' is a hard link; 'other' stands for devices, FIFOs, sparse files and whatever else an archive may hold. */
export type TarType = 'file' | 'directory' | 'symlink' | 'link' | 'other';

/** How much an archive may hold. */
export interface TarBounds {
  /** Entries, and the directories that their names imply. */
  readonly entries: number;
  /** Bytes of all files together. */
  readonly totalBytes: number;
  /** Bytes of UTF-8 in a name or in the target of a link. */
  readonly nameBytes: number;
  /** Parts of a path. */
  readonly depth: number;
}

export interface TarRules extends TarBounds {
  /** Whether links that stay inside the directory may come in. */
  readonly links: boolean;
  /** The paths below `.ogm/` that may come in, each as a file. */
  readonly reserved: ReadonlySet<string>;
}

/** An entry that may be written: its path is relative, normal, and leads through no link of the archive. */
export interface GuardedEntry {
  readonly type: Exclude<TarType, 'other'>;
  /** Parts joined by '/'; empty for the directory itself. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The bits of 0o777 alone: no setuid, setgid or sticky bit. */
  readonly mode: number;
  readonly mtimeMs: number;
  /** A symbolic link's text as sent, or the path of the earlier file that a hard link names. */
  readonly target: string;
}

export type TarVerdict = { readonly entry: GuardedEntry } | { readonly reason: string };

/** Looks at the entries of one archive in their order; to be asked no more once it has refused one. */
export type TarGuard = (entry: TarEntry) => TarVerdict;

/** Below this folder stands what is said about a run; nothing else may. */
export const reservedFolder = '.ogm';

/**
 * Decides which entries of an archive may be written into a directory, so that nothing is ever written, or later
 * reached through a link of the archive, outside it.
 *
 * Why links stay inside: an entry never lies below a link, and a directory never gives way to a link, so the place
 * of a link is the place that its name says. A target may climb only at its beginning, at most up to the directory
 * itself, and goes down by names from there; each of these is a directory inside or a link of which the same holds.
 */
export function createTarGuard(rules: TarRules): TarGuard {
  const known = new Map<string, GuardedEntry['type']>();
  let entries = 0;
  let totalBytes = 0;

  return (entry) => {
    const named = readName(entry.name, rules);
    if ('reason' in named) return named;
    const { parts } = named;
    const path = parts.join('/');
    const shown = show(entry.name);

    entries += 1;
    totalBytes += entry.sizeBytes;
    if (totalBytes > rules.totalBytes)
      return refuse(`the files hold more than ${rules.totalBytes} bytes together, the bound here`);

    if (entry.type === 'other')
      return refuse(
        `${shown} is neither a file nor a directory nor a link: devices, FIFOs and sparse files are not taken`,
      );
    if (entry.type !== 'directory' && (path === '' || /\/\.?$/.test(entry.name)))
      return refuse(`${shown} is the name of a directory, but the entry is none`);
    if (parts[0] === reservedFolder && !mayBeReserved(entry.type, path, rules.reserved))
      return refuse(`${shown} lies in ${reservedFolder}/, which is kept for ${list(rules.reserved)}`);

    for (let depth = 1; depth < parts.length; depth += 1) {
      const parent = parts.slice(0, depth).join('/');
      const type = known.get(parent);
      if (type === undefined) entries += 1;
      else if (type !== 'directory')
        return refuse(`${shown} lies below ${show(parent)}, which is no directory`);
      known.set(parent, 'directory');
    }
    if (entries > rules.entries)
      return refuse(`there are more than ${rules.entries} entries, the bound here`);

    const before = known.get(path);
    const now = entry.type === 'link' ? 'file' : entry.type;
    if (before !== undefined && parts[0] === reservedFolder && now === 'file')
      return refuse(`${shown} comes twice`);
    if (before !== undefined && before !== now)
      return refuse(`${shown} comes twice, as a ${before} and as a ${now}`);

    let target = '';
    if (entry.type === 'symlink' || entry.type === 'link') {
      if (!rules.links) return refuse(`${shown} is a link, and links are not taken here`);
      const aim =
        entry.type === 'link' ? hardTarget(entry, path, known, rules) : softTarget(entry, parts, rules);
      if ('reason' in aim) return aim;
      target = aim.target;
    }
    if (path !== '') known.set(path, now);
    const { type, sizeBytes, mtimeMs } = entry;
    return { entry: { type, path, sizeBytes, mode: entry.mode & 0o777, mtimeMs, target } };
  };
}

/** A name as it may stand in a sentence: quoted, short, on one line. */
export function show(name: string): string {
  const line = name.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '?');
  return `'${line.length <= 80 ? line : `${line.slice(0, 79)}…`}'`;
}

/** Why a name cannot stand in an archive, or its parts; `nameBytes` and `depth` of the bounds hold it. */
export function readName(
  name: string,
  bounds: Pick<TarBounds, 'nameBytes' | 'depth'>,
): { readonly parts: readonly string[] } | { readonly reason: string } {
  const problem = textProblem(name, bounds.nameBytes);
  if (problem !== undefined) return refuse(`the name ${show(name)} ${problem}`);
  if (name.startsWith('/'))
    return refuse(`${show(name)} is an absolute path; paths begin in the directory itself`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..'))
    return refuse(`${show(name)} leads out of the directory: '..' may not stand in a name`);
  if (parts.length > bounds.depth)
    return refuse(`${show(name)} lies deeper than ${bounds.depth} directories`);
  return { parts };
}

function textProblem(text: string, mostBytes: number): string | undefined {
  if (text === '') return 'is empty';
  if (/\p{Cc}/u.test(text)) return 'holds a control character';
  return utf8.encode(text).length > mostBytes ? `is longer than ${mostBytes} bytes` : undefined;
}

function softTarget(
  entry: TarEntry,
  parts: readonly string[],
  bounds: TarBounds,
): { target: string } | { reason: string } {
  const shown = `the link ${show(entry.name)} -> ${show(entry.target)}`;
  const problem = textProblem(entry.target, bounds.nameBytes);
  if (problem !== undefined) return refuse(`the target of ${shown} ${problem}`);
  if (entry.target.startsWith('/')) return refuse(`${shown} leads out of the directory`);
  const steps = entry.target.split('/').filter((step) => step !== '' && step !== '.');
  const climbs = steps.findIndex((step) => step !== '..');
  const up = climbs === -1 ? steps.length : climbs;
  if (up > parts.length - 1) return refuse(`${shown} leads out of the directory`);
  if (steps.includes('..', up))
    return refuse(`${shown} climbs after it went down, so that other links could lead it out`);
  return { target: entry.target };
}

function hardTarget(
  entry: TarEntry,
  path: string,
  known: ReadonlyMap<string, GuardedEntry['type']>,
  bounds: TarBounds,
): { target: string } | { reason: string } {
  const aim = readName(entry.target, bounds);
  if ('reason' in aim) return refuse(`the hard link ${show(entry.name)} cannot be: ${aim.reason}`);
  const target = aim.parts.join('/');
  if (target === path || known.get(target) !== 'file' || aim.parts[0] === reservedFolder)
    return refuse(
      `the hard link ${show(entry.name)} -> ${show(entry.target)} names no earlier file of the archive`,
    );
  return { target };
}

function mayBeReserved(type: TarType, path: string, reserved: ReadonlySet<string>): boolean {
  return path === reservedFolder ? type === 'directory' : type === 'file' && reserved.has(path);
}

function list(names: ReadonlySet<string>): string {
  return [...names].join(', ');
}

function refuse(reason: string): { readonly reason: string } {
  return { reason };
}

const utf8 = new TextEncoder();
