import { expect } from 'chai';
import { exitCodeOf } from '../../../cli/jobs/following.ts';
import { eventLine, jobLine, moment, taskLine } from '../../../cli/jobs/words.ts';
import type { ExitView, JobView, TaskView } from '../../../protocol/jobs/job.ts';

const ended = (kind: ExitView['kind'], code: number | null = null): ExitView => ({
  kind,
  code,
  startedAt: null,
  endedAt: null,
  cpuSeconds: null,
  maxRssBytes: null,
});

describe('the words about jobs', () => {
  it('end a command as the program of its one task ended', () => {
    const code = (exit: ExitView | null) => exitCodeOf({ state: 'FAILED' }, { exit });
    expect(exitCodeOf({ state: 'FINISHED' }, { exit: ended('exited', 0) })).to.equal(0);
    expect(code(ended('exited', 7))).to.equal(7);
    expect(code(ended('exited', 0)), 'its results could not be brought').to.equal(1);
    expect(code(ended('signalled', 9))).to.equal(137);
    for (const kind of ['timed-out', 'over-memory', 'over-processes', 'over-output'] as const)
      expect(code(ended(kind)), kind).to.equal(6);
    expect(code(ended('not-started'))).to.equal(1);
    expect(code(null)).to.equal(1);
    expect(exitCodeOf({ state: 'FAILED' }, undefined), 'several tasks').to.equal(1);
    expect(exitCodeOf({ state: 'CANCELLED' }, { exit: ended('cancelled') })).to.equal(1);
  });

  it('tell a job in a line, with its tasks where there are several', () => {
    const job = { id: 'abc', state: 'RUNNING', tasks: 1, counts: { started: 1 }, reason: null } as JobView;
    expect(jobLine(job)).to.equal('abc RUNNING');
    const counts = { matching: 2, done: 3, failed: 0 };
    const several = { ...job, tasks: 5, counts, reason: 'all are busy' } as JobView;
    expect(jobLine(several)).to.equal('abc RUNNING: 2 matching, 3 done of 5 tasks (all are busy)');
  });

  it('tell a task in a line, with how its program ended', () => {
    const task = { number: 3, state: 'failed', reason: null, exit: ended('exited', 2) } as TaskView;
    expect(taskLine(task)).to.equal('task 3 failed: its program ended with exit code 2');
    const lost = { ...task, state: 'lost', exit: null, reason: 'its node is silent' } as TaskView;
    expect(taskLine(lost)).to.equal('task 3 lost: its node is silent');
  });

  it('tell an event in a line', () => {
    const event = { cursor: 4, at: 0, job: 'abc', task: 2, attempt: 1 };
    expect(eventLine({ ...event, kind: 'state', state: 'held', text: null })).to.equal(
      '4  1970-01-01T00:00:00Z  abc.2  held',
    );
    expect(eventLine({ ...event, task: null, kind: 'message', state: null, text: 'half way' })).to.equal(
      '4  1970-01-01T00:00:00Z  abc  message: half way',
    );
    expect(moment(null)).to.equal('-');
  });
});
