import { z } from 'zod';
import {
  boolean,
  choice,
  count,
  duration,
  list,
  port,
  size,
  structure,
  text,
} from '../platform/config/units.ts';
import { resourceName } from '../protocol/resources.ts';
import { batchSettings } from './batch/settings.ts';
import { listeningSettings } from './listening/settings.ts';
import { pageSettings } from './page/settings.ts';
import { sshSettings } from './ssh/settings.ts';

const applicationLimits = z.strictObject({
  'time-limit': duration(undefined, { says: 'How long the program may run; agent.time-limit unless set.' }),
  'output-size': size(undefined, { says: 'How much the program may print; agent.output-size unless set.' }),
});

const application = z.strictObject({
  name: z
    .string()
    .regex(
      /^[\p{L}_](?:[^\p{Cc}]{0,198}[^\p{Cc}\s])?$/u,
      'is no name: it begins with a letter and stands on one line',
    ),
  argv: z.array(z.string().min(1)).min(1).max(1000),
  image: z.string().min(1).max(500).optional(),
  arguments: z.record(z.string(), z.string()).prefault({}),
  limits: applicationLimits.prefault({}),
});
export type ConfiguredApplication = z.output<typeof application>;

const settings = {
  'host-doors': boolean(true, {
    says: 'Whether others may send work straight to this machine. Where not, it runs tasks of brokers alone.',
  }),
  'poll-door': boolean(true, {
    says: 'Whether infogather may connect to this machine to learn its load. Where not, it asks over the line that the agent opens to it.',
  }),
  'infogather-key': text(undefined, {
    says: 'The key by which infogather proves who it is, as it logs it when it starts, where it is reached without TLS and no broker of the same house says it.',
  }),
  'infogather-wait': duration('30 s', {
    says: 'How long the line to infogather may be closed before the agent registers as nodes do that have none.',
  }),
  'host-port': port(8483, {
    says: 'Port of the Host door of the first application; 0 is any free one.',
    flag: 'host-port',
  }),
  'host-ports': list('port', [], {
    says: 'Ports of the Host doors of the other applications, in their order; any free ones where the list ends.',
  }),
  'poll-port': port(8484, { says: 'Port of the Poll door; 0 is any free one.', flag: 'poll-port' }),
  'host-address': text(undefined, {
    says: 'The address told as Host, with or without a port: the port is that of the first application. Where the doors listen unless set.',
    flag: 'host-address',
  }),
  'poll-address': text(undefined, {
    says: 'The address told as Poll, with or without a port. Where the door listens unless set.',
    flag: 'poll-address',
  }),
  applications: structure(z.array(application).max(1000), [], {
    says: 'Applications to offer beside those that are found: name, argv with places such as {file} and {rest...}, for each place in arguments an expression that all of it must match, limits, and where they run in containers the image, which may have places too.',
    unit: 'list of applications',
  }),
  detect: boolean(true, {
    says: 'Whether the agent looks for known programs on this machine and offers them.',
  }),
  'detect-also': list('text', [], {
    says: 'Programs to look for beside those that are known, by name or absolute path: each is asked for its version by --version, and offered as its name with that.',
  }),
  gpus: count(undefined, {
    says: 'How many graphics processors are offered at most; all that are found unless set.',
  }),
  'detect-timeout': duration('10 s', { says: 'How long a program may take to say its version.' }),
  environment: list('text', [], {
    says: 'What programs find in their environment beside the least: NAME=value each.',
  }),
  'work-directory': text(undefined, {
    says: 'Where programs run, each in a directory of its own; within the data folder unless set.',
  }),

  cpus: count(undefined, {
    says: 'How many processor cores are offered; all that there are unless set, and never more.',
    min: 1,
  }),
  memory: size(undefined, {
    says: 'How much memory is offered; all that the system lets programs have unless set, and never more.',
  }),
  disk: size(undefined, {
    says: 'How much disk is offered; what is left where programs run unless set, and never more.',
  }),
  'concurrent-programs': count(undefined, {
    says: 'How many programs run at once; as many as there are cores unless set.',
    min: 1,
  }),
  'waiting-connections': count(64, {
    says: 'How many connections may send or wait beside the programs that run; another is refused.',
  }),
  'time-limit': duration('10 min', { says: 'How long a program may run.' }),
  'kill-grace': duration('2 s', {
    says: 'How long a program that is told to end may take before it is killed.',
  }),
  'output-size': size('64 MiB', {
    says: 'How much a program may print, standard output and standard error together.',
  }),
  'result-size': size('4 GiB', {
    says: 'How much a program may write into its directory, and how much of that is sent back.',
  }),
  'result-entries': count(100_000, { says: 'How many files and directories a program may leave.' }),
  'watch-interval': duration('2 s', {
    says: 'How often it is looked how much running programs have written.',
  }),
  'input-size': size('4 GiB', { says: 'How much the files sent to a program may hold together.' }),
  'input-entries': count(100_000, { says: 'How many files and directories may be sent to a program.' }),
  'name-length': size('1 KiB', { says: 'How long the path of a file may be.' }),
  'path-depth': count(64, { says: 'How many directories a path may go down.', min: 1 }),
  'header-size': size('64 KiB', { says: 'How much one extended header of a tar archive may hold.' }),
  'argument-count': count(10_000, { says: 'How many arguments a program may get.' }),
  'argument-size': size('96 KiB', { says: 'How long one argument may be.' }),
  'arguments-size': size('1 MiB', { says: 'How long all arguments of a program may be together.' }),
  'input-idle': duration('1 min', {
    says: 'How long a client may send nothing before its files are complete.',
  }),
  'answer-idle': duration('1 min', { says: 'How long a client may take nothing of its results.' }),
  'alive-interval': duration('1 s', {
    says: 'How often a waiting client is told that it is not forgotten; this is also how it is noticed that one has gone.',
  }),
  linger: duration('2 s', {
    says: 'How long a client may take to close its end of a connection that is over.',
  }),
  'poll-connections': count(64, { says: 'How many connections the Poll door serves at once.', min: 1 }),
  'poll-idle': duration('5 s', { says: 'How long a connection to the Poll door may last.' }),
  'registration-interval': duration('10 min', {
    says: 'How often the agent tells infogather of its applications.',
  }),
  'registration-retry': duration('1 s', {
    says: 'How long the agent waits before it tells infogather again after a failure, at first; twice as long each time.',
  }),
  'registration-retry-most': duration('1 min', { says: 'How long it waits at most.' }),
  'back-end': choice(['local', 'bubblewrap', 'container', 'slurm', 'torque', 'sge', 'ssh'], 'local', {
    says: 'How programs of tasks run: local, among what the user of the agent has; bubblewrap, in namespaces of their own that show little of this machine; container, each in one of podman or docker; slurm, torque (PBS) and sge (Grid Engine) give them to that batch system, whose machines share the data folder; ssh, on another host that is reached over OpenSSH.',
  }),
  visible: list('text', [], {
    says: 'Directories and files that bubblewrap shows to programs, to be read alone, beside /usr, /bin, /sbin, /lib, /opt and /etc; absolute paths.',
  }),
  'container-engine': text(undefined, {
    says: 'The command of the engine that runs containers, podman or docker; the first of both that there is unless set.',
  }),
  'task-network': choice(['none', 'host'], 'none', {
    says: 'Which network programs have that are isolated: none, or that of this machine, and then they count as not isolated.',
  }),
  'task-user': count(65_534, {
    says: 'The number of the user as whom isolated programs run where the agent runs as root, and that of the group.',
    min: 1,
    max: 4_294_967_294,
  }),
  'shared-memory': size('64 MiB', {
    says: 'How much a program that is isolated may have in /dev/shm.',
    min: '4 KiB',
  }),
  ...batchSettings,
  ...sshSettings,
  supervisor: text(undefined, {
    says: 'The program that starts tasks and outlives the agent; the one that came with the agent unless set.',
  }),
  'control-group': text(undefined, {
    says: 'The control group (version 2) below which each task gets one that bounds its memory and processes, or none; the own of the agent where it was delegated unless set.',
  }),
  'accept-tasks': boolean(true, {
    says: 'Whether the agent takes tasks of the broker at which it is enrolled; where not, those that it has go on.',
  }),
  hours: list('text', [], {
    says: 'When this machine serves, such as `20:00-08:00`, `weekends` or `mon-fri 18:00-07:00`; always unless set. Outside of that it is closed: it takes no new tasks, and gives back those that have not begun.',
  }),
  'time-zone': text(undefined, {
    says: 'The time zone of agent.hours, such as Europe/Stockholm; that of this machine unless set.',
  }),
  'at-closing': choice(['finish', 'stop'], 'finish', {
    says: 'What becomes of tasks that run when agent.hours end: finish, they go on until they are done; stop, they are told to end, and killed after agent.kill-grace, and a task whose Walltime would pass that hour is not taken.',
  }),
  shares: list('text', [], {
    says: 'How much of this node each broker may have, in parts, by the address at which it was enrolled (https://broker.example:8443=3); one part of a broker that is not named, so that all have the same unless set.',
  }),
  'task-owners': list('text', [], {
    says: 'The users whose tasks run here, as each broker calls them, or with `@` and its address as one of them does (ann@https://broker.example:8443); those of all that brokers send unless set.',
  }),
  'accept-unisolated': boolean(false, {
    says: 'Whether tasks of others than its owner may run on this node though its back end does not isolate them: they reach all that the user does who runs the agent.',
  }),
  'task-variables': list('text', ['.*'], {
    says: 'Expressions, of which all of the name of a variable must match one that a task brings; names by which programs load code never pass.',
  }),
  'environment-size': size('64 KiB', { says: 'How much the variables of a task may hold together.' }),
  'task-processes': count(4_000, {
    says: 'How many processes a task may have at once; where it has a control group, threads count too.',
    min: 1,
  }),
  'held-tasks': count(64, { says: 'How many tasks are taken ahead of those that run.' }),
  'most-tasks': count(10_000, {
    says: 'How many tasks the agent has at once, with those whose results are still to be sent.',
    min: 1,
  }),
  transfers: count(4, {
    says: 'For how many tasks at once files are fetched or sent; brokers have an equal share of them, and one at least.',
    min: 1,
  }),
  'input-cache': size('4 GiB', {
    says: 'How much is kept of the input files of tasks, for later ones of the same owner; never more than a quarter of what the disk would have free without it. 0 B keeps none.',
  }),
  'input-cache-kept': duration('7 d', {
    says: 'How long an input file is kept that no task takes.',
  }),
  'state-interval': duration('10 s', {
    says: 'How often it is asked how it is with the tasks that run, beside what is told at once.',
  }),
  'journal-size': size('4 MiB', {
    says: 'How large the journal of tasks may grow before it is written anew.',
  }),
  'broker-retry': duration('250 ms', {
    says: 'How long the agent waits before it connects to the broker again, at first; twice as long each time.',
  }),
  'broker-retry-most': duration('30 s', { says: 'How long it waits at most.' }),
  'broker-wait': duration('10 s', { says: 'How long the broker may take to accept a connection.' }),
  'broker-ping': duration('10 s', {
    says: 'How often it is asked whether the broker is still there; without an answer the agent connects again.',
  }),
  ...pageSettings,
  ...listeningSettings,
  drain: duration('10 s', { says: 'How long programs may go on when the agent ends.', min: '0 ms' }),
  'listen-retry': duration('5 s', {
    says: 'How long the agent waits for a port that is still in use when it starts.',
    min: '0 ms',
  }),
};

