import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Report } from '../../bench/harness/report.ts';
import { real } from '../support/real.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

describe('npm run bench', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-test-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('prints one table and writes the same as JSON', async () => {
    const file = join(folder, 'report.json');
    const { stdout } = await run(process.execPath, [program, '--quick', '--only', 'parse', '--json', file]);
    expect(stdout).to.match(/a second +beside +a second +ratio +from\.\.to\n/);
    expect(stdout).to.match(/^ {2}Tells of 40 headers read +[\d,]+ {2}their lines .* \d\.\d+\.\.\d\.\d+$/m);

    const report: Report = JSON.parse(await readFile(file, 'utf8'));
    expect(report).to.have.keys('version', 'date', 'quick', 'rounds', 'windowMs', 'machine', 'benches');
    expect(report).to.include({ version: 1, quick: true, rounds: 3 });
    const [bench, ...others] = report.benches;
    expect(others).to.deep.equal([]);
    expect(bench?.name).to.equal('parse');
    for (const compared of bench?.comparisons ?? []) {
      expect(compared.perSecond).to.have.lengthOf(3);
      expect(compared.besidePerSecond).to.have.lengthOf(3);
      expect(compared.ratio.min).to.be.above(0);
      expect(compared.ratio.median).to.be.within(compared.ratio.min, compared.ratio.max);
    }
  });

  (real('gcc') ? it : it.skip)('runs tasks beside a loop in C, and all of them finish', async () => {
    const words = [program, '--quick', '--rounds', '1', '--only', 'dispatch-rate', 'dispatch-start'];
    const { stdout } = await run(process.execPath, words);
    expect(stdout).to.match(/^ {2}supervisor in C, one on each core +[\d,.]+ {2}a C loop: folder,/m);
    expect(stdout).to.match(/^ {2}supervisor in C, median: [\d.]+ ms /m);
  });

  it('shows that a file takes little memory of a broker, however large it is', async () => {
    const words = [program, '--quick', '--rounds', '1', '--only', 'dispatch-staging'];
    const { stdout } = await run(process.execPath, words);
    const [, bytes, sent] = /a file of (\d+) MiB sent: (-?[\d.]+) MiB$/m.exec(stdout) ?? [];
    const [, fetched] = /that file fetched: (-?[\d.]+) MiB$/m.exec(stdout) ?? [];
    expect(Number(bytes)).to.equal(128);
    expect(Math.max(Number(sent), Number(fetched))).to.be.below(64);
  });

  it('makes deals beside the rows that they leave', async () => {
    const words = [program, '--quick', '--rounds', '1', '--only', 'deals'];
    const { stdout } = await run(process.execPath, words);
    expect(stdout).to.match(
      /^ {2}one after the other, 10 agreements open +[\d,.]+ {2}bare SQLite, the same rows,/m,
    );
    expect(stdout).to.match(/^ {2}one after the other, 100 agreements open, median: [\d.]+ ms /m);
  });

  it('says what it could measure when asked for something else', async () => {
    const ended = await run(process.execPath, [program, '--only', 'weather']).catch(
      (error: unknown) => error,
    );
    expect(ended).to.include({ code: 1, stdout: '' });
    expect(ended)
      .to.have.property('stderr')
      .that.includes('parse, match, store, dispatch, backends, deals, asks, pace, polls');
  });
});
