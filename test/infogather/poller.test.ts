import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { Poller } from '../../infogather/poller.ts';
import { EveryInterval } from '../../infogather/polling/every.ts';
import { capped, Paced } from '../../infogather/polling/paced.ts';
import type { PollingStrategy } from '../../infogather/polling/strategy.ts';
import { ManualClock } from '../support/clock.ts';

const intervalMs = 1_000;

/** A poll as it was begun: the test ends it. */
interface Begun {
  readonly address: string;
  readonly at: number;
  readonly signal: AbortSignal;
  answer(): void;
  fail(): void;
}

interface Given extends AsyncDisposable {
  readonly poller: Poller;
  readonly clock: ManualClock;
  /** All that were begun, in their order. */
  readonly begun: Begun[];
  readonly underWay: Set<Begun>;
  /** How many were ever under way at once, of those that `counts`. */
  mostUnderWay(counts?: (poll: Begun) => boolean): number;
}

interface Options {
  readonly strategy?: PollingStrategy;
  readonly pollsAtOnce?: number;
  readonly suspectPollsAtOnce?: number;
  /** What becomes of a poll at once; one of which nothing is said hangs until the test ends it. */
  readonly react?: (poll: Begun) => void;
}

function given(options: Options = {}): Given {
  const clock = new ManualClock(0);
  const begun: Begun[] = [];
  const underWay = new Set<Begun>();
  const sizes: Begun[][] = [];
  const poller = new Poller({
    strategy: options.strategy ?? new EveryInterval(intervalMs),
    clock,
    pollsAtOnce: options.pollsAtOnce ?? 100,
    suspectPollsAtOnce: options.suspectPollsAtOnce ?? 2,
    poll(address, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      const end = (how: () => void) => () => {
        underWay.delete(one);
        how();
      };
      const fail = end(() => reject(new Error('no answer')));
      const one: Begun = { address, at: clock.now(), signal, answer: end(() => resolve(false)), fail };
      signal.addEventListener('abort', fail);
      begun.push(one);
      underWay.add(one);
      sizes.push([...underWay]);
      options.react?.(one);
      return promise;
    },
  });
  return {
    poller,
    clock,
    begun,
    underWay,
    mostUnderWay: (counts = () => true) => Math.max(0, ...sizes.map((polls) => polls.filter(counts).length)),
    [Symbol.asyncDispose]: () => poller.stop(),
  };
}

