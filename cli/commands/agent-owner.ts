import { join } from 'node:path';
import type { Command } from 'commander';
import { initOf, request } from '../../client/http.ts';
import { readPageFile } from '../../fabric-agent/page/index.ts';
import {
  linkView,
  logView,
  type NodeView,
  type StatusView,
  statusView,
} from '../../fabric-agent/page/view.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import { moment } from '../jobs/words.ts';
import { bar, plain } from '../nodes/words.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';
import { type Context, commandWith, contextOf, dataFolder } from './context.ts';

/** `ogm agent status`: how the agent of this machine is. */
export function statusCommand(): Command {
  return commandWith(
    'status',
    ['client'],
    'Show how the agent of this machine is: brokers, tasks, what may run',
  )
    .option('--link', 'print a link to its page instead, which opens it once within a minute')
    .action(async ({ link }: { link?: true }, command: Command) => {
      const context = contextOf(command);
      const { json, out } = context;
      const page = await pageOf(context);
      if (link) {
        const { link: secret } = linkView.parse(await page.say('links', {}));
        const url = `${page.url}/#link=${secret}`;
        return out.print(json ? JSON.stringify({ url }) : url);
      }
      const status = statusView.parse(await page.ask('status'));
      if (json) out.print(JSON.stringify(status));
      else show(out, page.url, status);
    });
}

/** `ogm agent log`: the last lines of its log. */
export function logCommand(): Command {
  return commandWith('log', ['client'], 'Show the last lines of the log of the agent of this machine')
    .option('--lines <count>', 'how many, of those that it keeps (agent.page-lines)', '100')
    .action(async ({ lines: asked }: { lines: string }, command: Command) => {
      const context = contextOf(command);
      const page = await pageOf(context);
      const { lines } = logView.parse(await page.ask(`log?lines=${encodeURIComponent(asked)}`));
      for (const line of lines) context.out.print(context.json ? JSON.stringify(line) : plain(line.text));
    });
}

/** `ogm agent drain`: it takes no more tasks; what it has goes on. */
export function drainCommand(): Command {
  return changing('drain', 'Have the agent of this machine take no more tasks, also after its next start', {
    one: 'takes no more tasks; what it has goes on. Take that back with ogm agent resume.',
  });
}

/** `ogm agent resume`: it takes tasks again. */
export function resumeCommand(): Command {
  return changing('resume', 'Have the agent of this machine take tasks again', { one: 'takes tasks again.' });
}

function changing(verb: 'drain' | 'resume', summary: string, { one }: { readonly one: string }): Command {
  return commandWith(verb, ['client'], summary)
    .option('--resource <name>', 'one of its resources alone, where it serves several')
    .action(async ({ resource }: { resource?: string }, command: Command) => {
      const context = contextOf(command);
      const page = await pageOf(context);
      const said = resource === undefined ? {} : { resource };
      const { nodes } = statusView.parse(await page.say(verb, said));
      const meant = nodes.filter((node) => resource === undefined || node.resource === resource);
      for (const { node, resource: name, drainedSinceMs, unwilling } of meant)
        if (context.json)
          context.out.print(JSON.stringify({ node, resource: name, drainedSinceMs, unwilling }));
        else context.out.note(`${name ?? node} ${stillNot(verb, unwilling) ?? one}`);
    });
}

/** A node that is resumed may have other reasons to take none. */
function stillNot(verb: 'drain' | 'resume', unwilling: string | null): string | undefined {
  return verb === 'resume' && unwilling !== null ? `takes no tasks all the same: ${unwilling}` : undefined;
}

/** How the agent of this data folder is asked, and told. */
interface Page {
  readonly url: string;
  ask(path: string): Promise<unknown>;
  say(path: string, body: object): Promise<unknown>;
}

async function pageOf({ config, egress }: Context): Promise<Page> {
  const folder = join(dataFolder(config), 'agent');
  const found = await readPageFile(folder);
  if (found === undefined) throw nobody(folder);
  const { url, token } = found;
  const call = async (path: string, init: RequestInit) => {
    const headers = { ...init.headers, Authorization: `Bearer ${token}` };
    const address = { url, fetch: egress.request };
    return parsedJson(await request(address, `/agent/v1/${path}`, { ...init, headers }).catch(unlessAway));
  };
  const unlessAway = (error: unknown): never => {
    if (error instanceof Refusal && error.status < 502) throw error;
    throw nobody(folder, error);
  };
  return {
    url,
    ask: (path) => call(path, initOf({})),
    say: (path, body) => call(path, initOf({ method: 'POST', body })),
  };
}

function nobody(folder: string, cause?: unknown): Refusal {
  return new Refusal(
    failure(
      'unavailable',
      `no agent answers that has its data in ${folder}`,
      'start it with ogm agent, with agent.page on, and name the same --data',
    ),
    { cause },
  );
}

function show(out: Output, url: string, { pid, startedMs, nodes }: StatusView): void {
  out.print(`The agent runs since ${moment(startedMs)} as process ${pid}; its page is at ${url}`);
  for (const node of nodes) showNode(out, node);
}

function showNode(out: Output, node: NodeView): void {
  const { resource, capacity, free, load, brokers, tasks, tasksInAll, allowList } = node;
  const line = (what: string, text: string) => out.print(`  ${what.padEnd(14)}${plain(text)}`);
  const since = node.drainedSinceMs === null ? '' : ` (drained since ${moment(node.drainedSinceMs)})`;
  out.print(`${out.paint('bold', plain(resource ?? node.node))}  ${node.state}${since}`);
  if (node.unwilling !== null) line('takes none', node.unwilling);
  line('back end', [node.backEnd, ...node.powers].join(', '));
  if (load !== null) line('load', `${load.toFixed(2)} ${bar(load)}`);
  line('tasks', `${node.running} running, ${node.held} held`);
  if (capacity !== null && free !== null) {
    line(
      'free',
      `${free.cpus} of ${capacity.cpus} cpus, ${gibibytes(free.memoryBytes)} of ${gibibytes(capacity.memoryBytes)}`,
    );
  }
  for (const { url, name, kind, connected, sinceMs, why } of brokers) {
    const how = `${connected ? 'connected' : 'not connected'} since ${moment(sinceMs)}`;
    line(kind, `${url} as ${name}, ${how}${why === null ? '' : `: ${why}`}`);
  }
  line('applications', allowList.applications.map(({ name }) => name).join(', '));
  line('tasks of', allowList.owners?.join(', ') ?? 'whom brokers send');
  if (allowList.hours !== null) line('hours', allowList.hours);
  const rows = tasks.map(({ task, attempt, owner, application, stage, sinceMs, cpus }) =>
    [`${task}.${attempt}`, owner, application, stage, moment(sinceMs), `${cpus} cpus`].map(plain),
  );
  for (const row of table(rows)) out.print(`  ${row}`);
  if (tasksInAll > tasks.length) out.print(`  and ${tasksInAll - tasks.length} more`);
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
