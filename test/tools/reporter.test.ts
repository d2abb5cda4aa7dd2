import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { root } from '../../tools/project.ts';

const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
const suite = `
const real = (name) => (process.env.OGM_REAL ?? '').split(',').includes(name);
describe('a suite', () => {
  before(() => new Promise((resolve) => setTimeout(resolve, 300)));
  it('always runs', () => {});
  (real('strace') ? it : it.skip)('counts system calls', () => {});
  (real('gcc') ? it : it.skip)('compiles', () => {});
});
`;

describe('a run of the tests', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reporter-'));
    await writeFile(join(folder, 'some.test.mjs'), suite);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(provided: string): Promise<{ stdout: string; results: unknown }> {
    const file = join(folder, 'results.json');
    const env = { ...process.env, OGM_REAL: provided, OGM_TEST_RESULTS: file };
    const { stdout } = await promisify(execFile)(process.execPath, [mocha, join(folder, 'some.test.mjs')], {
      cwd: root,
      env,
    });
    return { stdout, results: JSON.parse(await readFile(file, 'utf8')) };
  }

  it('says at its end what was left out, and for want of what', async () => {
    const { stdout, results } = await run('gcc');
    expect(stdout).to.match(/Left out .*OGM_REAL.*\n {4}strace \(1 test of .*some\.test\.mjs\)\n/);
    expect(results).to.deep.equal({ passed: 2, failed: 0, leftOut: 1 });
  });

  it('says it too where a file asks for one thing after the other', async () => {
    const each = "for (const name of ['gcc', 'podman']) (real(name) ? it : it.skip)(name, () => {});";
    await writeFile(join(folder, 'some.test.mjs'), `${suite.split('\n')[1]}\n${each}`);
    expect((await run('gcc')).stdout).to.match(/\n {4}podman \(1 test of .*some\.test\.mjs\)\n/);
  });

  it('keeps what failed, with its file and its reason', async () => {
    await writeFile(join(folder, 'some.test.mjs'), "it('fails', () => { throw new Error('no luck'); });");
    const failed = await run('').then(
      () => undefined,
      (error: { code: number }) => error.code,
    );
    expect(failed).to.equal(1);
    const kept = await readFile(join(folder, 'results.json.failures'), 'utf8');
    expect(kept).to.match(/some\.test\.mjs: fails\n {4}Error: no luck\n/);
  });

  it('tells how long each file took, with what came before its tests', async () => {
    const { stdout } = await run('');
    const [, seconds] = /took longest:\n +([\d.]+) {2}.*some\.test\.mjs\n/.exec(stdout) ?? [];
    expect(Number(seconds)).to.be.at.least(0.2);
  });

  it('says nothing of it where all was provided', async () => {
    const { stdout, results } = await run('gcc,strace');
    expect(stdout).not.to.contain('Left out');
    expect(results).to.deep.equal({ passed: 3, failed: 0, leftOut: 0 });
  });
});
