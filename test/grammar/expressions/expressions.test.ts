import { expect } from 'chai';
import fc from 'fast-check';
import type { Scalar } from '../../../grammar/expressions/cell.ts';
import {
  atOf,
  type Cell,
  cellOf,
  compile,
  constant,
  type Expression,
  type Facts,
  readExpression,
} from '../../../grammar/expressions/index.ts';
import { isIn } from '../../../grammar/expressions/operations.ts';
import type { Fact } from '../../../grammar/values/fact.ts';
import { readLiteral } from '../../../grammar/values/read.ts';
import { versionOf } from '../../../grammar/values/version.ts';
import { expressionText } from './arbitraries.ts';

function expression(text: string, purpose: 'condition' | 'rank' = 'condition'): Expression {
  const read = readExpression(text, purpose);
  if ('problem' in read) throw new Error(`${text}: ${read.problem}`);
  return read.expression;
}

function refusal(text: string, purpose: 'condition' | 'rank' = 'condition'): { problem: string; at: number } {
  const read = readExpression(text, purpose);
  if ('problem' in read) return read;
  throw new Error(`not refused: ${text}`);
}

function facts(said: Readonly<Record<string, string>>): Facts {
  return new Map(Object.entries(said).map(([name, text]) => [name.toLowerCase(), fact(text)]));
}

function fact(text: string): Fact {
  const values = text.split(',').map((member) => {
    const value = readLiteral(member.trim());
    if (value === undefined) throw new Error(`no value: ${member}`);
    return value;
  });
  return { values, text };
}

const nobody: Facts = new Map();

/** T, F or U: what a condition comes to where t is true, f false, u unsaid and n a number. */
function truth(text: string): string {
  const cell = expression(text).evaluate(
    nobody,
    facts({ t: 'true', f: 'false', n: '3', s: 'abc', m: 'x, y' }),
  );
  return cell === true ? 'T' : cell === false ? 'F' : 'U';
}

