import { z } from 'zod';
import { reservationId } from '../agent/reservations.ts';
import { jobStates, taskStates } from './states.ts';

/** A path below a task's directory: names joined by `/`, none of them empty, `.` or `..`, and not in `.ogm`. */
export const taskPath = z
  .string()
  .min(1)
  .max(1024)
  .refine((path) => !path.includes('\0') && !path.startsWith('.ogm/') && path !== '.ogm', {
    error: 'is no path that a task may have',
  })
  .refine((path) => path.split('/').every((name) => name !== '' && name !== '.' && name !== '..'), {
    error: 'is a path below the directory of the task, such as data/input.csv',
  });

/** The SHA-256 of a blob, in small hexadecimal. */
export const blobHash = z.string().regex(/^[0-9a-f]{64}$/, 'is a SHA-256 in small hexadecimal');

/** A file that a task finds in its directory, or that it left there. */
export const taskFile = z.strictObject({
  path: taskPath,
  blob: blobHash,
  executable: z.boolean().default(false),
});
export type TaskFile = z.output<typeof taskFile>;

/** What has no place in an argument or in the environment. */
const word = z.string().refine((text) => !text.includes('\0'), { error: 'holds a byte of 0' });

/** Names of variables that shells and programs can carry. */
const variables = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable'), word);

/** The list of the tasks of a job in a blob: a line of JSON for each */
const taskList = z.strictObject({ blob: blobHash });

/** What a task has of its own, a line of the list of tasks. */
export const taskLine = z.strictObject({
  parameters: z.array(word).default([]),
  inputs: z.array(taskFile).default([]),
});

/** A job whose end another waits for. */
const afterJob = z.strictObject({
  job: z.string().min(1).max(128),
  when: z.enum(['ok', 'ended']).default('ok').describe('Whether that has to be FINISHED, or only over.'),
});

/** A file that a task of another job leaves, and the path at which this one finds it. */
const takenFile = z.strictObject({
  path: taskPath.describe('`{task}` is the number of the task that left it.'),
  job: z.string().min(1).max(128),
  task: z.int().min(1).optional().describe('Of each task, unless it is said of which.'),
  output: taskPath.describe('Its path there; `{task}`, `{1}`, `{2}` … are as for that task.'),
});
export type TakenFile = z.output<typeof takenFile>;

/** What a user submits. Bounds that an owner may change are checked by the broker. */
export const jobRequest = z.strictObject({
  request: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .optional()
    .describe('A word of the sender for this request: where it comes again, the first answer comes again.'),
  name: z.string().min(1).max(200).optional().describe('For people; the application unless said.'),
  application: z.string().min(1).max(200),
  arguments: z
    .array(word)
    .default([])
    .describe(
      'What the application takes; `{task}` is the number of the task, `{1}`, `{2}` … its parameters.',
    ),
  environment: variables.default({}),
  ask: z
    .string()
    .optional()
    .describe(
      'An SLA Ask of version 1.0 that says what each task needs: Cpus, Memory, Walltime, tests of the node.',
    ),
  inputs: z.array(taskFile).default([]),
  inputsFrom: z
    .array(takenFile)
    .default([])
    .describe('Files that tasks of other jobs of the sender leave; it waits for those jobs.'),
  after: z.array(afterJob).default([]).describe('Jobs of the sender that have to be over before it begins.'),
  outputs: z
    .array(taskPath)
    .optional()
    .describe(
      'Paths that come back, with all below them, `{task}`, `{1}` … as in arguments; whatever is new or changed unless said.',
    ),
  tasks: z
    .union([z.int().min(1), z.array(z.array(word)).min(1), taskList])
    .default(1)
    .describe('How many tasks, or the parameters of each, or a blob with a line of JSON for each.'),
  parameters: z
    .array(z.string().min(1).max(100))
    .max(100)
    .default([])
    .describe('What the parameters of tasks are called, the first of them.'),
  atOnce: z.int().min(1).optional().describe('How many of its tasks nodes may have at once.'),
  resources: z.array(z.string()).optional().describe('Names of resources of which one is to run it.'),
  reservation: reservationId
    .optional()
    .describe('A reservation on a resource of the sender, in which it is to run, and nowhere else.'),
  agreement: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      'The Id of an agreement of the sender, under which it is to run; its terms say what `ask` leaves unsaid.',
    ),
  repeatable: z
    .boolean()
    .default(false)
    .describe('Whether a task may run again where it may have run before.'),
  priority: z
    .int()
    .min(-1000)
    .max(1000)
    .default(0)
    .describe('Among the jobs of its owner; higher comes first.'),
  hold: z.boolean().default(false).describe('Whether it stays NEW, to be changed, until it is submitted.'),
});
export type JobRequest = z.output<typeof jobRequest>;

