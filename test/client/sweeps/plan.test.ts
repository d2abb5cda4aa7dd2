import { expect } from 'chai';
import fc from 'fast-check';
import { annotatedFaults, SweepError } from '../../../client/sweeps/faults.ts';
import { readPlan } from '../../../client/sweeps/plan.ts';
import { jobOfSweep, ownPaths } from '../../../client/sweeps/sweep.ts';

const rowsOf = (text: string) => [...(readPlan(text).rows() as Iterable<readonly string[]>)];

function jobOf(text: string) {
  const sweep = readPlan(text);
  return jobOfSweep(sweep, sweep.command?.slice(1) ?? []);
}

function faultsOf(text: string): string[] {
  try {
    readPlan(text);
  } catch (error) {
    if (error instanceof SweepError) return annotatedFaults(error).split('\n');
    throw error;
  }
  return [];
}

describe('a plan of a sweep', () => {
  it('makes a task of each combination, the last parameter changing first', () => {
    const plan = `# what is tried
parameter n from 0 to 2 step 1   # steps of 1
parameter alpha in 0.1, "a, b"
parameter solver scip cbc
command solve \${n}
`;
    const rows = rowsOf(plan);
    expect(rows).to.have.length(3 * 2 * 2);
    expect(rows.slice(0, 3)).to.deep.equal([
      ['0', '0.1', 'scip'],
      ['0', '0.1', 'cbc'],
      ['0', 'a, b', 'scip'],
    ]);
    expect(rows.at(-1)).to.deep.equal(['2', 'a, b', 'cbc']);
    expect(readPlan(plan).names).to.deep.equal(['n', 'alpha', 'solver']);
  });

  it('counts in exact decimals, upwards or downwards', () => {
    expect(rowsOf('parameter x from 0 to 1 step 0.1').flat()).to.deep.equal([
      ...['0', '0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9', '1'],
    ]);
    expect(rowsOf('parameter x from 1 to -1 step -0.75').flat()).to.deep.equal(['1', '0.25', '-0.5']);
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 999 }),
        (from, count, step) => {
          const to = from + (count - 1) * step;
          const text = (value: number) => (value / 1000).toFixed(3);
          const values = rowsOf(`parameter x from ${text(from)} to ${text(to)} step ${text(step)}`).flat();
          const expected = Array.from({ length: count }, (_, index) => (from + index * step) / 1000);
          expect(values.map(Number)).to.deep.equal(expected.map((value) => value + 0));
        },
      ),
    );
  });

  it('cuts its command into words before anything is filled in, as a shell would, and runs none', () => {
    const { arguments: words, constants } = jobOf(`parameter n in "a b; rm -rf /"
command node24 -e 'print "\${n}" {1}' "x \${n}" y\\ z \${task} pre\${n}post "\\"q\\""  # no more`);
    expect(words).to.deep.equal(['-e', `print "\${n}" {2}`, 'x {1}', 'y z', '{task}', 'pre{1}post', '"q"']);
    expect(constants).to.deep.equal(['{1}']);
  });

  it('keeps the combinations for which its constraints hold', () => {
    const plan = (constraint: string) =>
      `parameter n from 1 to 4\nparameter m from 1 to 4\nparameter s in ab, cd\n${constraint}`;
    const pairs = (constraint: string) => rowsOf(plan(constraint)).map((row) => row.join(''));
    expect(pairs('constraint n < m and s == "ab"\nconstraint n + m == 5')).to.deep.equal(['14ab', '23ab']);
    expect(pairs("constraint not (n != m or s = 'ab') && n * 2 >= 6")).to.deep.equal(['33cd', '44cd']);
    expect(pairs(`constraint \${n} % 3 == 0 and -m <= -4`)).to.deep.equal(['34ab', '34cd']);
  });

  it('says which files all tasks take, which each takes of its own, and what comes back', () => {
    const sweep = readPlan(`parameter n from 0 to 1
input_files run.sh stub\${n}.nl 'a b.txt'
command bash run.sh
output_files stub\${n}.sol stderr stdout log`);
    expect(sweep.inputs).to.deep.equal(['run.sh', 'a b.txt']);
    expect(ownPaths(sweep, ['1'], 2)).to.deep.equal(['stub1.nl']);
    expect(jobOfSweep(sweep, []).outputs).to.deep.equal(['stub{1}.sol', 'log']);
  });

  it('says of each fault where it is, with the line and a caret', () => {
    const [first, , , ...none] = faultsOf(`parameter m 1\nparameter n from 2 to 1\ncommand run \${n}`);
    expect([first, none], 'a parameter is there whatever its values are').to.deep.equal([
      'line 2, column 18: no step of 1 leads from 2 to 1',
      [],
    ]);
    const faults = faultsOf(`parameter n from 0 to 9 step 0
parameter n in 1,,2
  command run \${m} 'open
parametre x 1
`);
    expect(faults).to.deep.equal([
      'line 1, column 18: the step is 0',
      ' 1 | parameter n from 0 to 9 step 0',
      `   | ${' '.repeat(17)}^`,
      'line 2, column 18: a value is missing',
      ' 2 | parameter n in 1,,2',
      `   | ${' '.repeat(17)}^`,
      'line 3, column 20: the quote that begins here has no end',
      ` 3 |   command run \${m} 'open`,
      `   | ${' '.repeat(19)}^`,
      "line 4, column 1: 'parametre' is none of parameter, constraint, input_files, command, output_files",
      ' 4 | parametre x 1',
      '   | ^',
    ]);
  });

  it('is refused where it means nothing, each time with its reason', () => {
    const first = (text: string) => faultsOf(text)[0];
    for (const [line, said] of [
      ['parameter', 'column 10: parameter says no name'],
      ['parameter 1a 2', "column 11: '1a' is no name: letters, digits and _, no digit first"],
      ['parameter n 1\nparameter n 2', 'column 11: there is a parameter n already'],
      ['parameter task 1', 'column 11: task is the number of the task'],
      ['parameter n', 'column 12: parameter n has no value'],
      ['parameter n from 0', "column 19: a range is written 'from 0 to 9 step 1'"],
      ['parameter n from 9 to 0', 'column 18: no step of 1 leads from 9 to 0'],
      ['parameter n from 0 to x', "column 18: 'x' is no number, such as 10 or 0.25"],
      ['parameter n from 0 to 9 by 2', "column 25: what follows a range is its step, as in 'step 0.5'"],
      ['parameter n from 0 to 9 step 2 3', "column 32: '3' stands behind the step"],
      ['parameter n from 0 to 1e9', "column 18: '1e9' is no number, such as 10 or 0.25"],
      ['parameter n from 0 to 1000000', 'these are 1000001 values, and a parameter has at most 1000000'],
      [`parameter n 1\nparameter m x\${n}`, 'column 13: a parameter is made of no other'],
      [`parameter n 1\ncommand \${n}`, 'column 9: the program is the same for all tasks'],
      [`parameter n 1\ncommand a \${m}`, 'column 11: there is no parameter m before it'],
      [`parameter n 1\ncommand a \${}`, `column 11: \${} is no name of a parameter`],
      ['parameter n 1\ncommand', 'column 8: command says no program'],
      ['parameter n 1\ncommand a\ncommand b', 'column 1: there is a command already'],
      ['parameter n 1\ninput_files @a', 'column 13: a file whose name begins with @ is not filled in'],
      ['parameter n 1\noutput_files', 'column 13: output_files names no file'],
      ['parameter n 1\nconstraint n <', 'column 15: ends where a value or a parameter should stand'],
      ['parameter n 1\nconstraint n < 2 < 3', 'column 18: compares once: join two comparisons by and'],
      ['parameter n 1\nconstraint m', 'column 12: there is no parameter m before it'],
      ['parameter n 1\nconstraint n ; 2', "column 14: has ';', which means nothing here"],
      ['parameter n 1\nconstraint (n', "column 14: has '(' without its ')'"],
      ['# nothing', 'column 1: the plan has no parameter'],
    ] as const)
      expect(first(line), line).to.contain(said);
    const many = Array.from({ length: 3 }, (_, index) => `parameter p${index} from 1 to 1000`).join('\n');
    expect(first(many)).to.contain('these are 1000000000 combinations, and a plan has at most 10000000');
    expect(first(`parameter n 1\nconstraint ${'('.repeat(60)}n`)).to.contain('more than 50 brackets');
  });

  it('is never more than read or refused, whatever it says', () => {
    const word = fc.constantFrom(
      'parameter',
      'command',
      'constraint',
      'input_files',
      'from',
      'to',
      'step',
      'in',
      `\${n}`,
      "'",
      '"',
      '\\',
      '#',
      ',',
      '(',
      'n',
      '1',
      '0.5',
      '<',
      'and',
      '\n',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        faultsOf(words.join(''));
        faultsOf(words.join(' '));
      }),
    );
  });
});
