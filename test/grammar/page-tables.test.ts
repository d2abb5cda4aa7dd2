import { expect } from 'chai';
import { actionNames } from '../../grammar/documents/actions.ts';
import { diagnosticLines, readAnyDocuments } from '../../grammar/index.ts';
import { isFalse, isTrue, Matcher } from '../../grammar/matching/index.ts';
import { holds } from '../../grammar/tests/evaluate.ts';
import { readTest } from '../../grammar/tests/read.ts';
import type { Test } from '../../grammar/tests/test.ts';
import { readLiteral } from '../../grammar/values/read.ts';
import { charges, units } from '../../grammar/values/units.ts';
import { orderVersions, versionOf } from '../../grammar/values/version.ts';
import { ask, supplyOf, tell } from './matching/support.ts';
import { examples, page, rowsOf } from './page.ts';

const words: Readonly<Record<string, string>> = { string: 'text' };

/** The verdict on the one clause of an Ask, put to one Tell. */
function verdict(told: readonly string[], asked: readonly string[]): string {
  const matcher = new Matcher(ask(...asked), supplyOf([tell('t1', ...told)]));
  matcher.refresh();
  const code = matcher.clauses.at(-1)?.at(0);
  return code === isTrue ? 'TRUE' : code === isFalse ? 'FALSE' : 'UNKNOWN';
}

const lines = (cell: string): string[] => (cell === 'nothing' ? [] : cell.split('`, `'));

/** Facts about which a test is TRUE, UNKNOWN and FALSE. */
const known: Readonly<Record<string, Test>> = {
  TRUE: testOf('any'),
  FALSE: testOf('unsaid'),
  UNKNOWN: testOf('< x'),
};
const fact = { values: [{ kind: 'string', text: 'y' }], text: 'y' } as const;

function testOf(text: string): Test {
  const read = readTest(undefined, text);
  if ('problem' in read) throw new Error(read.problem);
  return read.test;
}

function truth(test: Test): string {
  const value = holds(test, fact);
  return value === undefined ? 'UNKNOWN' : value ? 'TRUE' : 'FALSE';
}

describe('the tables of docs/sla.md', () => {
  for (const { line, cells } of rowsOf('value', 'is')) {
    const [value = '', is] = cells;
    it(`have in line ${line} what is so: ${value} is ${is}`, () => {
      const kind = readLiteral(value)?.kind ?? 'refused';
      expect(words[kind] ?? kind).to.equal(is);
    });
  }

  it('have the truth of tests that are joined and turned round', () => {
    const rows = rowsOf('t', 'u', '`t, u`', '`t \\| u`', '`not t`');
    expect(rows).to.have.length(9);
    for (const { line, cells } of rows) {
      const [t, u] = [known[cells[0] ?? ''], known[cells[1] ?? '']];
      if (t === undefined || u === undefined) throw new Error(`line ${line}`);
      const tests: Test[] = [
        { kind: 'and', tests: [t, u] },
        { kind: 'or', tests: [t, u] },
        { kind: 'not', test: t },
      ];
      expect(tests.map(truth), `line ${line}`).to.deep.equal(cells.slice(2));
    }
  });

  for (const { line, cells } of rowsOf('a Tell says', 'an Ask tests', 'is')) {
    const [told = '', asked = '', is] = cells;
    it(`have in line ${line} what is so: ${asked} of ${told} is ${is}`, () => {
      expect(verdict(lines(told), [asked])).to.equal(is);
    });
  }

  for (const { line, cells } of rowsOf('a Tell says', 'an Ask needs', 'match')) {
    const [told = '', asked = '', match] = cells;
    it(`have in line ${line} what is so: ${asked} of ${told}: ${match}`, () => {
      const isMatch = new Matcher(ask(asked), supplyOf([tell('t1', ...lines(told))])).matches(0);
      expect(isMatch ? 'yes' : 'no').to.equal(match);
    });
  }

  it('have the expressions that are so', () => {
    const between = page.slice(page.indexOf('\nWith a Tell that says'), page.indexOf('| the Ask requires'));
    const [told = '', asked = ''] = between.split('an Ask that says');
    const said = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    for (const { line, cells } of rowsOf('the Ask requires', 'is')) {
      const [expression = '', is] = cells;
      const header = `Requires: ${expression}`;
      const [reading] = readAnyDocuments(`SLA-version: 1.0\nAction: Ask\n${header}\n`);
      const isRead = reading !== undefined && 'document' in reading;
      const found = isRead ? verdict(said(told), [...said(asked), header]) : 'refused';
      const why =
        reading !== undefined && 'diagnostics' in reading ? diagnosticLines(reading.diagnostics) : '';
      expect(found, `line ${line}: ${expression} ${why}`).to.equal(is);
    }
  });

  it('have the orders of versions', () => {
    const chains = examples
      .filter(({ info }) => info === 'versions')
      .flatMap(({ text }) => text.trim().split('\n'));
    expect(chains).to.have.length.greaterThan(3);
    for (const chain of chains) {
      const parts = chain.split(/ ([<=]) /);
      for (let at = 1; at < parts.length; at += 2) {
        const [a = '', sign, b = ''] = parts.slice(at - 1, at + 2);
        const order = Math.sign(orderVersions(versionOf(a), versionOf(b)));
        expect(order, `${a} ${sign} ${b}`).to.equal(sign === '<' ? -1 : 0);
      }
    }
  });

  it('name every unit, charge, action and type of need', () => {
    for (const unit of units.keys()) expect(page, unit).to.include(`\`${unit}\``);
    for (const charge of charges) expect(page, charge).to.include(`\`/${charge}\``);
    for (const action of actionNames) expect(page, action).to.include(`\`${action}\``);
    for (const { cells } of rowsOf('in an Ask', 'wants', 'takes')) {
      for (const [, need = ''] of (cells[0] ?? '').matchAll(/(?:^|`)(Cpus: [^`]+)/g)) {
        expect(() => ask(need), need).to.not.throw();
      }
    }
  });
});
