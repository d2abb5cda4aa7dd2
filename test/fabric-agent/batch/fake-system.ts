import { readFileSync } from 'node:fs';
import type { Ran, RunCommand } from '../../../fabric-agent/batch/run-command.ts';
import type { BatchSystem, Fate, JobId, QueuedJob } from '../../../fabric-agent/batch/system.ts';

/** What is told of a job; of one with another name where it says so. */
export interface FakeFate extends Fate {
  readonly of?: string;
}

/** A batch system whose commands are words, and which runs nothing by itself. */
export const fakeSystem: BatchSystem = {
  name: 'the fake',
  passing: /asleep/,
  mostInArray: 3,
  namesItself: 'job= index=',
  submit: ({ name, count, script }) => ['submit', name, String(count ?? 0), script],
  submitted: (output) => output,
  list: () => ['list'],
  listed: (output) => JSON.parse(output) as QueuedJob[],
  withdraw: (jobs) => ['withdraw', ...jobs.map(textOf)],
  nudge: () => undefined,
  fates: (job) => [['fate', textOf(job)]],
  reasons: (job) => [['reason', textOf(job)]],
  reason: ([output = '']) => (output === '' ? undefined : { word: output, says: '' }),
  fate: (output, name) => {
    const told = output === '' ? undefined : (JSON.parse(output) as FakeFate);
    return told?.of === undefined || told.of === name ? told : undefined;
  },
  slots: () => ['slots'],
  slotsIn: () => ({ total: 4, free: 1, memoryBytes: null }),
};

const done = (output = ''): Ran => ({ code: 0, output, complaint: '' });
const unknown: Ran = { code: null, output: '', complaint: '' };

/** The queue of that system, by the hands of a test. */
export class FakeQueue {
  readonly jobs = new Map<string, QueuedJob>();
  readonly fates = new Map<string, FakeFate>();
  /** How many jobs each submission held, and what was withdrawn. */
  readonly submissions: number[] = [];
  readonly withdrawn: string[] = [];
  /** The paths of the scripts. */
  readonly scripts: string[] = [];
  /** What goes wrong. */
  losesAnswers = false;
  isSilent = false;
  /** What a submission waits for. */
  held: Promise<void> | undefined;
  /** How often it was asked what is in it. */
  looks = 0;
  refuses: string | undefined;
  #last = 0;

  readonly run: RunCommand = async ([program, ...words]) => {
    if (program === 'list') this.looks += 1;
    if (program === 'submit') await this.held;
    if (this.isSilent) return unknown;
    switch (program) {
      case 'submit':
        return this.#submit(words);
      case 'list':
        return done(JSON.stringify([...this.jobs.values()]));
      case 'withdraw':
        this.withdrawn.push(...words);
        for (const word of words) this.jobs.delete(word);
        return done();
      case 'fate':
        return done(JSON.stringify(this.fates.get(words[0] ?? '')) ?? '');
      default:
        return done();
    }
  };

  #submit([name = '', count = '', script = '']: readonly string[]): Ran {
    if (this.refuses !== undefined) return { code: 1, output: '', complaint: this.refuses };
    this.#last += 1;
    const job = String(this.#last);
    const most = Number(count);
    this.submissions.push(most);
    this.scripts.push(readFileSync(script, 'utf8'));
    const indices = most === 0 ? [null] : Array.from({ length: most }, (_, at) => at + 1);
    for (const index of indices) this.put({ job, index, name, waits: true });
    return this.losesAnswers ? unknown : done(job);
  }

  put(job: QueuedJob): void {
    this.jobs.set(textOf(job), job);
  }
}

function textOf({ job, index }: JobId): string {
  return index === null ? job : `${job}.${index}`;
}
