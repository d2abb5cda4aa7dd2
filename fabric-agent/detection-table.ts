/** A program that the agent looks for, and how it says its version. */
export interface Probe {
  readonly command: string;
  /** The first part of the application's name, where it is not the command. */
  readonly name?: string;
  /** What makes it say its version, on standard output or standard error. */
  readonly question: readonly string[];
  /** Where the version stands: in the group `version`, or in `major`, `minor` and `patch`. */
  readonly answer: RegExp;
}

const number = String.raw`(?<version>\d+(?:\.\d+)+)`;

/** To find another program, add its row here and what it really prints to the recorded outputs of the test. */
export const probes: readonly Probe[] = [
  { command: 'gcc', question: ['-dumpfullversion'], answer: new RegExp(`^${number}$`, 'm') },
  { command: 'g++', question: ['-dumpfullversion'], answer: new RegExp(`^${number}$`, 'm') },
  { command: 'gfortran', question: ['-dumpfullversion'], answer: new RegExp(`^${number}$`, 'm') },
  { command: 'clang', question: ['--version'], answer: new RegExp(`clang version ${number}`) },
  {
    command: 'python3',
    name: 'python',
    question: ['--version'],
    answer: new RegExp(`^Python ${number}`, 'm'),
  },
  { command: 'R', question: ['--version'], answer: new RegExp(`^R version ${number}`, 'm') },
  { command: 'octave', question: ['--version'], answer: new RegExp(`^GNU Octave, version ${number}`, 'm') },
  { command: 'julia', question: ['--version'], answer: new RegExp(`^julia version ${number}`, 'm') },
  { command: 'make', question: ['--version'], answer: new RegExp(`^GNU Make ${number}`, 'm') },
  {
    command: 'perl',
    question: ['-v'],
    answer: /^This is perl (?<major>\d+), version (?<minor>\d+), subversion (?<patch>\d+)/m,
  },
  { command: 'ruby', question: ['--version'], answer: new RegExp(`^ruby ${number}`, 'm') },
  {
    command: 'java',
    question: ['-version'],
    answer: /^(?:openjdk|java) version "(?<version>\d+(?:\.\d+)*)/m,
  },
  {
    command: 'gnuplot',
    question: ['--version'],
    answer: /^gnuplot (?<major>\d+)\.(?<minor>\d+) patchlevel (?<patch>\d+)/m,
  },
];

/** A program that says its version as most do: the first number with a point in it is that. */
export function usualProbe(command: string): Probe {
  const name = command.slice(command.lastIndexOf('/') + 1);
  return { command, name, question: ['--version'], answer: new RegExp(String.raw`(?<![\w.])v?${number}`) };
}

/** Name and true version in one word, such as `gcc12.2.0`, if the output is an answer of the program that was asked. */
export function readName(probe: Probe, output: string): string | undefined {
  const { version, major, minor, patch } = probe.answer.exec(output)?.groups ?? {};
  const said = version ?? (major === undefined ? undefined : [major, minor, patch].join('.'));
  return said === undefined ? undefined : `${probe.name ?? probe.command}${said}`;
}
