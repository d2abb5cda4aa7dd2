import { expect } from 'chai';
import fc from 'fast-check';
import { FrameTurns } from '../../platform/frame-turns.ts';
import { ManualClock } from '../support/clock.ts';

/** Turns of agents, of which a test says when each frame has been dealt with. */
function givenTurns(charactersASecond = 2 ** 20, mostKnown?: number) {
  const clock = new ManualClock();
  const turns = new FrameTurns({
    charactersASecond,
    clock,
    ...(mostKnown === undefined ? {} : { mostKnown }),
  });
  const begun: string[] = [];
  const over = new Map<string, () => void>();
  const take = (agent: string, name: string, characters = 100, isOver = () => false) =>
    turns.take(
      agent,
      'x'.repeat(characters),
      () => {
        begun.push(name);
        return new Promise<string>((resolve) => over.set(name, () => resolve(name)));
      },
      isOver,
    );
  /** Ends what is under way, and waits for what begins then: each turn of the event loop begins one frame at least. */
  const end = async (...names: readonly string[]) => {
    for (const name of names) over.get(name)!();
    for (let turn = 0; turn < 8; turn += 1) await clock.advance(0);
  };
  return { clock, turns, begun, take, end };
}

describe('the turns of agents', () => {
  it('begin what comes at once, and answer as that does', async () => {
    const { take, begun, end } = givenTurns();
    const [first, second] = [take('a', 'a1'), take('a', 'a2')];
    await end();
    expect(begun).to.deep.equal(['a1', 'a2']);
    await end('a2', 'a1');
    expect(await Promise.all([first, second])).to.deep.equal(['a1', 'a2']);
  });

  it('have no more of one agent in hand than that, in its order, and let the others by', async () => {
    const { take, begun, end } = givenTurns();
    for (const name of ['a1', 'a2', 'a3', 'a4']) void take('a', name, 30_000);
    void take('b', 'b1');
    await end();
    expect(begun).to.have.members(['a1', 'a2', 'b1']);
    expect(begun.filter((name) => name.startsWith('a'))).to.deep.equal(['a1', 'a2']);
    await end('a2');
    expect(begun.slice(3)).to.deep.equal(['a3']);
    void take('c', 'c1', 500_000);
    await end('a1', 'a3');
    expect(begun.slice(4), 'one alone may have more').to.have.members(['c1', 'a4']);
  });

  it('read an agent that says too much as fast as it may, and no other more slowly', async () => {
    const { take, begun, end, clock, turns } = givenTurns(20_000);
    void take('a', 'a1', 19_000);
    void take('a', 'a2', 10_000);
    void take('a', 'a3', 1_000);
    await end();
    expect(begun, 'that much is there at once').to.deep.equal(['a1', 'a2']);
    void take('b', 'b1');
    await end();
    expect(begun.slice(2)).to.deep.equal(['b1']);
    await end('a1', 'a2', 'b1');
    await clock.advance(500);
    expect(begun.slice(3)).to.deep.equal([]);
    await clock.advance(10);
    await end();
    expect(begun.slice(3)).to.deep.equal(['a3']);
    turns.charge('b', 60_000);
    void take('b', 'b2');
    await clock.advance(900);
    expect(begun.slice(4), 'what is dear counts too').to.deep.equal([]);
    clock.set(-60_000);
    await clock.advance(70_000);
    await end();
    expect(begun.slice(4), 'though the clock is set back meanwhile').to.deep.equal(['b2']);
  });

  it('go on where a frame cannot be dealt with', async () => {
    const { turns, take, begun, end } = givenTurns();
    const no = () => Promise.reject(new Error('no'));
    const failed = turns.take('a', 'x'.repeat(70_000), no, () => false);
    void take('a', 'a2', 70_000);
    expect(await failed.catch((error: Error) => error.message)).to.equal('no');
    await end();
    expect(begun).to.deep.equal(['a2']);
  });

  it('keep nothing of a connection that is over, and let the next one pay for nothing of it', async () => {
    const { take, begun, end, clock } = givenTurns(20_000);
    let isOver = false;
    void take('a', 'a1', 20_000);
    const left = ['a2', 'a3'].map((name) => take('a', name, 1_000_000, () => isOver));
    isOver = true;
    void take('a', 'a4');
    expect(await Promise.all(left), 'before their turn').to.deep.equal([undefined, undefined]);
    await end('a1');
    await clock.advance(1000);
    await end();
    expect(begun).to.deep.equal(['a1', 'a4']);
  });

  it('deal with each frame once, those of an agent in their order, whatever they cost', async () => {
    const frame = fc.record({
      agent: fc.constantFrom('a', 'b', 'c'),
      characters: fc.integer({ min: 0, max: 80_000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 30 }),
        fc.integer({ min: 100, max: 1e6 }),
        async (frames, pace) => {
          const { take, begun, end, clock } = givenTurns(pace);
          const names = frames.map(({ agent }, index) => `${agent} ${index}`);
          for (const [index, { agent, characters }] of frames.entries())
            void take(agent, names[index]!, characters);
          for (let ended = 0; ended < names.length; ) {
            await clock.advance(2_000_000);
            const more = begun.slice(ended);
            await end(...more);
            ended += more.length;
          }
          for (const agent of ['a', 'b', 'c']) {
            const of = (all: readonly string[]) => all.filter((name) => name.startsWith(agent));
            expect(of(begun)).to.deep.equal(of(names));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keep to the order and the pace of one of which frames wait, however many others come meanwhile', async () => {
    const { take, begun, end, clock } = givenTurns(20_000, 2);
    for (const name of ['a1', 'a2', 'a3']) void take('a', name, 19_000);
    for (let other = 0; other < 100; other += 1) void take(`other ${other}`, `other ${other}`);
    await end();
    for (let other = 0; other < 100; other += 1) await end(`other ${other}`);
    void take('a', 'a4', 1_000);
    await end();
    const ofA = () => begun.filter((name) => name.startsWith('a'));
    expect(ofA(), 'what was said too fast waits').to.deep.equal(['a1', 'a2']);
    await clock.advance(10_000);
    await end('a1', 'a2');
    expect(ofA()).to.deep.equal(['a1', 'a2', 'a3', 'a4']);
  });
});
