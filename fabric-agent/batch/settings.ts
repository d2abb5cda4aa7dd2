import { count, duration, list, text } from '../../platform/config/units.ts';

/** What an owner says of the batch system behind the agent, as a part of its settings. */
export const batchSettings = {
  queue: text(undefined, {
    says: 'The partition or queue of the batch system in which tasks run; what that takes by itself unless set.',
  }),
  account: text(undefined, {
    says: 'The account of the batch system to which tasks are charged; what that takes by itself unless set.',
  }),
  'submit-options': list('text', [], {
    says: 'What stands behind all other options of sbatch or qsub, such as --constraint=big or -l,arch=lx-amd64.',
  }),
  'parallel-environment': text('smp', {
    says: 'The parallel environment of Grid Engine in which a task has more than one slot of one machine.',
  }),
  'max-queued': count(100, {
    says: 'How many tasks wait or run in the batch system at once.',
    min: 1,
    max: 100_000,
  }),
  'queue-patience': duration('1 h', {
    says: 'How long a task may wait in the queue of the batch system; then it is withdrawn, and tried elsewhere.',
    min: '1 s',
  }),
  'reserved-slots': count(100, {
    says: 'How many processor cores brokers may have kept for later by the batch system at once, for owners who ask for it, where it lets this account; none at 0.',
    min: 0,
    max: 100_000,
  }),
  'reserve-ahead': duration('30 d', {
    says: 'How far from now the end of what is kept may lie.',
    min: '1 min',
  }),
  'clock-skew': duration('2 s', {
    says: 'By how much the clock of a machine of the cluster may be behind that of the agent.',
    min: '0 ms',
  }),
  'end-interval': duration('500 ms', {
    says: 'How often it is looked which tasks of the batch system have ended, where no file system tells of it by itself.',
    min: '10 ms',
  }),
  'queue-interval': duration('5 s', {
    says: 'How often the batch system is asked what is in its queue, while there is a task.',
    min: '100 ms',
  }),
  'queue-look': duration('10 s', {
    says: 'How often the batch system is asked how full the partition or queue is, and who waits there.',
    min: '1 s',
  }),
  'end-patience': duration('30 s', {
    says: 'How long the end of a task may take to be seen on the shared file system after its job has left the queue; then the task is lost.',
    min: '0 ms',
  }),
  'batch-timeout': duration('30 s', {
    says: 'How long a command of the batch system may take.',
    min: '1 s',
  }),
};
