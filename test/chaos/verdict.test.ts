import { expect } from 'chai';
import { type JobEvent, jobView, taskView } from '../../protocol/jobs/job.ts';
import type { JobState, TaskState } from '../../protocol/jobs/states.ts';
import { printedBy } from './load.ts';
import type { JobKind } from './plan.ts';
import { type Evidence, judge } from './verdict.ts';

const job = 'k3v9x2m4p7qa';
const word = `${job}.1.1`;

function eventsOf(...states: readonly (JobState | readonly [TaskState, number])[]): JobEvent[] {
  return states.map((said, index) => {
    const [state, attempt] = typeof said === 'string' ? [said, null] : said;
    const task = attempt === null ? null : 1;
    return { cursor: index + 1, at: 0, job, task, attempt, kind: 'state', state, text: null };
  });
}

const usual = eventsOf('QUEUED', ['held', 1], ['started', 1], 'RUNNING', ['done', 1], 'FINISHED');

/** What is known after a run of one job of one task, of this kind, that is now in this state. */
function evidenceOf(changed: Partial<Evidence> = {}, ended: Ended = {}): Evidence {
  const { kind = 'plain', state = 'done', jobState = 'FINISHED', agreement = null } = ended;
  const { printed = printedBy(kind, 1) } = ended;
  const view = jobView.parse({
    ...{
      id: job,
      name: 'mark',
      owner: 'local',
      state: jobState,
      reason: null,
      application: 'mark',
      agreement,
      priority: 0,
    },
    ...{ repeatable: kind === 'repeatable', tasks: 1, createdAt: 0, submittedAt: 0, endedAt: 0, cursor: 6 },
    counts: Object.fromEntries(
      ['matching', 'held', 'staging-in', 'started', 'staging-out', 'done', 'failed', 'lost', 'cancelled'].map(
        (name) => [name, Number(name === state)],
      ),
    ),
  });
  const task = taskView.parse({
    ...{
      number: 1,
      state,
      attempt: 1,
      resource: 'node',
      reason: null,
      exit: null,
      stdoutBytes: 6,
      stderrBytes: 0,
    },
    ...{ outputs: [], outputCount: 0, progress: null, question: null },
  });
  const plan = { request: 'chaos-1', atMs: 0, kind, sleepsMs: [0], isPaid: false };
  return {
    outcomes: [{ id: job, plan, view, tasks: [task], printed: new Map([[1, printed]]) }],
    jobs: [job],
    events: usual,
    followed: usual.slice(0, 4),
    runs: { began: [word], ended: [word] },
    hit: new Set(),
    crowded: new Set(),
    retried: new Set(),
    falls: [],
    left: [],
    ...changed,
  };
}

interface Ended {
  readonly kind?: JobKind;
  readonly state?: TaskState;
  readonly jobState?: JobState;
  readonly printed?: string;
  readonly agreement?: string;
}

const lostEvents = eventsOf('QUEUED', ['held', 1], ['started', 1], 'RUNNING', ['lost', 1], 'WAITING');
const lost = { state: 'lost', jobState: 'WAITING' } as const;
const again = `${job}.1.2`;
const ranAgain = {
  events: eventsOf(
    ...(['QUEUED', ['held', 1], ['started', 1], 'RUNNING', ['lost', 1], 'WAITING'] as const),
    ...([['matching', 1], 'RUNNING', ['held', 2], ['started', 2], ['done', 2], 'FINISHED'] as const),
  ),
  followed: [],
  runs: { began: [word, again], ended: [word, again] },
};

describe('the verdict on a run of chaos', () => {
  it('finds nothing where all is as it must be', () => {
    expect(judge(evidenceOf())).to.deep.equal([]);
    expect(judge(evidenceOf({ events: lostEvents, followed: [], hit: new Set([word]) }, lost))).to.deep.equal(
      [],
    );
  });

  const wrong: Record<string, readonly [Evidence, RegExp]> = {
    'an attempt that ran twice': [
      evidenceOf({ runs: { began: [word, word], ended: [word] } }),
      /attempt .*\.1\.1 ran twice/,
    ],
    'a task that ran in two attempts': [
      evidenceOf({ ...ranAgain, hit: new Set([word]) }),
      /ran in attempt 1 and in attempt 2/,
    ],
    'a task that is done and never ran': [
      evidenceOf({ runs: { began: [], ended: [] } }),
      /is done, and began 0 times/,
    ],
    'a result that is not that of the task': [evidenceOf({}, { printed: 'did 2\n' }), /has printed "did 2/],
    'files that did not come': [evidenceOf({}, { kind: 'files' }), /has left \[\]/],
    'a task that was lost though nothing of its node was killed': [
      evidenceOf({ events: lostEvents, followed: [] }, lost),
      /is lost, and neither/,
    ],
    'a task that was lost at the end of its lease, and was tried again without its owner': [
      evidenceOf(ranAgain, { kind: 'leased' }),
      /is lost, and neither/,
    ],
    'a task that failed': [
      evidenceOf({ events: usual.slice(0, 4) }, { state: 'failed', jobState: 'FAILED' }),
      /is failed: null/,
    ],
    'a job that goes on for ever': [
      evidenceOf({ events: usual.slice(0, 4) }, { state: 'started', jobState: 'RUNNING' }),
      /is still RUNNING/,
    ],
    'a state that went back': [
      evidenceOf({
        events: [...usual, ...eventsOf('RUNNING')].map((event, at) => ({ ...event, cursor: at + 1 })),
      }),
      /went from FINISHED to RUNNING/,
    ],
    'an attempt that was left out': [
      evidenceOf({ events: eventsOf('QUEUED', ['held', 2]), followed: [] }),
      /is held in attempt 2, and not in 1/,
    ],
    'an event that a follower was not told': [
      evidenceOf({ followed: [usual[0]!, usual[2]!] }),
      /was told of event 3 instead of 2/,
    ],
    'a job that nobody submitted': [evidenceOf({ jobs: [job, 'another'] }), /nobody knows of job another/],
    'a process that ended by itself': [
      evidenceOf({ falls: [{ name: 'broker', how: 'exit code 1', lines: ['out of luck'] }] }),
      /broker ended by itself[\s\S]*out of luck/,
    ],
    'what is left on the node': [evidenceOf({ left: [word] }), /still has something of/],
  };
  for (const [what, [evidence, sentence]] of Object.entries(wrong))
    it(`finds ${what}`, () => {
      expect(judge(evidence).join('\n')).to.match(sentence);
    });

  it('takes a task for well whose lease was over before its node came back with the result', () => {
    const events = [...lostEvents, ...eventsOf(['done', 1], 'FINISHED')].map((event, at) => ({
      ...event,
      cursor: at + 1,
    }));
    for (const ended of [{ kind: 'leased' }, { agreement: 'agr-1' }] as const)
      expect(judge(evidenceOf({ events, followed: [] }, ended))).to.deep.equal([]);
    expect(judge(evidenceOf({ events, followed: [] })).join('\n')).to.match(/is lost, and neither/);
  });

  it('lets a lost task run again where its owner wanted that, and a repeatable one anyway', () => {
    const twice = /ran in attempt/;
    const hit = new Set([word]);
    expect(judge(evidenceOf({ ...ranAgain, hit, retried: hit })).join('\n')).not.to.match(twice);
    expect(judge(evidenceOf({ ...ranAgain, hit }, { kind: 'repeatable' })).join('\n')).not.to.match(twice);
  });
});
