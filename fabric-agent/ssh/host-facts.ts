/** What a host says of itself. */
export interface HostFacts {
  /** As `uname -s` and `uname -m` say it. */
  readonly system: string;
  readonly arch: string;
  /** Processor cores. */
  readonly cpus: number;
  /** The name of the user there. */
  readonly user: string;
  /** The number of that user. */
  readonly uid: number;
  /** The search path that commands have there. */
  readonly path: string;
  /** Its clock, in milliseconds since 1970, whole seconds: never ahead of what it was. */
  readonly wallMs: number;
}

/** Asks for it; each line with a mark, for start-up files of a shell may print others. */
export const factsCommand = [
  '/bin/sh',
  '-c',
  [
    'echo "ogm:system=$(uname -s)"',
    'echo "ogm:arch=$(uname -m)"',
    'echo "ogm:cpus=$(getconf _NPROCESSORS_ONLN)"',
    'echo "ogm:user=$(id -un)"',
    'echo "ogm:uid=$(id -u)"',
    'echo "ogm:path=$PATH"',
    'echo "ogm:seconds=$(date +%s)"',
  ].join('; '),
];

/** Reads what that prints. Throws an Error where something is missing. */
export function readFacts(output: string): HostFacts {
  const said = new Map<string, string>();
  for (const [, name = '', value = ''] of output.matchAll(/^ogm:([a-z]+)=(.*)$/gm))
    said.set(name, value.trim());
  const text = (name: string) => {
    const value = said.get(name);
    if (value === undefined || value === '') throw new Error(`the host does not say its ${name}`);
    return value;
  };
  const count = (name: string) => {
    const value = text(name);
    if (!/^(?:0|[1-9]\d{0,14})$/.test(value)) throw new Error(`the host says '${value}' for its ${name}`);
    return Number(value);
  };
  return {
    ...{ system: text('system'), arch: text('arch'), user: text('user'), path: text('path') },
    cpus: Math.max(1, count('cpus')),
    uid: count('uid'),
    wallMs: count('seconds') * 1000,
  };
}

/** Bytes of memory, as /proc/meminfo says; undefined where it does not. */
export function readMemory(meminfo: string | undefined): number | undefined {
  const [, kibibytes] = /^MemTotal:\s+(\d{1,15}) kB$/m.exec(meminfo ?? '') ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Programs that run or wait to run, as /proc/loadavg says; 0 where it does not. */
export function readLoad(loadavg: string | undefined): number {
  const [, load = '0'] = /^(\d{1,9}\.\d{1,9}) /.exec(loadavg ?? '') ?? [];
  return Number(load);
}
