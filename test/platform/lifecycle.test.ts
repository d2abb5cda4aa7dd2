import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Refusal } from '../../platform/failure.ts';
import { group, type Part, runUntilStopped } from '../../platform/lifecycle.ts';
import { silentLog } from '../../platform/log.ts';
import { ManualClock } from '../support/clock.ts';

/** A part that writes down what is done to it. */
function noted(name: string, notes: string[], doing: Partial<Pick<Part, 'start' | 'stop'>> = {}): Part {
  const stop = async () => {
    notes.push(`stop ${name}`);
    await doing.stop?.();
  };
  return {
    async start() {
      notes.push(`start ${name}`);
      await doing.start?.();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function thrown(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a group of parts', () => {
  it('starts in order and stops in reverse, each once, whoever asks and how often', async () => {
    const notes: string[] = [];
    const parts = group([noted('a', notes), noted('b', notes)], silentLog);
    await Promise.all([parts.start(), parts.start()]);
    await Promise.all([parts.stop(), parts.stop()]);
    await parts.stop();
    expect(notes).to.deep.equal(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops at the end of its scope', async () => {
    const notes: string[] = [];
    {
      await using parts = group([noted('a', notes)], silentLog);
      await parts.start();
    }
    expect(notes).to.deep.equal(['start a', 'stop a']);
  });

  it('stops in reverse what was begun where one does not start, and throws its error', async () => {
    const notes: string[] = [];
    const failure = new Error('port taken');
    const failing = noted('b', notes, { start: () => Promise.reject(failure) });
    const parts = group([noted('a', notes), failing, noted('c', notes)], silentLog);
    expect(await thrown(parts.start())).to.equal(failure);
    await parts.stop();
    expect(notes).to.deep.equal(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops every part also after one has thrown, and throws that in the end', async () => {
    const notes: string[] = [];
    const failure = new Error('disk full');
    const failing = (name: string) => noted(name, notes, { stop: () => Promise.reject(failure) });
    const one = group([noted('a', notes), failing('b'), noted('c', notes)], silentLog);
    await one.start();
    expect(await thrown(one.stop())).to.equal(failure);
    expect(notes.slice(3)).to.deep.equal(['stop c', 'stop b', 'stop a']);
    const two = group([failing('a'), failing('b')], silentLog);
    await two.start();
    expect(((await thrown(two.stop())) as AggregateError).errors).to.deep.equal([failure, failure]);
  });

  it('lets the part at hand finish where a stop comes during the start, and starts no other', async () => {
    const notes: string[] = [];
    const slow = Promise.withResolvers<void>();
    const parts = group([noted('a', notes, { start: () => slow.promise }), noted('b', notes)], silentLog);
    const started = thrown(parts.start());
    const stopped = parts.stop();
    await turn();
    expect(notes).to.deep.equal(['start a']);
    slow.resolve();
    await stopped;
    expect(notes).to.deep.equal(['start a', 'stop a']);
    expect(await started)
      .to.be.instanceOf(Refusal)
      .with.property('code', 'stopped');
  });

  it('starts nothing once it was stopped', async () => {
    const notes: string[] = [];
    const parts = group([noted('a', notes)], silentLog);
    await parts.stop();
    expect(await thrown(parts.start())).to.have.property('code', 'stopped');
    expect(notes).to.deep.equal([]);
  });
});

describe('running until stopped', () => {
  class Signals extends EventEmitter {
    readonly exits: number[] = [];
    exit(code: number): void {
      this.exits.push(code);
    }
  }

  function given(doing: Partial<Pick<Part, 'start' | 'stop'>> = {}) {
    const notes: string[] = [];
    const signals = new Signals();
    const clock = new ManualClock();
    const part = noted('part', notes, doing);
    return { notes, signals, clock, options: { part, log: silentLog, clock, signals, drainMs: 5000 } };
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`stops the part at ${signal}, then takes its hands off the signals`, async () => {
      const { notes, signals, options } = given();
      const run = runUntilStopped(options);
      await turn();
      expect(notes).to.deep.equal(['start part']);
      signals.emit(signal, signal);
      await run;
      expect(notes).to.deep.equal(['start part', 'stop part']);
      expect(signals.exits).to.deep.equal([]);
      expect(signals.eventNames()).to.deep.equal([]);
    });
  }

  it('ends at once at a second signal, but takes two at the same moment for one', async () => {
    const drained = Promise.withResolvers<void>();
    const { signals, clock, options } = given({ stop: () => drained.promise });
    const run = runUntilStopped(options);
    signals.emit('SIGINT', 'SIGINT');
    await clock.advance(20);
    signals.emit('SIGINT', 'SIGINT');
    expect(signals.exits).to.deep.equal([]);
    await clock.advance(600);
    signals.emit('SIGINT', 'SIGINT');
    signals.emit('SIGTERM', 'SIGTERM');
    expect(signals.exits).to.deep.equal([130, 143]);
    drained.resolve();
    await run;
  });

  it('ends with 1 where the stop takes longer than it may', async () => {
    const drained = Promise.withResolvers<void>();
    const { signals, clock, options } = given({ stop: () => drained.promise });
    const run = runUntilStopped(options);
    signals.emit('SIGTERM', 'SIGTERM');
    await clock.advance(4999);
    expect(signals.exits).to.deep.equal([]);
    await clock.advance(1);
    expect(signals.exits).to.deep.equal([1]);
    drained.resolve();
    await run;
  });

  it('stops a part that is still starting, and minds no error of that start', async () => {
    const start = Promise.withResolvers<void>();
    const { notes, signals, options } = given({
      start: () => start.promise,
      stop: async () => start.reject(new Error('cut')),
    });
    const run = runUntilStopped(options);
    signals.emit('SIGTERM', 'SIGTERM');
    await run;
    expect(notes).to.deep.equal(['start part', 'stop part']);
  });

  it('throws what the start or the stop throws', async () => {
    const failure = new Error('port taken');
    const first = given({ start: () => Promise.reject(failure) });
    expect(await thrown(runUntilStopped(first.options))).to.equal(failure);
    expect(first.notes).to.deep.equal(['start part', 'stop part']);
    expect(first.signals.eventNames()).to.deep.equal([]);
    const second = given({ stop: () => Promise.reject(failure) });
    const run = thrown(runUntilStopped(second.options));
    await turn();
    second.signals.emit('SIGTERM', 'SIGTERM');
    expect(await run).to.equal(failure);
  });

  it('stops when its input ends, fails or has ended already', async () => {
    const endings = [
      (input: PassThrough) => input.end('what is never read'),
      (input: PassThrough) => input.destroy(new Error('reset')),
    ];
    for (const end of endings) {
      const { notes, options } = given();
      const input = new PassThrough();
      const run = runUntilStopped({ ...options, endOfInput: input });
      await turn();
      expect(notes).to.deep.equal(['start part']);
      end(input);
      await run;
      expect(notes).to.deep.equal(['start part', 'stop part']);
      await runUntilStopped({ ...given().options, endOfInput: input });
    }
  });

  describe('in a process of its own', () => {
    const program = new URL('./programs/run-until-stopped.ts', import.meta.url).pathname;

    async function running() {
      const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(child, 'exit');
      await once(child.stdout, 'data');
      return { child, ended };
    }

    it('ends with 0 at SIGTERM while its input stays open', async () => {
      const { child, ended } = await running();
      child.kill('SIGTERM');
      expect(await ended).to.deep.equal([0, null]);
    });

    it('ends with 0 when the pipe of its parent closes', async () => {
      const { child, ended } = await running();
      child.stdin.destroy();
      expect(await ended).to.deep.equal([0, null]);
    });
  });
});
