import { expect } from 'chai';
import fc from 'fast-check';
import { ago, bar, evenly, plain, queueLines, sparkline } from '../../../cli/nodes/words.ts';

describe('how nodes are shown', () => {
  it('has a bar as long as any other, that grows with what it shows', () => {
    expect([0, 0.25, 0.5, 1, 7].map(bar)).to.deep.equal([
      '░░░░░░░░░░',
      '███░░░░░░░',
      '█████░░░░░',
      '██████████',
      '██████████',
    ]);
  });

  it('has a sparkline of so many cells at most, whatever is known', () => {
    expect(sparkline([0, 0.5, null, 1], 10, 1)).to.equal('▁▄ █');
    const values = fc.array(fc.option(fc.double({ min: 0, max: 1000, noNaN: true }), { nil: null }), {
      maxLength: 500,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 80 }), (all, cells) => {
        const line = sparkline(all, cells, 1);
        expect([...line].length).to.be.at.most(cells);
        expect(line).to.match(/^[ ▁▂▃▄▅▆▇█]*$/);
      }),
    );
  });

  it('leaves a gap where nothing is known of a step', () => {
    const point = (at: number, load: number) => ({ at, load, freeCpus: null, running: null });
    const history = { stepMs: 10, points: [point(100, 1), point(110, 2), point(140, 3)] };
    expect(evenly(history, ({ load }) => load)).to.deep.equal([1, 2, null, null, 3]);
    expect(evenly({ stepMs: 10, points: [] }, ({ load }) => load)).to.deep.equal([]);
  });

  it('says of a batch system what it has free, who waits, and when what comes now starts', () => {
    const free = { tasks: 1, cpus: 1, memoryBytes: 1, diskBytes: null };
    const state = { state: 'ready' as const, running: 0, held: 0, free, load: 0 };
    const queue = {
      ...{ id: 'slurm lab main', name: 'main', total: 64, free: 2, waiting: 1, running: 9 },
      ...{ mostQueued: 20, walltimeMs: 172_800_000 },
    };
    expect(queueLines(state)).to.deep.equal([]);
    expect(queueLines({ ...state, queue, startDelayMs: 600_000 })).to.deep.equal([
      ['queue', 'main: 2 of 64 cores free; 9 jobs running, 1 waiting'],
      ['takes', '20 tasks at once, for 2 d each at most'],
      ['starts', 'in about 10 min'],
    ]);
    expect(queueLines({ ...state, queue, startDelayMs: 0 })[2]?.[1]).to.equal('at once');
    expect(queueLines({ ...state, queue: { ...queue, walltimeMs: null } }).slice(1)).to.deep.equal([
      ['takes', '20 tasks at once'],
      ['starts', 'not known'],
    ]);
  });

  it('passes on nothing to a terminal by which others could move its cursor', () => {
    expect(plain('a\u001b[2Jb\r\n\u202ec')).to.equal('a?[2Jb???c');
  });

  it('says how long ago something was', () => {
    expect([0, 119_000, 3_600_000, 86_400_000, 7 * 86_400_000].map(ago)).to.deep.equal([
      '0 s',
      '119 s',
      '60 min',
      '24 h',
      '7 d',
    ]);
  });
});
