import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { type Announced, Announcer } from '../../broker/announcer.ts';
import { Slices } from '../../platform/slices.ts';
import { memoryLog } from '../platform/doors/support.ts';
import { ManualClock } from '../support/clock.ts';

const learnMs = 2_000;
const renewMs = 600_000;
const changeMs = 10_000;

/** A peer that never answers. */
function calledOff(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** Something that is told by its name, and never changes. */
function plain(name: string): Announced<string> {
  return { name, document: () => name, changeSince: () => 'none', isTakenBack: false };
}

/** An announcer between an infogather that knows `offered` and a market that takes what `refuses` lets through. */
function given(options: { standing?: string[]; tellsAtOnce?: number } = {}) {
  const clock = new ManualClock(0);
  const log = memoryLog();
  const told: string[] = [];
  const takenBack: string[] = [];
  const world = {
    offered: [] as string[],
    announced: [] as Announced<string>[],
    infogather: true,
    refuses: (_application: string): boolean => false,
    hangs: false,
    atOnce: 0,
    mostAtOnce: 0,
  };
  const announcer = new Announcer({
    standing: () => (options.standing ?? []).map(plain),
    learn: async () => {
      if (!world.infogather) throw new Error('infogather cannot be reached');
      return [...world.offered.map(plain), ...world.announced];
    },
    tell: async (application, signal) => {
      if (world.hangs) await calledOff(signal);
      world.atOnce += 1;
      world.mostAtOnce = Math.max(world.mostAtOnce, world.atOnce);
      await turn();
      world.atOnce -= 1;
      if (world.refuses(application)) throw new Error('the market cannot be reached');
      told.push(application);
    },
    takeBack: async (document) => {
      if (world.refuses(document)) throw new Error('the market cannot be reached');
      takenBack.push(document);
    },
    learnIntervalMs: learnMs,
    renewIntervalMs: renewMs,
    changeIntervalMs: changeMs,
    tellsAtOnce: options.tellsAtOnce ?? 16,
    slices: new Slices(0),
    clock,
    log,
  });
  const advance = async (ms: number) => {
    for (let left = ms; left > 0; left -= learnMs) {
      for (let turns = 0; turns < 12; turns += 1) await turn();
      await clock.advance(Math.min(left, learnMs));
    }
    for (let turns = 0; turns < 12; turns += 1) await turn();
  };
  return { announcer, clock, log, told, takenBack, world, advance };
}

describe('the announcer', () => {
  it('tells the market at once of what is configured and what nodes offer', async () => {
    const { announcer, told, world, advance } = given({ standing: ['octave'] });
    await using _ = announcer;
    world.offered = ['gcc4.0.2', 'octave'];
    await announcer.start();
    await advance(0);
    await turn();
    expect(told.toSorted()).to.deep.equal(['gcc4.0.2', 'octave']);
  });

  it('lets everything else have its turn while it looks at many', async () => {
    const { announcer, world } = given();
    await using _ = announcer;
    const many = 1_000;
    let seen = 0;
    world.announced = Array.from({ length: many }, (_, index) => ({
      ...plain(`a${index}`),
      document() {
        seen += 1;
        return `a${index}`;
      },
    }));
    await announcer.start();
    const between = new Set<number>();
    for (let turns = 0; turns < many && seen < many; turns += 1) {
      await turn();
      between.add(seen);
    }
    expect(seen).to.equal(many);
    expect(between.size).to.be.above(10);
  });

  it('tells of a new application as soon as it is learned, and of none twice before it is time', async () => {
    const { announcer, told, world, advance } = given();
    await using _ = announcer;
    world.offered = ['gcc4.0.2'];
    await announcer.start();
    await advance(10 * learnMs);
    expect(told).to.deep.equal(['gcc4.0.2']);
    world.offered = ['gcc4.0.2', 'octave'];
    await advance(learnMs);
    expect(told).to.deep.equal(['gcc4.0.2', 'octave']);
  });

  it('tells again before what it told expires', async () => {
    const { announcer, told, world, advance, clock } = given();
    await using _ = announcer;
    world.offered = ['gcc4.0.2'];
    await announcer.start();
    await advance(renewMs - learnMs);
    expect(told).to.have.length(1);
    await advance(2 * learnMs);
    expect(told).to.have.length(2);
    expect(clock.now()).to.be.at.most(renewMs + learnMs);
  });

  it('tells no more of what nobody offers, and at once again when somebody does', async () => {
    const { announcer, told, world, advance } = given();
    await using _ = announcer;
    world.offered = ['gcc4.0.2'];
    await announcer.start();
    await advance(learnMs);
    world.offered = [];
    await advance(2 * renewMs);
    expect(told).to.deep.equal(['gcc4.0.2']);
    world.offered = ['gcc4.0.2'];
    await advance(learnMs);
    expect(told).to.deep.equal(['gcc4.0.2', 'gcc4.0.2']);
  });

  it('tries again while the market cannot be reached, and says so once', async () => {
    const { announcer, told, world, advance, log } = given();
    await using _ = announcer;
    world.offered = ['gcc4.0.2'];
    world.refuses = () => true;
    await announcer.start();
    await advance(10 * learnMs);
    expect(told).to.deep.equal([]);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.match(/^warn .*the market cannot be reached/);
    world.refuses = () => false;
    await advance(10 * learnMs);
    expect(told).to.deep.equal(['gcc4.0.2']);
    expect(log.lines).to.have.length(2);
    expect(log.lines[1]).to.match(/^info /);
  });

  it('tells what is configured also while infogather cannot be asked', async () => {
    const { announcer, told, world, advance, log } = given({ standing: ['octave'] });
    await using _ = announcer;
    world.infogather = false;
    await announcer.start();
    await advance(renewMs + learnMs);
    expect(told).to.deep.equal(['octave', 'octave']);
    expect(log.lines).to.have.length(1);
    world.infogather = true;
    world.offered = ['gcc4.0.2'];
    await advance(learnMs);
    expect(told.at(-1)).to.equal('gcc4.0.2');
  });

  it('holds nothing up for what the market refuses', async () => {
    const { announcer, told, world, advance } = given({ tellsAtOnce: 2 });
    await using _ = announcer;
    const refused = ['r1', 'r2', 'r3', 'r4', 'r5'];
    world.refuses = (application) => refused.includes(application);
    world.offered = [...refused, 'gcc4.0.2', 'octave', 'python3.11'];
    await announcer.start();
    await advance(5 * learnMs);
    expect(told.toSorted()).to.deep.equal(['gcc4.0.2', 'octave', 'python3.11']);
    await advance(renewMs);
    expect(told).to.have.length(6);
    refused.length = 0;
    await advance(5 * learnMs);
    expect(told.slice(6).toSorted()).to.deep.equal(['r1', 'r2', 'r3', 'r4', 'r5']);
  });

  it('has no more Tells under way than it may', async () => {
    const { announcer, told, world, advance } = given({ tellsAtOnce: 3 });
    await using _ = announcer;
    world.offered = Array.from({ length: 10 }, (_one, index) => `app${index}`);
    await announcer.start();
    await advance(learnMs);
    expect(told).to.have.length(10);
    expect(world.mostAtOnce).to.equal(3);
  });

  it('ends the round that is under way when it is stopped, and begins no other', async () => {
    const { announcer, told, world, advance } = given({ tellsAtOnce: 1 });
    world.offered = ['gcc4.0.2', 'octave'];
    await announcer.start();
    await announcer.stop();
    const count = told.length;
    expect(count).to.be.at.most(1);
    world.offered = ['fortran'];
    await advance(2 * renewMs);
    expect(told).to.have.length(count);
    await announcer.stop();
  });

  it('stops at once while the market never answers, and calls that no fault', async () => {
    const { announcer, log, told, world } = given({ standing: ['octave'] });
    world.hangs = true;
    await announcer.start();
    await turn();
    await announcer.stop();
    expect(told).to.deep.equal([]);
    expect(log.lines).to.deep.equal([]);
  });
});