/** What may be changed of a job that is NEW: what is said replaces. */
export const jobChange = z
  .strictObject({
    name: jobRequest.shape.name,
    arguments: z.array(word),
    environment: variables,
    inputs: z.array(taskFile),
    priority: z.int().min(-1000).max(1000),
  })
  .partial();
export type JobChange = z.output<typeof jobChange>;

/** Milliseconds since 1970. */
const moment = z.number();

/** How many tasks of a job stand in each state. */
const taskCounts = z.record(z.enum(taskStates), z.number());

/** A job as its owner sees it. */
export const jobView = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  state: z.enum(jobStates),
  reason: z
    .string()
    .nullable()
    .describe('Why it waits or why it failed, as a sentence; null where nothing is to be said.'),
  application: z.string(),
  agreement: z
    .string()
    .nullable()
    .describe('The Id of the agreement under which it runs; null where it runs by open access.'),
  priority: z.number(),
  repeatable: z.boolean(),
  tasks: z.number(),
  atOnce: z.number().optional().describe('How many of its tasks nodes may have at once.'),
  againOf: z.string().optional().describe('The job of which it runs some tasks again.'),
  counts: taskCounts,
  createdAt: moment,
  submittedAt: moment.nullable(),
  endedAt: moment.nullable(),
  cursor: z.number().describe('The last event that is in this view.'),
});
export type JobView = z.output<typeof jobView>;

/** A page of `GET /broker/v1/jobs`, the latest first. */
export const jobPage = z.object({
  jobs: z.array(jobView),
  next: z.string().nullable().describe('Give it as `after` to get the next page; null on the last.'),
});

/** How a program ended, as the node says. */
export const exitView = z.object({
  kind: z
    .enum([
      'exited',
      'signalled',
      'timed-out',
      'over-memory',
      'over-processes',
      'over-output',
      'cancelled',
      'evicted',
      'too-late',
      'not-started',
      'lost',
    ])
    .describe(
      '`evicted`: its node closed; `too-late`, `not-started`: nothing ran; `lost`: what watched it died.',
    ),
  code: z.int().nullable().describe('The exit code, or the number of the signal; null where there is none.'),
  startedAt: moment.nullable(),
  endedAt: moment.nullable(),
  cpuSeconds: z.number().nullable(),
  maxRssBytes: z.number().nullable(),
});
export type ExitView = z.output<typeof exitView>;

/** A file that a task left. */
const leftFile = taskFile.extend({ bytes: z.number() });

/** A page of `GET /broker/v1/jobs/{job}/tasks/{number}/outputs`. */
export const outputPage = z.object({ outputs: z.array(leftFile), next: z.string().nullable() });
export type OutputPage = z.output<typeof outputPage>;
export type LeftFile = OutputPage['outputs'][number];

/** A task as its owner sees it. */
export const taskView = z.object({
  number: z.number(),
  state: z.enum(taskStates),
  attempt: z.number().describe('0 before the first.'),
  resource: z.string().nullable(),
  reason: z.string().nullable(),
  exit: exitView.nullable(),
  stdoutBytes: z.number(),
  stderrBytes: z.number(),
  outputs: z
    .array(leftFile)
    .describe('Files that it left; none of those that are too many for here: `GET …/outputs` lists all.'),
  outputCount: z.number().describe('How many it left in all.'),
  progress: z.number().nullable().describe('0 to 1, as the program says.'),
  question: z.string().nullable(),
});
export type TaskView = z.output<typeof taskView>;

/** A page of `GET /broker/v1/jobs/{job}/tasks`, by number. */
export const taskPage = z.object({ tasks: z.array(taskView), next: z.string().nullable() });

/** A change of a job, of one of its tasks, or what a program says. */
export const jobEvent = z.object({
  cursor: z.number(),
  at: moment,
  job: z.string(),
  task: z.number().nullable(),
  attempt: z.number().nullable(),
  kind: z.enum(['state', 'progress', 'message', 'question', 'answer']),
  state: z.union([z.enum(jobStates), z.enum(taskStates)]).nullable(),
  text: z.string().nullable(),
});
export type JobEvent = z.output<typeof jobEvent>;

/** A page of `GET /broker/v1/events`: where nothing is new it waits for as long as `wait` says. */
export const eventPage = z.object({ events: z.array(jobEvent), cursor: z.number() });

/** `POST /broker/v1/jobs/{job}/cancel`. */
export const cancelRequest = z.strictObject({
  graceMs: z.int().min(0).optional().describe('How long its programs have to end by themselves.'),
});

/** `POST /broker/v1/jobs/{job}/tasks/{number}/answer`. */
export const answerRequest = z.strictObject({ text: z.string().max(4096) });
