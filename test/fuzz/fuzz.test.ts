import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { fuzz, reproductionOf, runOnce } from './fuzz.ts';
import type { Target } from './target.ts';
import { targets } from './targets/index.ts';

const seed = 20_261_101;
const runs = 30;

/** Fails on every text with an x in it. */
const planted: Target = {
  name: 'planted',
  about: 'No text has an x.',
  property: () =>
    fc.property(fc.string({ unit: fc.constantFrom('x', 'y') }), (text) => {
      if (text.includes('x')) throw new Error('an x');
    }),
};

describe('the fuzzer', () => {
  for (const target of targets) {
    it(`finds nothing in a moment: ${target.name}`, () => {
      expect(runOnce(target, seed, runs)).to.equal(undefined);
    });
  }

  it('makes a fault as small as it gets, and shows it again by its seed', () => {
    let rounds = 0;
    const faults = fuzz(
      [planted],
      seed,
      () => rounds++ > 100,
      () => {},
    );
    expect(faults).to.have.length(1);
    const [fault] = faults;
    expect(fault).to.deep.include({ target: 'planted', counterexample: ['x'], message: 'an x' });
    expect(runOnce(planted, fault?.seed ?? 0, 50)).to.deep.equal(fault);
    expect(JSON.parse(reproductionOf(fault!))).to.deep.include({ counterexample: ['x'] });
  });

  it('is a command that says what it takes, and ends well where nothing is found', () => {
    const run = (...options: string[]) =>
      spawnSync(process.execPath, [fileURLToPath(new URL('run.ts', import.meta.url)), ...options], {
        encoding: 'utf8',
      });
    expect(run('--help').stdout).to.include('--seconds').and.to.include(targets[0]?.about);
    expect(run('--only', 'nothing')).to.include({ status: 2 });
    const { status, stderr } = run('--seconds', '0.5', '--only', 'paths', '--seed', '1');
    expect(stderr).to.match(/^(?:-?\d+ s left: .*\n)*seed 1: paths \d+\n$/);
    expect(status).to.equal(0);
  });

  it('gives each target its turns until the time is over', () => {
    const counted = new Map<string, number>();
    let rounds = 0;
    const nothing = targets.map((target) => ({ ...target, property: () => fc.property(fc.nat(), () => {}) }));
    expect(
      fuzz(
        nothing,
        seed,
        () => rounds++ >= 3 * targets.length,
        (name, more) => counted.set(name, (counted.get(name) ?? 0) + more),
      ),
    ).to.deep.equal([]);
    expect([...counted.keys()]).to.deep.equal(targets.map(({ name }) => name));
  });
});
