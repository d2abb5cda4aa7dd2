import { expect } from 'chai';
import fc from 'fast-check';
import { type Cell, finiteMeasured } from '../../../grammar/expressions/cell.ts';
import { atOf, compile, constant, readExpression, varying } from '../../../grammar/expressions/index.ts';
import { keepTrue, LaneRoom } from '../../../grammar/waiting/lane.ts';
import { conditionLane } from '../../../grammar/waiting/lanes.ts';

/** What a Tell says. */
const told: Readonly<Record<string, Cell>> = {
  load: 3,
  zero: 0,
  huge: 1e308,
  space: finiteMeasured('bytes', 4e9),
  pace: finiteMeasured('rate', 1e6),
  region: 'eu',
  sizes: [1, 3],
  on: true,
};
/** What Asks say as numbers, by column. */
const said = [
  { name: 'number', unit: 'number' },
  { name: 'other', unit: 'number' },
  { name: 'bytes', unit: 'bytes' },
] as const;

const number = fc.constantFrom(0, 1, 3, -2, 0.5, 1e308, -1e308, 5e-324, 4e9);
const compares = fc.constantFrom('<', '<=', '>', '>=', '==', '!=');
const condition = fc.letrec<Record<'plain' | 'bytes' | 'truth', string>>((tie) => ({
  plain: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('my.Number', 'my.Other', 'my.Number', 'my.Other', 'my.Nowhere', '3', '0', '2.5'),
    fc.constantFrom('their.Load', 'their.Zero', 'their.Huge', 'their.Nowhere', 'their.Region', 'their.Sizes'),
    fc.tuple(tie('plain'), fc.constantFrom('+', '-', '*', '/', '??'), tie('plain')).map(inBrackets),
    fc.tuple(tie('bytes'), fc.constant('/'), tie('bytes')).map(inBrackets),
    fc.tuple(tie('truth'), tie('plain'), tie('plain')).map((three) => `if(${three.join(', ')})`),
    tie('plain').map((value) => `-(${value})`),
    tie('plain').map((value) => `abs(${value})`),
  ),
  bytes: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('my.Bytes', 'my.Bytes', 'their.Space', '4 GB', 'their.Pace', 'my.Nowhere'),
    fc.tuple(tie('bytes'), fc.constantFrom('+', '-', '??'), tie('bytes')).map(inBrackets),
    fc.tuple(tie('bytes'), fc.constantFrom('*', '/'), tie('plain')).map(inBrackets),
    fc.tuple(tie('plain'), fc.constant('*'), tie('bytes')).map(inBrackets),
  ),
  truth: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(tie('plain'), compares, tie('plain')).map(inBrackets),
    fc.tuple(tie('bytes'), compares, tie('bytes')).map(inBrackets),
    fc.tuple(tie('truth'), fc.constantFrom('and', 'or', '??', '=='), tie('truth')).map(inBrackets),
    tie('truth').map((truth) => `not ${truth}`),
    tie('plain').map((value) => `known(${value})`),
    fc.tuple(tie('plain'), tie('plain')).map(([a, b]) => `(${a} in (1, ${b}))`),
    fc.tuple(tie('truth'), tie('truth'), tie('truth')).map((three) => `if(${three.join(', ')})`),
    fc.constantFrom('their.On', 'my.Nowhere', 'my.Number > 1', 'my.Bytes < their.Space'),
  ),
}));

function inBrackets(parts: readonly string[]): string {
  return `(${parts.join(' ')})`;
}

describe('conditions that are put to many Asks at once', () => {
  it('are TRUE of exactly those of which they are TRUE by themselves', () => {
    let [together, settled] = [0, 0];
    fc.assert(
      fc.property(
        condition.truth,
        fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 20 }),
        (text, records) => {
          const read = readExpression(text, 'condition');
          if (!('expression' in read)) return;
          const { root } = read.expression;
          const lane = conditionLane(root, ({ side, name }) => {
            if (side === 'their') return { cell: told[name] };
            const column = said.findIndex((one) => one.name === name);
            const slot = said[column];
            if (slot === undefined) return { cell: undefined };
            const all = records.map((record) => record[column] as number);
            return { ...slot, column, least: Math.min(...all), most: Math.max(...all) };
          });
          if (lane === undefined) return;
          if (lane.same === undefined) together += 1;
          else settled += 1;
          const capacity = records.length + 1;
          const numbers = new Float64Array(capacity * said.length);
          for (const [at, record] of records.entries()) {
            for (const [column, value] of record.entries()) numbers[column * capacity + at] = value;
          }
          // So many that there is more than one step.
          const all = Array.from({ length: 1_100 }, (_, at) => at % records.length);
          const list = Int32Array.from(all);
          const batch = { numbers, capacity, list, count: list.length };
          const count = keepTrue(lane, batch, new LaneRoom());
          const by = compile<number>(root, ({ side, name }) => {
            if (side === 'their') return constant(told[name]);
            const column = said.findIndex((one) => one.name === name);
            const { unit } = said[column] ?? {};
            if (unit === undefined) return constant(undefined);
            return varying((at) => {
              const value = records[at]?.[column] as number;
              return unit === 'number' ? value : finiteMeasured(unit, value);
            });
          });
          const holds = records.map((_, at) => atOf(by)(at) === true);
          expect([...list.subarray(0, count)]).to.deep.equal(all.filter((at) => holds[at]));
          if (lane.isSure) {
            const truths = records.map((_, at) => atOf(by)(at));
            expect(truths).to.not.include(undefined);
          }
        },
      ),
      { numRuns: 2_000 },
    );
    expect(together).to.be.above(200);
    expect(settled).to.be.above(200);
  });

  it('are settled at once where what all say lies to one side of what they are compared with', () => {
    const settled = (text: string) => {
      const read = readExpression(text, 'condition');
      if (!('expression' in read)) throw new Error(text);
      return conditionLane(read.expression.root, ({ side, name }) =>
        side === 'their'
          ? { cell: told[name] }
          : {
              name,
              unit: 'number',
              column: 0,
              ...(name === 'one' ? { least: 1, most: 1 } : { least: 2, most: 5 }),
            },
      )?.same;
    };
    const verdicts: Readonly<Record<string, number | undefined>> = {
      'my.Some > 1': 1,
      'my.Some > 2': undefined,
      'my.Some > 5': 0,
      'my.Some >= 2': 1,
      'my.Some >= 5': undefined,
      'my.Some < 2': 0,
      'my.Some <= 5': 1,
      'my.Some <= 1': 0,
      'my.Some == 1': 0,
      'my.Some == 2': undefined,
      'my.One == 1': 1,
      'my.One != 1': 0,
      'my.Some != 6': 1,
      'my.One < my.Some': 1,
      'my.Some > their.Load or my.Some > 1': 1,
      'my.Some > their.Load and my.Some > 9': 0,
      'if(my.One == 1, my.Some > 1, my.Some > 3)': 1,
      'my.Some > their.Nowhere': Number.NaN,
    };
    expect(Object.fromEntries(Object.keys(verdicts).map((text) => [text, settled(text)]))).to.deep.equal(
      verdicts,
    );
  });
});
