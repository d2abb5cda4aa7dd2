import { z } from 'zod';
import { count, duration, list, size } from '../../platform/config/units.ts';

/** The settings of jobs and tasks: they stand among the broker's. */
export const jobSettings = {
  'open-access': list('text', ['local'], {
    says: 'Names of users whose jobs run without an agreement, at no price, in what is neither held nor reserved; `*` for everybody. Others name an agreement, or bring an Ask.',
  }),
  'jobs-each': count(200_000, {
    says: 'How many jobs of one owner the broker keeps, ended ones included; another is refused until some are deleted.',
    min: 1,
  }),
  'most-tasks': count(1_000_000, { says: 'How many tasks one job may have.', min: 1 }),
  'most-files': count(10_000, {
    says: 'How many input files, or paths of results, one job may name; and how many files its tasks may of their own.',
  }),
  'job-size': size('4 MiB', {
    says: 'How much a job may say in all: arguments, environment, Ask, files and the parameters of its tasks.',
  }),
  'task-size': size('512 KiB', {
    says: 'How much one task may say to its node: its arguments with their parameters filled in, environment and files.',
  }),
  'list-size': size('64 MiB', {
    says: 'How large the list of the tasks of a job may be, where it is sent as a file.',
  }),
  'most-after': count(1_000, { says: 'For how many jobs one job may wait.' }),
  'jobs-a-page': count(100, { says: 'How many jobs stand on one page of a list at most.', min: 1 }),
  'tasks-a-page': count(500, { says: 'How many tasks stand on one page of a list at most.', min: 1 }),
  'events-a-page': count(1_000, { says: 'How many events stand on one page at most.', min: 1 }),
  'longest-wait': duration('30 s', {
    says: 'How long a request may wait for something to happen, whatever its `wait` says.',
  }),
  'job-events-kept': duration('7 d', {
    says: 'How long events of jobs are kept for those who go on from a cursor.',
  }),
  'most-job-events': count(10_000_000, {
    says: 'How many events of jobs are kept at most; the oldest go first.',
    min: 1,
  }),
  'outputs-a-page': count(1_000, {
    says: 'How many files that a task left stand on one page of their list at most.',
    min: 1,
  }),
  'most-results': count(100_000, { says: 'How many files a task may leave.' }),
  'reads-each': count(32, {
    says: 'How many requests at once may read what programs print on one node while they run.',
    min: 1,
  }),
  'read-wait': duration('5 s', {
    says: 'How long a node may take to tell what a program that runs there has printed, beside what a request waits for.',
  }),
  'says-each': count(1_000, {
    says: 'How many messages, questions and reports of progress of one attempt are kept; beyond, they are thrown away.',
  }),
  'agent-silence': duration('30 s', {
    says: 'After how long without a word of an agent its tasks that have not started, or may be repeated, go elsewhere.',
  }),
  'start-slack': duration('30 s', {
    says: 'How long after its agent asked a task may start; one that has not by then is matched again.',
  }),
  'longest-queue': duration('7 d', {
    says: 'How long a task may wait in the queue of a batch system behind a node, whatever that says.',
  }),
  grace: duration('10 s', {
    says: 'How long a program has to end by itself when its time is over or it is cancelled, unless its owner says otherwise.',
  }),
  'longest-grace': duration('10 min', {
    says: 'How long an owner may give a program to end by itself when a job is cancelled.',
  }),
  'most-attempts': count(10, {
    says: 'After how many attempts that may have run and came to nothing a task that may be repeated has failed.',
    min: 1,
  }),
  'refusal-pause': duration('1 s', {
    says: 'For how long a node gets no task that refused one for now, or came too late to start one, though it had said that it has room.',
  }),
  'large-patience': duration('5 min', {
    says: 'After how long a node is kept for a task that smaller ones would pass by for ever; until what runs there has ended it gets only what ends before.',
  }),
  'input-slack': size('1 MiB', {
    says: 'How much more of its large input files a node may lack than another that could begin a task as soon, and still get it for having less to do.',
  }),
  'tasks-at-once': count(500, {
    says: 'For how many tasks at once nodes are chosen before everything else has its turn.',
    min: 1,
  }),
  'usage-half-life': duration('1 d', {
    says: 'After how long what an owner has used counts half, where owners want the same nodes.',
  }),
  'usage-assumed': duration('1 min', {
    says: 'How long a task is taken to run, as long as nobody knows, where owners want the same nodes.',
  }),
};

const schema = z.strictObject(jobSettings);
export type JobSettings = z.output<typeof schema>;
