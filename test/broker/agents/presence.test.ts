import { expect } from 'chai';
import { Presence } from '../../../broker/agents/presence.ts';

const silenceMs = 30_000;

/** A clock that may be set, as that of a machine, while timers go on for themselves. */
function givenPresence() {
  let now = 1_000_000;
  let timers: { left: number; task: () => void }[] = [];
  const silent: string[] = [];
  const clock = {
    now: () => now,
    after(left: number, task: () => void) {
      const timer = { left, task };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const presence = new Presence(silenceMs, clock, (resource) => silent.push(resource));
  return {
    presence,
    silent,
    set: (ms: number) => {
      now += ms;
    },
    /** Time goes by, in steps of a second. */
    pass(ms: number) {
      for (let gone = 0; gone < ms; gone += 1_000) {
        now += 1_000;
        for (const timer of timers) timer.left -= 1_000;
        for (const timer of timers.filter(({ left }) => left <= 0)) {
          timers = timers.filter((other) => other !== timer);
          timer.task();
        }
      }
    },
  };
}

describe('the presence of agents', () => {
  it('ends for each that was not heard for too long, once', () => {
    const { presence, silent, pass } = givenPresence();
    presence.heard('one');
    pass(20_000);
    presence.heard('two');
    presence.heard('three');
    pass(10_000);
    expect(silent).to.deep.equal(['one']);
    expect([presence.heardAgo('one'), presence.heardAgo('two')]).to.deep.equal([undefined, 10_000]);
    pass(10_000);
    presence.heard('two');
    presence.gone('three');
    pass(29_000);
    expect(silent).to.deep.equal(['one']);
    pass(10_000);
    expect(silent).to.deep.equal(['one', 'two']);
  });

  it('goes on where the clock was set forward, or the process stood still, and then is looked at anew', () => {
    const { presence, silent, set, pass } = givenPresence();
    presence.heard('one');
    pass(10_000);
    set(3_600_000);
    pass(20_000);
    expect(silent).to.deep.equal([]);
    pass(29_000);
    expect(silent).to.deep.equal([]);
    pass(1_000);
    expect(silent).to.deep.equal(['one']);
  });

  it('ends in time where the clock was set back', () => {
    const { presence, silent, set, pass } = givenPresence();
    presence.heard('one');
    set(-3_600_000);
    pass(30_000);
    expect(silent).to.deep.equal([]);
    pass(30_000);
    expect(silent).to.deep.equal(['one']);
  });

  it('waits for nobody once it is stopped', () => {
    const { presence, silent, pass } = givenPresence();
    presence.heard('one');
    presence.stop();
    pass(60_000);
    expect(silent).to.deep.equal([]);
  });
});
