import { z } from 'zod';
import type { Code } from '../catalogue.ts';
import { taskPath } from '../jobs/job.ts';
import { eventQuery, jobQuery, jobWait, outputQuery, printedQuery, taskQuery } from '../jobs/queries.ts';
import { type Answer, asJson, inRanges, noSuchRange, type Route } from './route.ts';

const ofJob = { job: z.string().describe('The id of the job.') };
const ofTask = { ...ofJob, task: z.int().min(1).describe('The number of the task, from 1.') };

const writing: readonly Code[] = ['store-full', 'store-failed'];

/** What may come of a change that a job, or a task, allows at any time. */
const ofChange: readonly Code[] = ['not-found', ...writing];

/** And of one that it allows in some states only. */
const ofStates: readonly Code[] = ['not-now', ...ofChange];

const theJob: Answer = { status: 200, says: 'The job as it is then.', content: asJson('Job') };
const theTask: Answer = { status: 200, says: 'The task as it is then.', content: asJson('Task') };

/** Jobs, their tasks and their events; what is another's is answered as what is not there. */
export const jobRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/broker/v1/jobs',
    id: 'submitJob',
    does: 'Submits a job',
    more: 'Its input files are sent before. With a `request` it may be sent again until it is answered: it is taken once.',
    scopes: ['submit'],
    takes: asJson('JobRequest'),
    gives: [
      { status: 201, says: 'The job; of a `request` that came before the same.', content: asJson('Job') },
    ],
    problems: ['job-refused', 'request-reused', 'blobs-missing', 'too-many-jobs', ...writing],
  },
  {
    method: 'get',
    path: '/broker/v1/jobs',
    id: 'listJobs',
    does: 'Lists jobs, the latest first',
    scopes: ['read'],
    query: jobQuery,
    gives: [{ status: 200, says: 'A page.', content: asJson('JobPage') }],
    problems: ['bad-query', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/jobs/{job}',
    id: 'getJob',
    does: 'Tells how a job is, now or once something has happened to it',
    scopes: ['read'],
    parameters: ofJob,
    query: jobWait,
    gives: [theJob],
    problems: ['bad-query', 'not-found', 'store-failed'],
  },
  {
    method: 'patch',
    path: '/broker/v1/jobs/{job}',
    id: 'changeJob',
    does: 'Changes a job that is NEW',
    more: 'What is said replaces what was said before.',
    scopes: ['submit'],
    parameters: ofJob,
    takes: asJson('JobChange'),
    gives: [theJob],
    problems: ['job-refused', 'blobs-missing', ...ofStates],
  },
  {
    method: 'delete',
    path: '/broker/v1/jobs/{job}',
    id: 'deleteJob',
    does: 'Deletes a job that is over, with all that it left',
    scopes: ['submit'],
    parameters: ofJob,
    gives: [{ status: 204, says: 'It is gone.' }],
    problems: ofStates,
  },
  {
    method: 'post',
    path: '/broker/v1/jobs/{job}/submit',
    id: 'queueJob',
    does: 'Queues a job that is NEW',
    more: 'One that is not is answered as it is.',
    scopes: ['submit'],
    parameters: ofJob,
    gives: [theJob],
    problems: ofChange,
  },
  {
    method: 'post',
    path: '/broker/v1/jobs/{job}/cancel',
    id: 'cancelJob',
    does: 'Cancels a job',
    more: 'One that is over is answered as it is.',
    scopes: ['submit'],
    parameters: ofJob,
    takes: asJson('CancelRequest'),
    takesNothing: true,
    gives: [theJob],
    problems: ['job-refused', ...ofChange],
  },
  {
    method: 'post',
    path: '/broker/v1/jobs/{job}/again',
    id: 'runAgain',
    does: 'Runs tasks of a job again that has ended, in a new one',
    more: 'Each has what it had. Asked again, the same job is answered.',
    scopes: ['submit'],
    parameters: ofJob,
    takes: asJson('AgainRequest'),
    gives: [{ status: 201, says: 'The new job.', content: asJson('Job') }],
    problems: ['job-refused', 'blobs-missing', 'too-many-jobs', ...ofStates],
  },
  {
    method: 'get',
    path: '/broker/v1/jobs/{job}/table',
    id: 'tableOfJob',
    does: 'Tells what became of the tasks of a job, with their parameters',
    scopes: ['read'],
    parameters: ofJob,
    query: taskQuery,
    gives: [{ status: 200, says: 'A page.', content: asJson('TablePage') }],
    problems: ['bad-query', 'not-found', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/jobs/{job}/tasks',
    id: 'listTasks',
    does: 'Lists the tasks of a job by their numbers',
    scopes: ['read'],
    parameters: ofJob,
    query: taskQuery,
    gives: [{ status: 200, says: 'A page.', content: asJson('TaskPage') }],
    problems: ['bad-query', 'not-found', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/jobs/{job}/tasks/{task}',
    id: 'getTask',
    does: 'Tells how a task is',
    scopes: ['read'],
    parameters: ofTask,
    gives: [theTask],
    problems: ['not-found', 'store-failed'],
  },
  {
    method: 'post',
    path: '/broker/v1/jobs/{job}/tasks/{task}/retry',
    id: 'retryTask',
    does: 'Has a task tried again that is lost',
    scopes: ['submit'],
    parameters: ofTask,
    gives: [theTask],
    problems: ofStates,
  },
  {
    method: 'post',
    path: '/broker/v1/jobs/{job}/tasks/{task}/abandon',
    id: 'abandonTask',
    does: 'Gives a task up that is lost: it has failed',
    scopes: ['submit'],
    parameters: ofTask,
    gives: [theTask],
    problems: ofStates,
  },
  {
    method: 'post',
    path: '/broker/v1/jobs/{job}/tasks/{task}/answer',
    id: 'answerTask',
    does: 'Answers the question of a program',
    scopes: ['submit'],
    parameters: ofTask,
    takes: asJson('AnswerRequest'),
    gives: [theTask],
    problems: ['job-refused', ...ofStates],
  },
  ...(['stdout', 'stderr'] as const).map(
    (stream): Route => ({
      method: 'get',
      path: `/broker/v1/jobs/{job}/tasks/{task}/${stream}`,
      id: stream === 'stdout' ? 'getStdout' : 'getStderr',
      does: `Gives what a task printed on ${stream === 'stdout' ? 'standard output' : 'standard error'}`,
      more: 'While its program runs, what there is by now: of a range as much as comes within `wait`, of which the end is not told (`bytes 0-99/*`). The ETag, `"attempt-N"`, stays the same then and after the end.',
      scopes: ['read'],
      parameters: ofTask,
      query: printedQuery,
      ...inRanges('All that it printed, until now where its program runs.', {
        'If-Match': 'An ETag: where the task is in another attempt by now, the answer is `attempt-over`.',
      }),
      problems: [
        'bad-query',
        'not-found',
        'attempt-over',
        noSuchRange,
        'node-silent',
        'node-busy',
        'store-failed',
      ],
    }),
  ),
  {
    method: 'get',
    path: '/broker/v1/jobs/{job}/tasks/{task}/outputs',
    id: 'listOutputs',
    does: 'Lists the files that a task left',
    scopes: ['read'],
    parameters: ofTask,
    query: outputQuery,
    gives: [{ status: 200, says: 'A page.', content: asJson('OutputPage') }],
    problems: ['bad-query', 'not-found', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/jobs/{job}/tasks/{task}/outputs/{path}',
    id: 'getOutput',
    does: 'Gives a file that a task left',
    scopes: ['read'],
    parameters: { ...ofTask, path: taskPath.describe('The path of the file, with its slashes as they are.') },
    ...inRanges('The whole file.'),
    problems: ['not-found', noSuchRange, 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/events',
    id: 'listEvents',
    does: 'Tells what has happened to jobs since a cursor, or waits for it',
    more: 'The same comes as it happens over the WebSocket `/broker/v1/events/ws`.',
    scopes: ['read'],
    query: eventQuery,
    gives: [{ status: 200, says: 'Events, and the cursor to go on from.', content: asJson('EventPage') }],
    problems: ['bad-query', 'not-found', 'cursor-expired', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/why/{id}',
    id: 'why',
    does: 'Says why a job, a task, an offer or an agreement waits or has failed, and what to do',
    more: 'Down to the word of a batch system, where a task waits in its queue; docs/why.md has all causes.',
    scopes: ['read'],
    parameters: {
      id: z
        .string()
        .max(128)
        .describe('The id of a job, of a task as `<job>.<number>`, of an offer or of an agreement.'),
    },
    gives: [{ status: 200, says: 'Why, the cause that matters most first.', content: asJson('Why') }],
    problems: ['not-found', 'store-failed'],
  },
];
