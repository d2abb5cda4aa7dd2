import { InvalidArgumentError } from 'commander';

/** A job that another waits for, as a request has it. */
export interface After {
  readonly job: string;
  readonly when: 'ok' | 'ended';
}

/** `ID`, or `ID:ended` where it is enough that it is over; may repeat. */
export function afterOf(text: string, before: After[] = []): After[] {
  const match = /^([\w-]{1,128})(?::(ok|ended))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It is the id of a job, or ID:ended.');
  return [...before, { job: match[1]!, when: match[2] === 'ended' ? 'ended' : 'ok' }];
}

/** A file that a task of another job leaves, as a request has it. */
export interface Taken {
  readonly path: string;
  readonly job: string;
  readonly task?: number;
  readonly output: string;
}

/** `JOB.TASK:PATH=NAME`, without the task where it is of each, and without the name where that is the path; may repeat. */
export function takenOf(text: string, before: Taken[] = []): Taken[] {
  const match = /^([\w-]{1,128})(?:\.([1-9]\d{0,8}))?:([^=]+)(?:=(.+))?$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError(
      'It is JOB:PATH or JOB.TASK:PATH, and =NAME behind it where it is to be called otherwise.',
    );
  const [, job = '', task, output = '', path = output] = match;
  return [...before, { path, job, output, ...(task === undefined ? {} : { task: Number(task) }) }];
}
