import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';
import { real, reals } from './real.ts';

/** How many of the files that took longest are told. */
const dearest = 25;

/**
 * Mocha's spec reporter, which at the end says which tests were left out, and for want of what. Where
 * `OGM_TEST_RESULTS` names a file, the counts are written there as JSON: `{"passed", "failed", "leftOut"}`, and what
 * failed, in words, to the file of that name with `.failures` behind it; and the files that took longest are told.
 */
class Reporter extends Mocha.reporters.Spec {
  readonly #leftOut = new Map<string, number>();

  readonly #tookMs = new Map<string, number>();

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pending', (test) => {
      const file = test.file ?? 'unknown file';
      this.#leftOut.set(file, (this.#leftOut.get(file) ?? 0) + 1);
    });
    const took = ({ file = 'unknown file', duration = 0 }: Mocha.Runnable) =>
      this.#tookMs.set(file, (this.#tookMs.get(file) ?? 0) + duration);
    runner.on('test end', took);
    runner.on('hook end', took);
  }

  override epilogue(): void {
    super.epilogue();
    if (this.#leftOut.size > 0) process.stdout.write(`${this.#sayLeftOut()}\n\n`);
    const { passes: passed, failures: failed, pending: leftOut } = this.stats;
    const file = process.env.OGM_TEST_RESULTS;
    if (file === undefined) return;
    writeFileSync(file, `${JSON.stringify({ passed, failed, leftOut })}\n`);
    writeFileSync(`${file}.failures`, this.failures.map(inWords).join(''));
    process.stdout.write(`${this.#sayDearest()}\n\n`);
  }

  #sayDearest(): string {
    const longest = [...this.#tookMs].sort(([, one], [, other]) => other - one).slice(0, dearest);
    const lines = longest.map(
      ([file, ms]) => `    ${(ms / 1000).toFixed(1).padStart(7)}  ${relative(process.cwd(), file)}`,
    );
    return ['  Seconds of the files that took longest:', ...lines].join('\n');
  }

  #sayLeftOut(): string {
    const lines = [...this.#leftOut].sort().map(([file, count]) => {
      const wanted = wantedBy(file).join(', ') || 'no reason given';
      return `    ${wanted} (${count} ${count === 1 ? 'test' : 'tests'} of ${relative(process.cwd(), file)})`;
    });
    return ['  Left out (name in OGM_REAL what this machine provides):', ...lines].join('\n');
  }
}

/** A test that failed: its file, its whole name, and why. */
function inWords(test: Mocha.Test): string {
  const file = relative(process.cwd(), test.file ?? 'unknown file');
  const why = test.err?.stack ?? test.err?.message ?? 'no error given';
  return `${file}: ${test.fullTitle()}\n${why.replace(/^/gm, '    ')}\n`;
}

/** What a test file asks of the real world that this run does not provide; where it asks by a variable, all that it names. */
function wantedBy(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const asked = /\breal\([a-z]/.test(text)
    ? reals.filter((name) => text.includes(`'${name}'`))
    : reals.filter((name) => text.includes(`real('${name}')`));
  return asked.filter((name) => !real(name)).sort();
}

/** Mocha takes a reporter only as the default export. */
export default Reporter;
