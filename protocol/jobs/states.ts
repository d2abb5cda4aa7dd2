/** A state that a job or a task may go to from another, and when it does. */
export interface Move<State extends string> {
  readonly from: State;
  readonly to: State;
  readonly when: string;
}

/** What a user sees of a job. FINISHED, FAILED and CANCELLED are its ends. */
export const jobStates = ['NEW', 'QUEUED', 'RUNNING', 'WAITING', 'FINISHED', 'FAILED', 'CANCELLED'] as const;
export type JobState = (typeof jobStates)[number];

/** Where a task stands on its way. done, failed and cancelled are its ends; lost is one unless somebody decides otherwise. */
export const taskStates = [
  'matching',
  'held',
  'staging-in',
  'started',
  'staging-out',
  'done',
  'failed',
  'lost',
  'cancelled',
] as const;
export type TaskState = (typeof taskStates)[number];

/** All that may become of a job. */
export const jobMoves: readonly Move<JobState>[] = [
  { from: 'NEW', to: 'QUEUED', when: 'its owner submits it' },
  { from: 'NEW', to: 'CANCELLED', when: 'its owner cancels it' },
  { from: 'QUEUED', to: 'RUNNING', when: 'the first of its tasks starts' },
  {
    from: 'QUEUED',
    to: 'FAILED',
    when: 'its tasks are over and one failed before it started, or a job that it waits for did not end as it needs',
  },
  { from: 'QUEUED', to: 'CANCELLED', when: 'its owner cancels it' },
  {
    from: 'RUNNING',
    to: 'WAITING',
    when: 'it can go no further before somebody answers a question or decides about a lost task',
  },
  { from: 'RUNNING', to: 'FINISHED', when: 'all its tasks are done' },
  { from: 'RUNNING', to: 'FAILED', when: 'its tasks are over and one of them failed' },
  { from: 'RUNNING', to: 'CANCELLED', when: 'its tasks are over after its owner cancelled it' },
  {
    from: 'WAITING',
    to: 'RUNNING',
    when: 'the question was answered, the lost task retried, or its node came back',
  },
  { from: 'WAITING', to: 'FINISHED', when: 'the node of the last lost task came back with its result' },
  { from: 'WAITING', to: 'FAILED', when: 'the last lost task was abandoned' },
  { from: 'WAITING', to: 'CANCELLED', when: 'its owner cancels it' },
];

/** All that may become of a task. A move to matching begins another attempt. */
export const taskMoves: readonly Move<TaskState>[] = [
  { from: 'matching', to: 'held', when: 'a node was chosen for it' },
  { from: 'matching', to: 'cancelled', when: 'its owner cancels it' },
  { from: 'held', to: 'staging-in', when: 'the node fetches its files' },
  { from: 'held', to: 'started', when: 'the node asked whether it may start, and may' },
  {
    from: 'held',
    to: 'matching',
    when: 'the node refuses it, was silent for too long, or serves its owner no more; or another is free first',
  },
  { from: 'held', to: 'failed', when: 'no node that fits takes it' },
  { from: 'held', to: 'cancelled', when: 'its owner cancels it' },
  { from: 'staging-in', to: 'started', when: 'the node asked whether it may start, and may' },
  {
    from: 'staging-in',
    to: 'matching',
    when: 'the node refuses it, was silent for too long, or serves its owner no more; or another is free first',
  },
  { from: 'staging-in', to: 'failed', when: 'its files cannot be brought to the node' },
  { from: 'staging-in', to: 'cancelled', when: 'its owner cancels it' },
  { from: 'started', to: 'staging-out', when: 'its program ended, and the node sends what it left' },
  { from: 'started', to: 'done', when: 'its program ended with exit code 0, and its results are here' },
  { from: 'started', to: 'failed', when: 'its program ended otherwise, or never began' },
  { from: 'started', to: 'lost', when: 'its lease is over, or what watched it on the node died' },
  {
    from: 'started',
    to: 'matching',
    when: 'it may be repeated, and its node is silent, lost it or closed; or it came too late to be started',
  },
  {
    from: 'started',
    to: 'cancelled',
    when: 'its owner cancelled it, and its program was ended, or its node is silent and they abandoned it',
  },
  { from: 'staging-out', to: 'done', when: 'its results are here' },
  { from: 'staging-out', to: 'failed', when: 'its program failed, or its results cannot be brought here' },
  { from: 'staging-out', to: 'lost', when: 'its lease is over, and its results did not come' },
  { from: 'staging-out', to: 'matching', when: 'it may be repeated, and its node is silent or closed' },
  {
    from: 'staging-out',
    to: 'cancelled',
    when: 'its owner cancelled it, and it failed or they abandoned it',
  },
  { from: 'lost', to: 'matching', when: 'its owner has it tried again' },
  { from: 'lost', to: 'failed', when: 'its owner abandons it, or its node came back and it had failed' },
  { from: 'lost', to: 'done', when: 'its node came back with its result' },
  { from: 'lost', to: 'cancelled', when: 'its owner cancels the job' },
];
