import type { Move } from '../protocol/jobs/states.ts';

/** A state machine, as a page tells it. */
export interface Machine {
  readonly title: string;
  readonly introduction: string;
  readonly states: readonly string[];
  readonly moves: readonly Move<string>[];
}

/** The text of docs/jobs.md, made from the tables of states alone. */
export function jobsPage(machines: readonly Machine[]): string {
  return [introduction, ...machines.map(machineSection), overHttp].join('\n');
}

const introduction = `# Jobs and tasks

<!-- Generated from protocol/jobs/states.ts by \`npm run generate\`; edit the tables there instead. -->

A job is what a user submits: an application with its arguments and files, an Ask that says what it needs, and how many
tasks it has. A task is what a node runs. Each task has attempts, numbered from 1: an attempt begins when a node is
chosen for the task. What may become of a job and of a task stands here; the broker's store refuses all else. Each move
is an event, with a cursor.

Before a task starts, its node asks. The broker's yes is a lease: the task's Walltime, with \`broker.start-slack\`, or the
time that it may wait in a queue behind its node, before and \`broker.grace\` after it; when it is over nothing of the attempt runs any more. So a task that has not been let start
may be given to another node at any time, and one that has been is never started again by the broker, unless its owner
has said that it may be repeated, or says so now. A task without a Walltime has no end by which it would be lost: it
waits for its node, until the node's owner removes that.
`;

/** The section of a page that tells of one state machine: its table and its diagram. */
export function machineSection({ title, introduction: text, states, moves }: Machine): string {
  return [
    `## ${title}`,
    '',
    text,
    '',
    '| from | to | when |',
    '|---|---|---|',
    ...moves.map(({ from, to, when }) => `| ${from} | ${to} | ${when} |`),
    '',
    ...diagramOf(states, states.slice(0, 1), moves),
    '',
  ].join('\n');
}

/** The lines of a diagram of states, of which some are where it begins. */
export function diagramOf(
  states: readonly string[],
  first: readonly string[],
  moves: readonly { readonly from: string; readonly to: string; readonly label?: string }[],
): string[] {
  const names = new Map(states.map((state) => [state, state.replaceAll('-', '_')]));
  const ends = states.filter((state) => !moves.some(({ from }) => from === state));
  const arrows = moves.map(({ from, to, label }) => {
    const says = label === undefined ? '' : `: ${label}`;
    return `  ${names.get(from)} --> ${names.get(to)}${says}`;
  });
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...[...names]
      .filter(([state, name]) => state !== name)
      .map(([state, name]) => `  state "${state}" as ${name}`),
    ...first.map((state) => `  [*] --> ${names.get(state)}`),
    ...arrows,
    ...ends.map((state) => `  ${names.get(state)} --> [*]`),
    '```',
  ];
}