describe('an expression', () => {
  it('follows the truth tables of and, or and not', () => {
    const values = { t: 'T', f: 'F', u: 'U', n: 'U' };
    for (const [a, one] of Object.entries(values)) {
      for (const [b, other] of Object.entries(values)) {
        const both = one === 'F' || other === 'F' ? 'F' : one === 'T' && other === 'T' ? 'T' : 'U';
        const either = one === 'T' || other === 'T' ? 'T' : one === 'F' && other === 'F' ? 'F' : 'U';
        expect(truth(`their.${a} and their.${b}`), `${a} and ${b}`).to.equal(both);
        expect(truth(`their.${a} or their.${b}`), `${a} or ${b}`).to.equal(either);
        expect(truth(`false or their.${a} && (their.${b})`)).to.equal(both);
      }
      expect(truth(`!their.${a}`)).to.equal(one === 'T' ? 'F' : one === 'F' ? 'T' : 'U');
    }
  });

  it('counts a constant as what it is in and and or', () => {
    expect(truth('false and their.u')).to.equal('F');
    expect(truth('true and their.u')).to.equal('U');
    expect(truth('their.u or true')).to.equal('T');
    expect(truth('their.t and true')).to.equal('T');
    expect(truth('their.n and true')).to.equal('U');
  });

  it('is UNKNOWN where a set is no operand', () => {
    expect(truth('their.m == "x"')).to.equal('U');
    expect(truth('"x" in their.m')).to.equal('T');
    expect(truth('("x", "z") in their.m')).to.equal('F');
    expect(truth('(their.u ?? their.m) has "y"')).to.equal('T');
    expect(truth('if(their.t, their.m, their.s) has ("x", "y")')).to.equal('T');
    expect(truth('known(their.m)')).to.equal('T');
    expect(truth('(their.m, "x") has "x"')).to.equal('U');
    expect(truth('(their.u, "x") has "x"')).to.equal('U');
  });

  it('reads names whatever their letters, and prints them as the vocabulary does', () => {
    expect(expression('MY.cpus < THEIR.CPUS').text).to.equal('my.Cpus < their.Cpus');
  });

  it('prints what it read so that it reads the same', () => {
    fc.assert(
      fc.property(expressionText, (text) => {
        const read = readExpression(text, 'condition');
        if ('problem' in read) return;
        const again = expression(read.expression.text);
        expect(again.text).to.equal(read.expression.text);
        expect(parts(again.root)).to.deep.equal(parts(read.expression.root));
      }),
      { numRuns: 2000 },
    );
  });

  it('comes to the same whether a side is known when it is compiled or later', () => {
    const said = facts({ cpus: '8', load: '0.5', memory: '4 GiB', x: 'true', features: 'a, b' });
    const mine = facts({ cpus: '4', 'y-z': 'abc' });
    fc.assert(
      fc.property(expressionText, (text) => {
        const read = readExpression(text, 'condition');
        if ('problem' in read) return;
        const { root } = read.expression;
        const folded = atOf(
          compile<undefined>(root, ({ side, name }) =>
            constant(cellOf((side === 'my' ? mine : said).get(name))),
          ),
        );
        expect(folded(undefined)).to.deep.equal(read.expression.evaluate(mine, said) as Cell);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses all that can only be UNKNOWN, and no part that cannot', () => {
    const refused = [
      'their.Region < "b"',
      'their.Memory > 2',
      'their.Cuda >= 12.4',
      '1 / 0 == their.X',
      'their.Cpus and their.Load',
      'not their.Cpus',
      'their.X and their.Region + 1 > 0',
      '("a", "b") == their.X',
      'their.X > 1 EUR + 1 USD',
      'their.Date + 1 h > their.Date',
      'floor(2 h) > 1',
      'their.Cpus in ("a", "b")',
      'their.Memory ~ /a/',
      'if(their.Cpus, 1, 2) == 1',
      'min(their.Cpus, 2 h) > 1',
      'their.Load / 0 > 1',
      'their.Load / (1 - 1) > 1',
      'their.Memory / 0 GiB > 1',
      'their.Load / -0 > 1',
    ];
    for (const text of refused) expect(refusal(text).problem, text).to.match(/can only be UNKNOWN/);
    const read = [
      'their.Memory / 1 MiB/s > 3 s',
      'their.X * 2 h > 4 h',
      '(their.Region ?? 3) == 3',
      'their.X == -3',
      '0 / their.Load < 1',
    ];
    for (const text of read) expect(expression(text).text).to.equal(text);
  });

  it('takes a condition where one is wanted, and a number or quantity for a Rank', () => {
    expect(refusal('their.Cpus * 2').problem).to.match(/^is a condition/);
    expect(refusal('their.Cpus > 2', 'rank').problem).to.match(/^is a number or a quantity/);
    expect(expression('-their.Latency', 'rank').text).to.equal('-their.Latency');
    expect(expression('their.Score', 'rank').text).to.equal('their.Score');
  });

  const messages: readonly [text: string, at: number, problem: RegExp][] = [
    ['their.Cpus > AND', 13, /'AND', which is written 'and'/],
    ['a > 2', 0, /"a"; a name says whose it is: 'their.a'/],
    ['their.Cpus >', 12, /ends where a value or a name should stand/],
    ['their.Cpus AND their.Load', 11, /did you mean 'and'\?/],
    ['(their.Cpus > 2', 0, /'\(' without its '\)'/],
    ['their.Cpus > 2)', 14, /'\)' without its '\('/],
    ['their.Cpus > 5 m', 13, /min \(minutes\) or ms/],
    ['their.Os == "x', 12, /quotes do not end/],
    ['flor(their.Cpus) > 2', 0, /did you mean 'floor'\?/],
    ['their.Name ~ /a(/', 15, /a '\(' has no '\)'/],
    ['TARGET.Cpus > 2', 0, /'my.Cpus' or 'their.Cpus'/],
    ['1 < their.Cpus < 3', 15, /join two comparisons by 'and'/],
    ['their.Cpus = 3', 11, /written '=='/],
    ['their.Cpus -1 == 63', 11, /blank on both sides/],
    ['their.Budget > 3', 0, /a rule of its own/],
    ['their.Id == "x"', 0, /about the document itself/],
    ['', 0, /ends where/],
  ];
  for (const [text, at, problem] of messages) {
    it(`says in a sentence what is wrong with '${text}'`, () => {
      const found = refusal(text);
      expect(found.problem).to.match(problem);
      expect(found.at).to.equal(at);
    });
  }

  it('nests brackets, not, minus and ?? 64 deep and no deeper', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}true${')'.repeat(depth)}`;
    expect(expression(nested(64)).text).to.equal(nested(64));
    const minus = (count: number) => `${'-'.repeat(count)}their.X == 1`;
    expect(expression(minus(64)).text).to.equal(minus(64));
    for (const text of [
      nested(65),
      minus(65),
      `${'not '.repeat(65)}true`,
      `${'their.X ?? '.repeat(65)}true`,
    ]) {
      expect(refusal(text).problem).to.match(/64 deep/);
    }
  });

  it('has 1,024 values, names and operators at most', () => {
    const sum = (count: number) => `their.X${' + 1'.repeat(count)}`;
    expect(readExpression(sum(511), 'rank')).to.have.property('expression');
    expect(readExpression(sum(512), 'rank')).to.have.property(
      'problem',
      'has more than 1024 values, names and operators',
    );
    const among = (count: number) =>
      `their.X in (${Array.from({ length: count }, (_, at) => at).join(', ')})`;
    expect(readExpression(among(1021), 'condition')).to.have.property('expression');
    expect(refusal(among(1022)).problem).to.match(/more than 1024 values/);
  });

  it("has 'in' and 'has' 16 times at most", () => {
    const often = (count: number) => Array.from({ length: count }, () => 'their.X in my.X').join(' or ');
    expect(readExpression(often(16), 'condition')).to.have.property('expression');
    expect(refusal(often(17))).to.deep.equal({ problem: "has 'in' and 'has' more than 16 times", at: 312 });
  });

  it('bounds its regular expressions together', () => {
    expect(refusal('their.X ~ /a{300}/ or their.X ~ /b{300}/').problem).to.match(
      /of one header are too large/,
    );
  });

  it('is read or refused in time linear in a hostile text of 8 KiB', () => {
    const hostile = [
      '(',
      'not ',
      '-',
      'min(',
      '1 + ',
      'their.x ?? ',
      'a.b ',
      '"',
      '(their.x and ',
      '~ /',
      '1 h ',
      'x((',
    ];
    const begin = process.cpuUsage();
    for (const text of hostile) readExpression(text.repeat(8192 / text.length), 'condition');
    const { user } = process.cpuUsage(begin);
    // Twelve texts of 8 KiB; exponential or quadratic time would take minutes.
    expect(user / 1000).to.be.below(20_000);
  });
});

describe('membership', () => {
  const scalars = [1, 2, 'a', 'b', true, false].map((value): Scalar => value);
  const versions = ['4.0', '4', '5', '5-rc1', '5.0.0'].map(
    (text): Scalar => ({ unit: 'version', value: 0, version: versionOf(text) }),
  );
  const measures = [1, 2].flatMap((value) =>
    ['bytes', 'duration'].map((unit): Scalar => ({ unit, value, version: undefined })),
  );
  const someOf = (pool: readonly Scalar[]) =>
    fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 6 });
  const set = fc.oneof(
    ...[scalars, versions, measures, [1, 2, 3], ['a', 'b', 'c'], [...scalars, ...versions, ...measures]].map(
      someOf,
    ),
  );

  it('is the same in a set that is written out many times', () => {
    const seen = new Set<Cell>();
    fc.assert(
      fc.property(set, set, (members, among) => {
        const truth = isIn(members, among);
        seen.add(truth);
        const often = Array.from({ length: 300 }, () => among).flat();
        expect(isIn(members, often)).to.equal(truth);
      }),
      { numRuns: 2000 },
    );
    expect([...seen]).to.have.members([true, false, undefined]);
  });
});

/** The tree without places and values. */
function parts(node: Expression['root']): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value) =>
      key === 'at' || key === 'value' || key === 'expression' ? undefined : value,
    ),
  );
}
