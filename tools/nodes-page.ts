import { type Machine, machineSection } from './jobs-page.ts';

/** The text of docs/nodes.md, made from the table of states alone. */
export function nodesPage(machine: Machine): string {
  return [introduction, machineSection(machine), rest].join('\n');
}

const introduction = `# Nodes

<!-- Generated from protocol/node-states.ts by \`npm run generate\`; edit the table there instead. -->

Infogather knows of each node what it registers, what polls bring, and what its agent says over a line of its own. From
these it sees how the node stands; each change is an event, with a cursor and a reason. The registrations whose Ids are
the same up to the first \`/\`, told by one user or agent, are one node; in version 0.1 those of one Poll address.

\`ogm nodes\` shows them all, \`ogm node NAME\` one, with its history and messages. What may become of a node stands here;
infogather's store refuses all else.
`;

const rest = `## The log

The log follows what is registered and polled within \`infogather.state-interval\`; of one node it tells at most once in that
time, so a node that flaps does not fill it. It keeps \`infogather.events-kept\`, and at most \`infogather.most-events\`. What it
said last of each node is kept beside it: after a crash it goes on from there, and what changed meanwhile is told then.

A busy or drained node is one whose agent says so; where nothing says so it is alive. One that is closed by its owner's
hours (\`agent.hours\`) is drained, with the moment until which as the reason. One that may not be polled and has no line is
taken at its word until its registrations expire. A node that is gone keeps its number, its history and its messages for as
long as events are kept, and has them again when it comes back. Whoever may ask infogather sees all of this.

A node whose tasks wait in a batch system says what that has in \`agent.queue\`: its name, cores in all and free, jobs that wait and run
there, whosever they are, how many tasks its owner lets wait or run there, and how long a job may run; and in
\`agent.startDelayMs\` how long what comes now waits, as far as can be told ([batch.md](batch.md#several-queues-several-agents)).

| path | takes | answers |
|---|---|---|
| \`GET /infogather/v1/states\` | \`name\`, \`after\` | a page of nodes that are not gone: \`nodes\`, \`next\`, and the \`cursor\` from which events go on |
| \`GET /infogather/v1/states/{node}\` | | one node by its number, also where it is gone |
| \`GET /infogather/v1/states/{node}/history\` | \`since\`, in seconds | \`stepMs\` and \`points\`: \`at\`, \`load\`, \`freeCpus\`, \`running\`, as means of each step |
| \`GET /infogather/v1/states/{node}/messages\` | \`level\`, \`before\` | \`messages\`, the latest first, and \`next\` |
| \`GET /infogather/v1/events\` | \`node\`, \`after\`, \`wait\` | \`events\` after a cursor, and \`cursor\` to go on from; it waits for some as long as \`wait\` says, in seconds |
| \`/infogather/v1/events/ws\` | one frame \`{"after": 0, "node": …}\` | pages of events, one a frame, as they happen |

A cursor before the log begins, or behind its end, is refused with 410 \`cursor-expired\`: list the nodes anew, and go on from
the cursor that comes with them. So is one from before a node went that is forgotten (\`infogather.most-gone\`).

## Watches

A RESOURCE Watch of version 1.0, over text or WebSocket, is answered as its Ask would be, and then with each registration
that matches, has changed or is gone (\`Event: matched\`, \`changed\`, \`gone\`), each with the \`Cursor\` after which it can be
taken up again. A Watch sees what the log says: load and disk count as changed when they have moved by
\`infogather.load-step\` and \`infogather.disk-step\`, so at every cursor it is certain what matched. It stands as long as its
connection, and \`infogather.watch-lifetime\` at most.

## History and messages

The load of a node, its free processors and the tasks that it runs are kept as series whose resolution falls with age:
points of \`infogather.history-step\` for \`infogather.history-kept\`, of \`history-day-step\` for \`history-day-kept\`, and of
\`history-month-step\` for \`history-month-kept\`. Unless those are changed a node takes at most 58 KiB, however often it is
polled; a crash may cost the last minute of the finest.

Messages have a level (\`error\`, \`warn\`, \`info\`, \`debug\`): what was wrong with polls, how the node came to stand, and what its
agent says over its line. Of each node the latest \`infogather.messages-kept\` are kept; what is more than
\`infogather.messages-waiting\` in a second is dropped, and counted.
`;