const overHttp = `## Over HTTP

Bodies and answers are JSON. A job is shown to its owner alone; to all others it is as if it were not there.

| path | takes | answers |
|---|---|---|
| \`POST /broker/v1/jobs\` | a job, below | 201 with the job; the same \`request\` again: the same job |
| \`GET /broker/v1/jobs\` | \`state\`, \`after\`, \`limit\`, \`owner\` (a user, or \`*\` for all: for administrators) | a page, the latest first: \`jobs\`, and \`next\` to give as \`after\`; of all it may have few, and say \`next\` |
| \`GET /broker/v1/jobs/{job}\` | \`cursor\`, \`wait\` | the job, once it has an event after \`cursor\`, or after \`wait\` seconds |
| \`PATCH /broker/v1/jobs/{job}\` | \`name\`, \`arguments\`, \`environment\`, \`inputs\`, \`priority\` | the job, which must be NEW; what is said replaces |
| \`POST /broker/v1/jobs/{job}/submit\` | | the job, queued |
| \`POST /broker/v1/jobs/{job}/cancel\` | \`graceMs\` | the job; programs that run have so long to end by themselves |
| \`POST /broker/v1/jobs/{job}/again\` | \`which\`: \`failed\`, or \`not-done\` (unless said) | 201 with a new job that runs those tasks again of one that has ended; asked again: the same job |
| \`GET /broker/v1/jobs/{job}/table\` | \`state\`, \`after\`, \`limit\` | a page by number: \`parameters\` (their names), \`rows\` (what each task was, and what came of it), \`next\` |
| \`DELETE /broker/v1/jobs/{job}\` | | 204; only a job that has ended |
| \`GET /broker/v1/jobs/{job}/tasks\` | \`state\`, \`after\`, \`limit\` | a page by number: \`tasks\`, \`next\` |
| \`GET /broker/v1/jobs/{job}/tasks/{n}\` | | the task |
| \`POST …/tasks/{n}/retry\`, \`…/abandon\` | | the task, which must be lost; of a job that is being cancelled, what may run on a node that is silent may be abandoned too |
| \`POST …/tasks/{n}/answer\` | \`text\` | the task, which must ask something |
| \`GET …/tasks/{n}/stdout\`, \`…/stderr\` | \`Range\`, \`wait\` | what the program has printed, also while it runs: see below |
| \`GET …/tasks/{n}/outputs\` | \`after\`, \`limit\` | a page of the files that it left: \`outputs\`, \`next\` |
| \`GET …/tasks/{n}/outputs/{path}\` | \`Range\` | a file that it left |
| \`GET /broker/v1/events\` | \`job\`, \`after\`, \`limit\`, \`wait\` | \`events\` after a cursor, and \`cursor\` to go on from; it waits for some as long as \`wait\` says, in seconds |
| \`/broker/v1/events/ws\` | one frame \`{"after": 0, "job": …}\` | pages of events, one a frame, as they happen |

A task shows the files that it left in \`outputs\`, except where they are more than one message of its node holds (1,000, or
128 KiB of names); \`outputCount\` says how many there are, up to \`broker.most-results\`, and \`…/outputs\` lists them all.

What a program prints can be read while it runs: the broker asks its node, each time that somebody looks and only then.
Without \`Range\` the answer is all there is by now. A range, such as \`bytes=4096-\`, is answered as soon as there is
anything of it, or after \`wait\` seconds with 416; it may bring less than was asked for (1 MiB at most), and says
\`bytes 4096-5119/*\` as long as nobody knows the end, \`bytes 4096-5119/5120\` once the task has ended. The ETag names the
attempt, \`"attempt-1"\`: its bytes stay where they are, over the end too, so that who goes on behind the last byte misses
nothing and has nothing twice. With \`If-Match\` a follower learns by 412 \`attempt-over\` that another attempt has begun, of
which it reads from the first byte on. Where nothing is heard of the node the answer is 503 \`node-silent\`.

A job says \`application\`, and where it likes: \`arguments\` (in which \`{task}\` is the number of the task, from 1, and
\`{1}\`, \`{2}\` … its parameters), \`environment\`, \`ask\` (the text of an SLA Ask of version 1.0), \`inputs\` (\`path\`,
\`blob\`, \`executable\`), \`outputs\` (paths, with \`{task}\`, \`{1}\` … as in arguments; whatever is new or changed unless said),
\`tasks\` (how many, or a list with the parameters of each, or a blob with a line of JSON for each: [sweeps.md](sweeps.md#over-http)),
\`parameters\` (what the first of them are called), \`atOnce\` (how many of its tasks nodes may have at once), \`after\` (\`job\`,
\`when\`: \`ok\` or \`ended\`), \`inputsFrom\` (\`path\`, and \`job\`, \`task\`, \`output\` of the file there), \`resources\` (names, of which one is to run it), \`repeatable\`, \`priority\`, \`name\`, \`hold\`
(it stays NEW) and \`request\` (a word of yours, by which it is known when it is sent again).

A job that waits for others is QUEUED until they are over. In the verb in which it hears of the end of one it takes the files of
that, which are its own from then on; where what it needs will never be, it is FAILED, its tasks cancelled. Of jobs of others, and of such that are not there, it says
\`not-found\`. A job for which one waits that has yet to hear of its end is not deleted (\`not-now\`, for a moment).

## Who gets a node

Among the jobs of an owner the higher priority comes first, then the older job; among owners whoever has used less, in
cpu-seconds of which each counts half after \`broker.usage-half-life\`. A node fits where it matches the Ask, offers the
application, is one of the resources that the job names, and is its owner's or
[shared with them](security.md#sharing): what another user shares serves only jobs that name it. A task takes of it what
its Ask takes, 1 cpu unless said;
what runs there takes together no more than the node has, and a few tasks are brought there ahead; of these, what could
begin at once on another node is taken back for that. A task that smaller ones would pass by for ever, as one that needs
a whole node, has one kept for it after \`broker.large-patience\`: until what runs there has ended, only what ends
before, by its Walltime, still begins there. Of the nodes that could begin it at once, or else hold it, a task
goes to one that keeps its inputs of an earlier task (those of 1 MiB and more count, the 8 largest; a node that others keep busy
does not draw by them): its \`held\` event says so, as \`large inputs already there: 2 of 3, 1.2 GiB\`. Where none lacks
\`broker.input-slack\` less than another, it is the one that has least to do. A node that refuses a
task is not asked again; where no other is there that fits, the task has failed. One that refuses for now, or comes too late
to start, is left alone for \`broker.refusal-pause\`. An attempt that has not run counts for nothing, however often; where a
task may be repeated, \`broker.most-attempts\` that may have run and came to nothing are its end.

Nothing of a node for \`broker.agent-silence\`: what has not started there, and what may be repeated, goes elsewhere at
once; the rest waits for it, and is lost when its lease is over. A lost task is not over: its result is still taken
where the node comes back with it, until its owner says \`retry\` or \`abandon\`. A job that is cancelled ends when its programs
have; where one may run on a node of which nothing is heard any more, its owner may \`abandon\` that task, which is cancelled
then, and the node is told to end it when it is back. Tasks that were never tried are cancelled with one event: that of
the first of them, whose \`text\` says up to which.
`;
