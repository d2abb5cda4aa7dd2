import type { Situations } from './situation.ts';

/** Why a task that a node was chosen for has not begun, or does not come to its end. */
export const taskSituations = {
  'task-on-silent-node': {
    of: 'task',
    says: 'nothing is heard of {node}, which has task {task} in its hands since its attempt {attempt}',
    next: 'see whether its agent runs (ogm agent status there); what has not begun goes elsewhere by itself, what runs is waited for until its lease is over',
    covers: { nodes: ['silent'], codes: ['node-silent'] },
  },
  'task-held': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: {text}',
    next: 'wait; where it lasts, see the log of that agent',
    covers: { tasks: ['held', 'staging-in'] },
  },
  'task-asking': {
    of: 'task',
    says: 'task {task} is on {node}, ready to start, and waits for room beside the {count} tasks that run there',
    one: 'task {task} is on {node}, ready to start, and waits for room beside the 1 task that runs there',
    next: 'wait for one of those to end',
    covers: { tasks: ['held'] },
  },
  'task-unheard': {
    of: 'task',
    says: '{node} has task {task}, and did not say in time how that is there',
    next: 'ask again in a moment; where it goes on, see the log of its agent',
    covers: { codes: ['node-busy'] },
  },
  'task-runs': {
    of: 'task',
    says: 'task {task} runs on {node} for {for}',
    next: 'wait, or look at what it prints: ogm job logs {job} --task {task} --follow',
    covers: { jobs: ['RUNNING'], tasks: ['started'] },
  },
  'task-sends': {
    of: 'task',
    says: 'the program of task {task} has ended, and {node} sends what it left, for {for}',
    next: 'wait; where it lasts, see how much it left and the network of that node',
    covers: { tasks: ['staging-out'] },
  },
  'task-asks': {
    of: 'task',
    says: 'task {task} waits for an answer to its question: {text}',
    next: 'answer it: ogm task answer {job} {task} TEXT',
    covers: { jobs: ['WAITING'] },
  },
  'task-lost': {
    of: 'task',
    says: 'task {task} is lost after attempt {attempt}: {node} may have run it, and nobody knows how it ended',
    next: 'have it tried again, where it may run twice: ogm task retry {job} {task}; or let it go: ogm task abandon {job} {task}',
    covers: { jobs: ['WAITING'], tasks: ['lost'] },
  },
  'task-refused': {
    of: 'task',
    says: 'task {task} failed before it began: {text}',
    next: 'mend what it asks for, or bring a node that takes it, and submit it again',
    covers: { tasks: ['failed'] },
  },
  'task-owner': {
    of: 'task',
    says: 'task {task} failed before it began: {text}',
    next: 'ask the owner of that node to name you in agent.task-owners there, or name another resource, and submit it again',
    covers: { tasks: ['failed'] },
  },
  'task-input': {
    of: 'task',
    says: 'task {task} failed before it began: {text}',
    next: 'see whether the node reaches the broker, and the files of the job are there; then submit it again',
    covers: { tasks: ['failed'] },
  },
  'task-image': {
    of: 'task',
    says: 'task {task} failed before it began: {text}',
    next: 'give the image a name that the node can bring, or bring it there beforehand (podman pull)',
  },
  'task-time': {
    of: 'task',
    says: 'task {task} was ended after its Walltime: {text}',
    next: 'say a longer Walltime in its Ask, and submit it again',
  },
  'task-memory': {
    of: 'task',
    says: 'task {task} was ended for its memory: {text}',
    next: 'say more Memory in its Ask, and submit it again',
  },
  'task-failed': {
    of: 'task',
    says: 'task {task} failed: {text}',
    next: 'look at what it printed with ogm job logs {job} --task {task}, mend it, and submit it again',
    covers: { tasks: ['failed'] },
  },
} as const satisfies Situations;
