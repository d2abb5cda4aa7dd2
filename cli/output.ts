import { type Failure, sentence } from '../platform/failure.ts';

/** The escape codes of SGR (ECMA-48) that are used. */
const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], cyan: [36, 39] } as const;

/** What a command says: results on stdout, all else on stderr; colour only on a terminal (https://no-color.org). */
export interface Output {
  /** A line of the result. */
  print(line: string): void;
  /** A line about how it goes. */
  note(line: string): void;
  /** Progress that replaces itself on a terminal, and is left out elsewhere. */
  progress(line: string): void;
  paint(colour: keyof typeof codes, text: string): string;
}

export function createOutput(
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
): Output {
  const coloured = stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '';
  let standing = false;
  const clear = () => {
    if (standing) stderr.write('\r\u001b[2K');
    standing = false;
  };
  return {
    print(line) {
      clear();
      stdout.write(`${line}\n`);
    },
    note(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    progress(line) {
      if (stderr.isTTY !== true) return;
      clear();
      stderr.write(line.slice(0, (stderr.columns ?? 80) - 1));
      standing = true;
    },
    paint(colour, text) {
      const [on, off] = codes[colour];
      return coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
    },
  };
}

/** A failure as the last words of a command: one line; where several things are wrong, a line for each. */
export function failureLines(failure: Failure): string {
  const [first, ...more] = failure.detail.split('\n');
  if (more.length === 0) return `ogm: ${sentence(failure)}`;
  const next = failure.next === undefined ? [] : [`  next: ${failure.next}`];
  return [`ogm: ${first}`, ...more.map((line) => `  ${line}`), ...next].join('\n');
}
