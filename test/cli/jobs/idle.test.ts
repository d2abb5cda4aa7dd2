import { expect } from 'chai';
import { IdleTold, type WhyJob } from '../../../cli/jobs/idle.ts';
import type { JobView } from '../../../protocol/jobs/job.ts';
import type { Cause } from '../../../protocol/why/situation.ts';

const counts = { matching: 1, held: 0, 'staging-in': 0, started: 0, 'staging-out': 0, lost: 0 };
const queued = { id: 'job-1', state: 'QUEUED', counts } as JobView;
const running = { ...queued, state: 'RUNNING', counts: { ...counts, started: 1 } } as JobView;

const busy = (for_: number): Cause => ({
  situation: 'nodes-busy',
  cause: `2 nodes fit, all busy for ${for_} s`,
  next: 'wait',
});
const costs: Cause = { situation: 'under-estimate', cause: 'one task more could cost more', next: 'amend' };

/** A wait that is over when the test says, and answers that come one after another. */
function given(answers: readonly (readonly Cause[] | Error)[]) {
  const notes: string[] = [];
  const waits: number[] = [];
  let over: () => void = () => {};
  let begun = Promise.withResolvers<void>();
  const wait = (ms: number, signal: AbortSignal) => {
    waits.push(ms);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    over = resolve;
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    begun.resolve();
    return promise;
  };
  const left = [...answers];
  const why: WhyJob = async (id) => {
    expect(id).to.equal('job-1');
    const next = left.shift() ?? [];
    if (next instanceof Error) throw next;
    return next;
  };
  /** Until the next wait has begun. */
  const passed = () => {
    begun = Promise.withResolvers<void>();
    over();
    return begun.promise;
  };
  const told = new IdleTold(why, { note: (line) => notes.push(line) }, wait);
  return { notes, waits, passed, told };
}

describe('a job that is followed and of which nothing runs', () => {
  it('has it told why, with what to do, once it has been so for a while, and again only where that is something else', async () => {
    const { notes, waits, passed, told } = given([
      [busy(5)],
      [busy(20)],
      new Error('away'),
      [costs, busy(50)],
    ]);
    using _ = told;
    told.saw(queued);
    told.saw(queued);
    expect(waits, 'one look at a time').to.have.lengthOf(1);
    expect(notes, 'most wait for less').to.deep.equal([]);
    for (let look = 1; look <= 4; look++) await passed();
    expect(notes).to.deep.equal([
      'job job-1 waits: 2 nodes fit, all busy for 5 s; next: wait',
      'job job-1 waits: one task more could cost more; next: amend',
    ]);
    expect(new Set(waits.slice(1))).to.have.lengthOf(1);
  });

  it('is told of no more once something of it runs, and begins anew when that has ended', async () => {
    const { notes, waits, passed, told } = given([[busy(5)], [busy(5)], [costs]]);
    using _ = told;
    told.saw(queued);
    await passed();
    told.saw(running);
    told.saw({ ...queued, state: 'RUNNING' });
    expect(waits.at(-1)).to.equal(waits[0]);
    await passed();
    expect(notes, 'the same as before').to.have.lengthOf(1);
    await passed();
    expect(notes).to.have.lengthOf(2);
  });

  it('is left alone where it waits for its owner', () => {
    const { waits, told } = given([]);
    told.saw({ ...queued, state: 'WAITING' });
    expect(waits).to.deep.equal([]);
  });
});
