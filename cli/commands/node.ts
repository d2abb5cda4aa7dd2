import { type Command, Option } from 'commander';
import { NodeStatesClient } from '../../client/index.ts';
import { type MessageLevel, messageLevels } from '../../protocol/agent/gathering.ts';
import type { NodeHistory, NodeMessages, NodeStatus } from '../../protocol/node-events.ts';
import { exit } from '../exit.ts';
import { moment } from '../jobs/words.ts';
import { ago, bar, evenly, plain, queueLines, sparkline } from '../nodes/words.ts';
import type { Output } from '../output.ts';
import { serviceAt } from '../services.ts';
import { commandWith, contextOf } from './context.ts';

interface Options {
  readonly since: string;
  readonly level: MessageLevel;
}

/** Messages (a count) that are shown. */
const mostMessages = 20;
/** Cells of a sparkline. */
const sparkCells = 60;

/** How far `--since` goes back, in seconds. */
const spans: Readonly<Record<string, number>> = { hour: 3600, day: 86_400, month: 31 * 86_400 };

/** `ogm node`: what infogather knows of one node. */
export function nodeCommand(): Command {
  return commandWith(
    'node',
    ['client'],
    'Show a node: what it has, how it stood, and what there is to say of it',
  )
    .argument('<name>', 'its name, as `ogm nodes --live` shows it')
    .addOption(
      new Option('--since <span>', 'how far its history goes back')
        .choices(Object.keys(spans))
        .default('hour'),
    )
    .addOption(
      new Option('--level <level>', 'the mildest messages that are shown')
        .choices(messageLevels)
        .default('info'),
    )
    .action(async (name: string, { since, level }: Options, command: Command) => {
      const context = contextOf(command);
      const { out, json, clock } = context;
      const client = new NodeStatesClient(serviceAt(context, 'infogather'));
      const { nodes } = await client.states(name);
      for (const node of nodes) {
        const [history, messages] = await Promise.all([
          client.history(node.node, spans[since] ?? 3600),
          client.messages(node.node, level),
        ]);
        if (json) out.print(JSON.stringify({ node, history, messages: messages.messages }));
        else show(out, node, history, messages, clock.now());
      }
      if (nodes.length > 0) return;
      out.note('ogm: no node of this name is there');
      process.exitCode = exit.noMatch;
    });
}

function show(
  out: Output,
  node: NodeStatus,
  history: NodeHistory,
  { messages }: NodeMessages,
  now: number,
): void {
  const { name, state, since, reason, load, says, agent, applications, fault, heardAgoMs } = node;
  const line = (what: string, text: string) => out.print(`  ${what.padEnd(16)}${plain(text)}`);
  out.print(`${out.paint('bold', plain(name))}  ${state} for ${ago(now - since)}: ${plain(reason)}`);
  line('applications', applications.join(', '));
  for (const [header, value] of Object.entries(says ?? {}))
    if (!['Application', 'Load', 'Date'].includes(header))
      line(header.toLowerCase(), [value].flat().join(', '));
  if (load !== null) line('load', `${load.toFixed(2)} ${bar(load)}`);
  if (agent?.closedUntilMs !== undefined) line('closed until', moment(agent.closedUntilMs));
  if (agent !== null) {
    const { running, held, free } = agent;
    line('tasks', `${running} running, ${held} held, room for ${free.tasks} more`);
    for (const [what, text] of queueLines(agent)) line(what, text);
    line('free', `${free.cpus} cpus, ${(free.memoryBytes / 2 ** 30).toFixed(1)} GiB of memory`);
  }
  line('heard', heardAgoMs === null ? 'never' : `${ago(heardAgoMs)} ago`);
  if (fault !== null) line('fault', fault);
  const series = (what: string, read: Parameters<typeof evenly>[1]) => {
    const values = evenly(history, read);
    if (values.some((value) => value !== null)) line(what, sparkline(values, sparkCells, 1));
  };
  series('load over time', ({ load: value }) => value);
  series('tasks', ({ running }) => running);
  for (const message of messages.slice(0, mostMessages))
    out.print(`  ${moment(message.at)}  ${message.level.padEnd(5)}  ${plain(message.text)}`);
}
