import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { interruptible } from '../../cli/commands/interruptible.ts';
import { failure } from '../../protocol/catalogue.ts';
import { ManualClock } from '../support/clock.ts';
import { refusalOf } from '../support/documents.ts';

class Signals extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('a task that may be interrupted', () => {
  it('takes two signals at the same moment for one, and ends at once at a later one', async () => {
    const [clock, signals] = [new ManualClock(), new Signals()];
    const cleaned = Promise.withResolvers<void>();
    const before = process.exitCode;
    const task = async (signal: AbortSignal) => {
      await cleaned.promise;
      signal.throwIfAborted();
    };
    let detail = 'not yet';
    const refused = refusalOf(interruptible(() => failure('cancelled', detail), task, { clock, signals }));
    detail = 'so it was';
    signals.emit('SIGINT', 'SIGINT');
    await clock.advance(20);
    signals.emit('SIGINT', 'SIGINT');
    expect(signals.exits).to.deep.equal([]);
    await clock.advance(600);
    signals.emit('SIGINT', 'SIGINT');
    expect(signals.exits).to.deep.equal([130]);
    cleaned.resolve();
    expect(await refused).to.include({ code: 'cancelled', detail: 'so it was' });
    expect(process.exitCode).to.equal(130);
    process.exitCode = before;
    expect(signals.eventNames()).to.deep.equal([]);
  });
});
