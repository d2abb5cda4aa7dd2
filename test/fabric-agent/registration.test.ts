import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { createRegistration } from '../../fabric-agent/registration.ts';
import { ManualClock } from '../support/clock.ts';
import { recordingLog } from './support.ts';

function registering(
  answer: (document: string, signal: AbortSignal) => Promise<void>,
  documents: () => Promise<string[]> = async () => ['a', 'b'],
) {
  const clock = new ManualClock();
  const logged: { level: string; message: string; fields: unknown }[] = [];
  const told: { at: number; document: string }[] = [];
  const began = clock.now();
  const registration = createRegistration({
    documents,
    register: (document, { signal }) => {
      told.push({ at: clock.now() - began, document });
      return answer(document, signal);
    },
    intervalMs: 600_000,
    retryMs: 1000,
    retryMostMs: 8000,
    random: () => 1,
    clock,
    log: recordingLog(logged),
  });
  return { clock, logged, told, registration };
}

describe('registration', () => {
  it('tells each document at the start, and again every interval', async () => {
    const { clock, told, registration } = registering(async () => {});
    await registration.start();
    await clock.advance(600_000);
    await turn();
    expect(told).to.deep.equal([
      { at: 0, document: 'a' },
      { at: 0, document: 'b' },
      { at: 600_000, document: 'a' },
      { at: 600_000, document: 'b' },
    ]);
    await registration.stop();
    await clock.advance(6_000_000);
    expect(told).to.have.length(4);
  });

  it('tries again ever more slowly while infogather is away, and says so once, as it does when it is back', async () => {
    let away = true;
    const { clock, logged, told, registration } = registering(async () => {
      if (away) throw new Error('connection refused');
    });
    await registration.start();
    await clock.advance(31_000);
    expect([...new Set(told.map(({ at }) => at))]).to.deep.equal([
      0, 1000, 3000, 7000, 15_000, 23_000, 31_000,
    ]);
    expect(logged.map(({ level }) => level)).to.deep.equal(['warn']);
    away = false;
    await clock.advance(8000);
    await turn();
    expect(logged.map(({ message }) => message)).to.deep.equal([
      'not registered at infogather; trying again',
      'registered at infogather',
    ]);
    await registration.stop();
  });

  it('tries again where the documents could not be made', async () => {
    let tries = 0;
    const { clock, logged, told, registration } = registering(
      async () => {},
      async () => {
        tries += 1;
        if (tries === 1) throw new TypeError('Memory is an amount');
        return ['a'];
      },
    );
    await registration.start();
    await clock.advance(1000);
    await turn();
    expect(told).to.deep.equal([{ at: 1000, document: 'a' }]);
    expect(logged.map(({ level }) => level)).to.deep.equal(['warn', 'info']);
    await registration.stop();
  });

  it('tells the others where one is refused', async () => {
    const { clock, told, registration } = registering(async (document) => {
      if (document === 'a') throw new Error('refused');
    });
    await registration.start();
    await clock.advance(1);
    expect(told.map(({ document }) => document)).to.deep.equal(['a', 'b']);
    await registration.stop();
  });

  it('stops at once while infogather never answers, and calls that no fault', async () => {
    const { logged, told, registration } = registering(
      (_document, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await registration.start();
    await registration.stop();
    expect(told).to.have.length(2);
    expect(logged).to.deep.equal([]);
  });
});
