import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Attempt,
  type AttemptEvent,
  advance,
  type Effect,
  inventoryOf,
  mustBeSure,
  openWord,
  resume,
  takesRoom,
} from '../../../fabric-agent/tasks/attempt.ts';
import { agentMessage } from '../../../protocol/agent/messages.ts';
import { anyEvent, exitOf, keptOf, key } from './attempts.ts';

const assigned: AttemptEvent = { type: 'assigned', key, kept: keptOf() };
const asked: AttemptEvent = { type: 'asked', at: { boot: 'b', atMs: 100 } };
const granted: AttemptEvent = { type: 'granted', latestStartMs: 30, leaseMs: 500 };

/** Where an attempt stands after these, and all that was to be done. */
function stands(...events: readonly AttemptEvent[]): { attempt: Attempt | undefined; done: Effect['do'][] } {
  let attempt: Attempt | undefined;
  const done: Effect['do'][] = [];
  for (const event of events) {
    const step = advance(attempt, event);
    if (step === undefined) continue;
    attempt = step.attempt;
    done.push(...step.effects.map((effect) => effect.do));
  }
  return { attempt, done };
}

describe('an inventory', () => {
  it('names all attempts once, in messages that say whether another follows', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 499, 500, 501, 1700), (count) => {
        const all = Array.from({ length: count }, (_, number): Attempt => {
          const own = { task: `j.${number}`, attempt: 1 };
          return { key: own, kept: keptOf(), stage: 'held' };
        });
        const messages = inventoryOf(all);
        expect(messages.flatMap(({ tasks }) => tasks.map(({ task }) => task))).to.deep.equal(
          all.map(({ key: { task } }) => task),
        );
        expect(messages.map(({ more }) => more ?? false)).to.deep.equal(
          messages.map((_, index) => index < messages.length - 1),
        );
        for (const message of messages) expect(agentMessage.safeParse(message).success).to.equal(true);
      }),
    );
  });
});

