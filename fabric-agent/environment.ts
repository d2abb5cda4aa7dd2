import { delimiter, isAbsolute } from 'node:path';
import { Refusal } from '../platform/failure.ts';

/**
 * Names by which a program can be made to run what it was not asked to: loaders, interpreters' start-up files and
 * module paths, shells' hooks, compilers' search paths. No configuration passes them on.
 */
const dangerous = [
  /^(LD|DYLD|_RLD|GLIBC|GCONV|MALLOC|BASH_FUNC|GIT|NODE|NPM|PYTHON|PERL|PERL5|RUBY|RUBYGEMS|GEM|BUNDLE|LUA|JAVA|JDK|OCTAVE|JULIA|RENV|R)_/i,
  /^(PYTHON|PERL5|RUBY|LUA)[A-Z]/i,
  /^_JAVA_OPTIONS$/i,
  /^(BASH_ENV|BASHOPTS|SHELLOPTS|ENV|IFS|PS4|CDPATH|PROMPT_COMMAND|GLOBIGNORE|ZDOTDIR|FPATH)$/,
  /^(CLASSPATH|NLSPATH|LOCPATH|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|TERMINFO|TERMINFO_DIRS|TERMCAP|TZDIR|GETCONF_DIR)$/,
  /^(MAKEFLAGS|MAKEFILES|MFLAGS|GNUMAKEFLAGS|GCC_EXEC_PREFIX|COMPILER_PATH|LIBRARY_PATH|CPATH|C_INCLUDE_PATH|CPLUS_INCLUDE_PATH|OBJC_INCLUDE_PATH)$/,
  /^(EDITOR|VISUAL|PAGER|LESSOPEN|LESSCLOSE|BROWSER|TMOUT)$/,
];
const ours = /^(PATH|HOME|TMPDIR|LANG|LC_ALL|PWD|OGM_.*)$/s;

export interface Surroundings {
  /** The owner's search path. */
  readonly path: string;
  readonly home: string;
  readonly temporary: string;
  /** What the owner's configuration adds; see `readAdditions`. */
  readonly additions: ReadonlyMap<string, string>;
}

/** The environment of a program, built from nothing: of the agent's own it has the search path alone. */
export function buildEnvironment({ path, home, temporary, additions }: Surroundings): Record<string, string> {
  return {
    ...Object.fromEntries(additions),
    PATH: searchPath(path).join(delimiter),
    HOME: home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
  };
}

/** The directories of a search path; relative ones would find programs among the files of the work itself. */
export function searchPath(path: string): string[] {
  return path.split(delimiter).filter((directory) => isAbsolute(directory));
}

/** Reads `NAME=value` lines of the configuration. Refuses names that are dangerous, or set by the agent. */
export function readAdditions(lines: readonly string[]): ReadonlyMap<string, string> {
  const additions = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=([^\0]*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw refuse(`agent.environment: '${line}' is not of the form NAME=value`);
    const why = whyNotPassed(name);
    if (why !== undefined) throw refuse(`agent.environment: ${why}`);
    additions.set(name, value);
  }
  return additions;
}

/** Why a variable never reaches a program from outside, as a sentence; undefined where it may. */
export function whyNotPassed(name: string): string | undefined {
  if (ours.test(name)) return `${name} is set by the agent for each run`;
  if (dangerous.some((pattern) => pattern.test(name)))
    return `${name} changes what programs load or run, so it never reaches them`;
  return undefined;
}

function refuse(detail: string): Refusal {
  return new Refusal({
    code: 'bad-configuration',
    status: 400,
    detail,
    next: 'take it out of the configuration',
  });
}
