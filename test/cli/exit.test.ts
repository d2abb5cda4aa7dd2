import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { exit, exitCodeOf } from '../../cli/exit.ts';
import { type Code, catalogue, failure } from '../../protocol/catalogue.ts';

describe('exit codes', () => {
  it('are told to users, each of them and no other', async () => {
    const page = await readFile(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    const told = Array.from(page.matchAll(/^\| (\d+) \|/gm), ([, code]) => Number(code));
    expect(told).to.deep.equal(Object.values(exit));
  });

  it('put each failure of the catalogue into the class in which a user would look for it', () => {
    const classes = new Map<number, string[]>();
    for (const code of Object.keys(catalogue) as Code[]) {
      const to = exitCodeOf(failure(code, 'so it is'));
      classes.set(to, [...(classes.get(to) ?? []), code]);
    }
    expect([...classes.keys()].sort((a, b) => a - b)).to.deep.equal([2, 3, 4, 5, 70]);
    expect(classes.get(exit.noMatch)).to.deep.equal(['no-match']);
    expect(classes.get(exit.internal)).to.deep.equal(['internal']);
    expect(classes.get(exit.usage)).to.include.members([
      'bad-configuration',
      'bad-files',
      'address-in-use',
      'store-in-use',
    ]);
    expect(classes.get(exit.unreachable)).to.include.members([
      'unavailable',
      'unreachable',
      'timeout',
      'market-full',
    ]);
    expect(classes.get(exit.refused)).to.include.members([
      'document-refused',
      'work-refused',
      'egress-denied',
      'not-the-owner',
    ]);
  });

  it('take a failure that they do not know by its status', () => {
    const other = (status: number) => ({ code: 'new', status, detail: 'so it is' });
    expect([400, 404, 500, 502, 503, 504].map((status) => exitCodeOf(other(status)))).to.deep.equal([
      5, 5, 70, 4, 4, 4,
    ]);
  });
});