describe('an attempt', () => {
  it('goes from its files to its start, its end and its results, and is forgotten when the broker says so', () => {
    const { result } = {
      result: { exit: exitOf(), stdout: { text: '' }, stderr: { text: '' }, outputs: [], fault: null },
    };
    const whole = stands(
      assigned,
      asked,
      granted,
      { type: 'launched', handle: 'h' },
      { type: 'exited', exit: exitOf(), why: null },
      { type: 'collected', result },
      { type: 'forgotten' },
    );
    expect(whole).to.deep.equal({
      attempt: undefined,
      done: ['fetch', 'ask', 'start', 'collect', 'report', 'clear'],
    });
  });

  it('has its lease from the moment at which it asked', () => {
    const { attempt } = stands(assigned, asked, granted);
    expect(attempt).to.deep.include({ grant: { latestStartMs: 130, leaseEndMs: 600 } });
  });

  it('that is cancelled before it may start has ended, and nothing of it runs', () => {
    for (const events of [[assigned], [assigned, asked]]) {
      const { attempt, done } = stands(...events, { type: 'cancelled', graceMs: 5 }, granted);
      expect(attempt?.stage).to.equal('ended');
      expect(openWord(attempt!)[0])
        .to.deep.include({ type: 'ended' })
        .and.nested.include({ 'exit.kind': 'cancelled' });
      expect(done).to.not.include('start');
    }
  });

  it('that nobody wants any more while it runs is killed, and told of no more', () => {
    const { attempt, done } = stands(assigned, asked, granted, { type: 'forgotten' });
    expect(done.slice(-1)).to.deep.equal(['cancel']);
    expect(inventoryOf([attempt!])).to.deep.equal([{ type: 'inventory', tasks: [] }]);
    expect(openWord(attempt!)).to.deep.equal([]);
    expect(advance(attempt, { type: 'exited', exit: exitOf(), why: null })).to.deep.equal({
      attempt: undefined,
      effects: [{ do: 'clear' }],
    });
  });

  it('is cancelled again only where it is to end sooner', () => {
    const { attempt } = stands(assigned, asked, granted, { type: 'cancelled', graceMs: 100 });
    expect(advance(attempt, { type: 'cancelled', graceMs: 100 })).to.equal(undefined);
    expect(advance(attempt, { type: 'cancelled', graceMs: 0 })?.effects).to.deep.equal([
      { do: 'cancel', graceMs: 0 },
    ]);
  });

  it('never starts but by a grant, and at most once', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let attempt: Attempt | undefined;
        let starts = 0;
        for (const event of events) {
          if (attempt === undefined && event.type === 'assigned') starts = 0;
          const step = advance(attempt, event);
          if (step === undefined) continue;
          for (const effect of step.effects)
            if (effect.do === 'start') {
              starts += 1;
              expect(event.type).to.equal('granted');
            }
          attempt = step.attempt;
          expect(starts).to.be.at.most(1);
        }
      }),
    );
  });

  it('says nothing to an event that comes again at once', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let attempt: Attempt | undefined;
        for (const event of events) {
          const step = advance(attempt, event);
          if (step === undefined) continue;
          attempt = step.attempt;
          // Its place may be taken by a new one, as brokers never have it.
          if (attempt === undefined || event.type === 'launched') continue;
          // Once it is being killed, one more word to forget it changes nothing either.
          expect(advance(attempt, event)).to.equal(undefined);
        }
      }),
    );
  });

  it('is the same after its events were written down and read again', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        const { attempt } = stands(...events);
        const read = JSON.parse(JSON.stringify(events)) as AttemptEvent[];
        expect(stands(...read).attempt).to.deep.equal(attempt);
        if (attempt !== undefined)
          expect(stands({ type: 'restored', attempt }).attempt).to.deep.equal(attempt);
      }),
    );
  });

  it('clears nothing away before that is sure to be known', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let attempt: Attempt | undefined;
        for (const event of events) {
          const step = advance(attempt, event);
          if (step === undefined) continue;
          const { attempt: before } = { attempt };
          attempt = step.attempt;
          const clears = step.effects.some((effect) => effect.do === 'clear');
          // What cannot have run, or runs no more and is known to be unwanted, may go at once.
          if (clears && before?.stage !== 'held' && before?.stage !== 'asking' && before?.stage !== 'dropped')
            expect(mustBeSure(event)).to.equal(true);
        }
      }),
    );
  });

  describe('that is found after a crash', () => {
    const found = (...events: readonly AttemptEvent[]) => stands(...events).attempt!;

    it('goes on where it was', () => {
      expect(resume(found(assigned), 'b')).to.deep.equal([{ do: 'fetch' }]);
      expect(resume(found(assigned, asked), 'b')).to.deep.equal([]);
      expect(resume(found(assigned, asked, granted), 'b')).to.deep.equal([{ do: 'start' }]);
      expect(resume(found(assigned, asked, granted, { type: 'cancelled', graceMs: 7 }), 'b')).to.deep.equal([
        { do: 'start' },
        { do: 'cancel', graceMs: 7 },
      ]);
      expect(
        resume(found(assigned, asked, granted, { type: 'exited', exit: exitOf(), why: null }), 'b'),
      ).to.deep.equal([{ do: 'collect' }]);
    });

    it('never starts after the machine was started anew: the clock of its lease is gone', () => {
      const tooLate = resume(found(assigned, asked), 'another');
      expect(tooLate).to.deep.include({ type: 'exited' }).and.nested.include({ 'exit.kind': 'too-late' });
      expect(resume(found(assigned, asked, granted), 'another')).to.deep.equal([{ do: 'find' }]);
      fc.assert(
        fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
          const { attempt } = stands(...events);
          if (attempt === undefined) return;
          const next = resume(attempt, 'another');
          if (!('type' in next)) expect(next.map((effect) => effect.do)).to.not.include('start');
        }),
      );
    });
  });

  it('takes room from the moment at which it asks until it cannot run any more', () => {
    expect(takesRoom(stands(assigned).attempt!)).to.equal(false);
    expect(takesRoom(stands(assigned, asked).attempt!)).to.equal(true);
    expect(takesRoom(stands(assigned, asked, granted).attempt!)).to.equal(true);
    expect(takesRoom(stands(assigned, asked, granted, { type: 'forgotten' }).attempt!)).to.equal(true);
    expect(
      takesRoom(stands(assigned, asked, granted, { type: 'exited', exit: exitOf(), why: null }).attempt!),
    ).to.equal(false);
  });
});
