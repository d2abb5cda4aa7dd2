/** How a host is reached over OpenSSH. */
export interface SshTarget {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The file of the private key. */
  readonly key: string;
  /** The file of the host keys that are believed. */
  readonly knownHosts: string;
  /** What an owner sets beside, `Name=value` each (ssh_config(5)), such as `ProxyJump=gate.example`. */
  readonly options: readonly string[];
  /** How long, in milliseconds, the host may not answer. */
  readonly silenceMs: number;
}

/** Characters that stand for nothing but themselves in every shell. */
const plain = /^[A-Za-z0-9_./:@%+,=-]+$/;
/** Those that one of the shells takes for more even between single quotes: sh, csh (`!`), fish (`\`). */
const special = /['\\!]/;

/**
 * The line that a login shell takes for these words and nothing else, be it sh, bash, zsh, csh or fish: sshd gives every command
 * to one. Throws a RangeError where a word holds what no line can: a NUL or an end of line.
 */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (/[\0\n\r]/.test(word)) throw new RangeError('a word for a shell of another host holds an end of line');
  // `=` begins an expansion in zsh, `%` a job, `~` is not among them.
  if (plain.test(word) && !/^[=%]/.test(word)) return word;
  const parts = word.split(/(['\\!])/).filter((part) => part !== '');
  return parts.map((part) => (special.test(part) ? `\\${part}` : `'${part}'`)).join('') || "''";
}

/** How often, within the time that a host may not answer, it is asked whether it is there. */
const asks = 3;

/**
 * The words of ssh for one connection that carries all others, by way of the socket `control`; its own standard input and
 * output are a session of SFTP. It asks nobody anything, believes the host keys of the owner's file alone, reads no
 * configuration and takes nothing of this machine along. The first value of an option counts: an owner's cannot undo these.
 */
export function masterWords(target: SshTarget, control: string): string[] {
  const everySeconds = Math.max(1, Math.ceil(target.silenceMs / asks / 1000));
  return [
    ...['-F', 'none', '-T', '-s'],
    ...options([
      'ControlMaster=yes',
      'ControlPersist=no',
      `ControlPath=${optionPath(control)}`,
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${optionPath(target.knownHosts)}`,
      'GlobalKnownHostsFile=/dev/null',
      'UpdateHostKeys=no',
      `IdentityFile=${optionPath(target.key)}`,
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'PreferredAuthentications=publickey',
      `ConnectTimeout=${Math.max(1, Math.ceil(target.silenceMs / 1000))}`,
      `ServerAliveInterval=${everySeconds}`,
      `ServerAliveCountMax=${asks}`,
      ...common,
      ...target.options,
    ]),
    ...address(target),
    'sftp',
  ];
}

/** The words of ssh for a command over that connection, or for nothing where it has gone. */
export function commandWords(target: SshTarget, control: string, command: readonly string[]): string[] {
  return [
    ...['-F', 'none', '-T'],
    // Without the connection it would make one of its own: this has that fail.
    ...options(['ControlMaster=no', `ControlPath=${optionPath(control)}`, 'ProxyCommand=false', ...common]),
    ...address(target),
    shellLine(command),
  ];
}

const common = [
  'BatchMode=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'RequestTTY=no',
  'EscapeChar=none',
  'LogLevel=ERROR',
];

/** A path as options of ssh take it: as one word, of which nothing stands for anything else. */
function optionPath(path: string): string {
  if (/["\\$\0\n]/.test(path) || !path.startsWith('/'))
    throw new RangeError(`ssh cannot take the path '${path}'`);
  return `"${path.replaceAll('%', '%%')}"`;
}

function options(settings: readonly string[]): string[] {
  return settings.flatMap((setting) => ['-o', setting]);
}

function address({ host, port, user }: SshTarget): string[] {
  return ['-p', String(port), '-l', user, '--', host];
}