/** A resource among several: its name, and which settings are others there than those of the agent. */
const resource = z.record(z.string(), z.unknown()).transform(({ name, ...given }, context) => {
  const named = resourceName.safeParse(name);
  if (!named.success) context.issues.push(issueOf(named.error, 'name', name));
  const changes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const schema = Object.hasOwn(settings, key) ? settings[key as keyof typeof settings] : undefined;
    const read = schema?.safeParse(value);
    if (read === undefined)
      context.issues.push({
        code: 'custom',
        message: 'is no setting of an agent',
        path: [key],
        input: value,
      });
    else if (read.success) changes[key] = read.data;
    else context.issues.push(issueOf(read.error, key, value));
  }
  return { name: named.data ?? '', changes: changes as Partial<z.output<z.ZodObject<typeof settings>>> };
});

function issueOf(error: z.ZodError, key: string, input: unknown) {
  const [issue] = error.issues;
  return {
    code: 'custom' as const,
    message: issue?.message ?? 'cannot be read',
    path: [key, ...(issue?.path ?? [])],
    input,
  };
}

/** Resources (a count) of one agent. */
const mostResources = 100;

export const agentSettings = z.strictObject({
  ...settings,
  resources: structure(z.array(resource).max(mostResources), [], {
    says: 'Several resources that this agent serves, such as partitions of a cluster: of each its name, and the settings of the agent that are others there, such as back-end, queue, max-queued, cpus and task-owners; Host and Poll doors are open only where it says so. Each is enrolled by itself, by ogm agent enrol --resource NAME. The agent is one resource unless set.',
    unit: 'list of resources',
  }),
});
export type AgentSettings = z.output<typeof agentSettings>;