const answers = (poll: Begun) => poll.answer();
const names = (polls: Iterable<Begun>) => Array.from(polls, ({ address }) => address);
const addressesOf = (kind: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${kind}:${index + 1}`);

describe('the poller', () => {
  it('polls an address as soon as it is told to, and then once an interval', async () => {
    await using test = given({ react: answers });
    await test.poller.start();
    await test.clock.advance(300);
    test.poller.soon('good:1');
    await test.clock.advance(3 * intervalMs);
    expect(test.begun.map(({ at }) => at)).to.deep.equal([300, 1_300, 2_300, 3_300]);
  });

  it('polls what it was told before it was started', async () => {
    await using test = given({ react: answers });
    test.poller.soon('good:1');
    expect(test.begun).to.deep.equal([]);
    await test.poller.start();
    expect(names(test.begun)).to.deep.equal(['good:1']);
  });

  it('has no more polls under way than it may, and begins the next when one ends', async () => {
    await using test = given({ pollsAtOnce: 3 });
    await test.poller.start();
    for (const address of addressesOf('good', 10)) test.poller.soon(address);
    await test.clock.advance(10);
    expect(names(test.underWay)).to.deep.equal(['good:1', 'good:2', 'good:3']);
    test.begun[1]!.answer();
    await turn();
    expect(names(test.underWay)).to.deep.equal(['good:1', 'good:3', 'good:4']);
    for (let ended = 0; ended < 9; ended += 1) {
      [...test.underWay][0]!.answer();
      await turn();
    }
    expect(names(test.begun)).to.deep.equal(addressesOf('good', 10));
    expect(test.mostUnderWay()).to.equal(3);
  });

  it('never holds up those that answer for those that hang, however many hang', async () => {
    const isGood = ({ address }: Begun) => address.startsWith('good');
    await using test = given({
      pollsAtOnce: 20,
      suspectPollsAtOnce: 5,
      react: (poll) => (isGood(poll) ? poll.answer() : undefined),
    });
    // A node that hangs fails when its time is over.
    const timeOut = async () => {
      for (const poll of [...test.underWay]) if (!isGood(poll)) poll.fail();
      await turn();
    };
    await test.poller.start();
    for (const address of addressesOf('hangs', 200)) test.poller.soon(address);
    for (let round = 0; round < 20; round += 1) await timeOut();
    for (const address of addressesOf('good', 50)) test.poller.soon(address);
    await test.clock.advance(intervalMs / 2);
    const from = test.begun.length;
    for (let second = 0; second < 5; second += 1) {
      await test.clock.advance(intervalMs);
      await timeOut();
    }
    const since = test.begun.slice(from);
    for (const address of addressesOf('good', 50))
      expect(since.filter((poll) => poll.address === address)).to.have.length(5);
    expect([...test.underWay].filter((poll) => !isGood(poll)).length).to.be.at.most(5);
    const hung = since.filter((poll) => !isGood(poll));
    expect(hung).to.have.length.of.at.least(20);
    expect(new Set(names(hung)).size, 'each in its turn').to.equal(hung.length);
  });

  it('lets an address that answers again out of the lane of suspects', async () => {
    let ill = true;
    await using test = given({
      suspectPollsAtOnce: 1,
      react: (poll) => (ill || poll.address === 'bad:1' ? poll.fail() : poll.answer()),
    });
    await test.poller.start();
    for (const address of ['bad:1', 'well:1']) test.poller.soon(address);
    await test.clock.advance(intervalMs);
    ill = false;
    await test.clock.advance(intervalMs);
    const before = test.begun.length;
    await test.clock.advance(intervalMs);
    expect(names(test.begun.slice(before)).toSorted()).to.deep.equal(['bad:1', 'well:1']);
  });

  it('lets an address that is wanted soon out of the lane of suspects, also while its poll is under way', async () => {
    await using test = given({
      suspectPollsAtOnce: 1,
      react: (poll) => (poll.at === 0 ? poll.fail() : undefined),
    });
    await test.poller.start();
    for (const address of addressesOf('ill', 3)) test.poller.soon(address);
    await test.clock.advance(intervalMs);
    expect(names(test.underWay), 'one lane for all').to.deep.equal(['ill:1']);
    test.poller.soon('ill:3');
    expect(test.poller.isSuspect('ill:3')).to.equal(false);
    expect(names(test.underWay)).to.deep.equal(['ill:1', 'ill:3']);
    test.poller.soon('ill:1');
    test.begun.findLast(({ address }) => address === 'ill:1')!.fail();
    await turn();
    expect(names(test.underWay)).to.have.members(['ill:1', 'ill:2', 'ill:3']);
  });

  it('never begins more polls in a second than a cap allows, suspects and all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(
          fc.record({ ms: fc.integer({ min: 0, max: 1_500 }), fails: fc.boolean(), soon: fc.nat(30) }),
          {
            maxLength: 40,
          },
        ),
        async (rate, steps) => {
          let fails = true;
          await using test = given({
            strategy: new Paced(new EveryInterval(intervalMs), capped(rate)),
            suspectPollsAtOnce: 3,
            react: (poll) => {
              if (!fails) poll.answer();
            },
          });
          await test.poller.start();
          for (const address of addressesOf('a', 20)) test.poller.soon(address);
          for (const step of steps) {
            fails = step.fails;
            if (!fails) for (const poll of [...test.underWay]) poll.fail();
            if (step.soon < 20) test.poller.soon(`a:${step.soon + 1}`);
            await test.clock.advance(step.ms);
          }
          for (const { at } of test.begun) {
            const second = test.begun.filter((poll) => poll.at >= at && poll.at < at + 1_000);
            expect(second.length).to.be.at.most(rate);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets suspects have their turn where a cap leaves less than all want', async () => {
    await using test = given({
      strategy: new Paced(new EveryInterval(intervalMs), capped(5)),
      suspectPollsAtOnce: 2,
      react: (poll) => (poll.address.startsWith('good') ? poll.answer() : poll.fail()),
    });
    await test.poller.start();
    for (const address of [...addressesOf('good', 20), ...addressesOf('bad', 5)]) test.poller.soon(address);
    await test.clock.advance(50 * intervalMs);
    const counts = Map.groupBy(test.begun, ({ address }) => address);
    for (const [address, polls] of counts) expect(polls.length, address).to.be.within(9, 12);
    expect(counts.size).to.equal(25);
  });

  it('polls once more, after the poll under way, an address that is wanted soon', async () => {
    await using test = given();
    await test.poller.start();
    test.poller.soon('good:1');
    test.poller.soon('good:1');
    test.poller.soon('good:1');
    expect(test.begun).to.have.length(1);
    test.begun[0]!.answer();
    await turn();
    expect(test.begun).to.have.length(2);
    test.begun[1]!.answer();
    await turn();
    expect(test.begun).to.have.length(2);
  });

  it('never polls one address twice at once, though its poll takes longer than the interval', async () => {
    await using test = given();
    await test.poller.start();
    test.poller.soon('slow:1');
    await test.clock.advance(3.5 * intervalMs);
    expect(test.begun).to.have.length(1);
    test.begun[0]!.answer();
    await test.clock.advance(intervalMs);
    expect(test.begun).to.have.length(2);
  });

  it('forgets an address that is removed, also while its poll is under way', async () => {
    await using test = given();
    await test.poller.start();
    for (const address of ['good:1', 'good:2']) test.poller.soon(address);
    test.poller.soon('good:1');
    test.poller.remove('good:1');
    expect(test.poller.has('good:1')).to.equal(false);
    for (const poll of test.begun.slice()) poll.fail();
    await test.clock.advance(intervalMs);
    expect(names(test.begun)).to.deep.equal(['good:1', 'good:2', 'good:2']);
    test.poller.soon('good:1');
    expect(names(test.underWay)).to.include('good:1');
  });

  it('ends what is under way when it is stopped, and begins nothing more', async () => {
    await using test = given();
    await test.poller.start();
    for (const address of ['a:1', 'b:1']) test.poller.soon(address);
    test.poller.soon('a:1');
    await test.poller.stop();
    expect(test.begun.map(({ signal }) => signal.aborted)).to.deep.equal([true, true]);
    expect(test.underWay.size).to.equal(0);
    test.poller.soon('c:1');
    await test.clock.advance(10 * intervalMs);
    expect(test.begun).to.have.length(2);
    await test.poller.stop();
  });
});
