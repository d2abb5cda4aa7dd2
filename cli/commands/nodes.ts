import type { Command } from 'commander';
import { InfogatherClient, NodeStatesClient } from '../../client/index.ts';
import { onSignals } from '../../platform/lifecycle.ts';
import type { NodeEntry } from '../../protocol/nodes.ts';
import { exit } from '../exit.ts';
import { showLive } from '../nodes/live.ts';
import { framesAt, serviceAt } from '../services.ts';
import { table } from '../table.ts';
import { commandWith, contextOf } from './context.ts';

/** `ogm nodes`: what infogather knows. */
export function nodesCommand(): Command {
  return commandWith('nodes', ['client'], 'List what infogather knows of nodes')
    .argument('[application]', 'only the nodes that offer exactly this')
    .option('--live', 'show how all nodes stand, and what becomes of them, until Ctrl-C')
    .action(async (application: string | undefined, options: { live?: true }, command: Command) => {
      const context = contextOf(command);
      const { json, out } = context;
      const address = serviceAt(context, 'infogather');
      if (options.live) {
        const leaving = new AbortController();
        const offSignals = onSignals(process, context.clock, () => leaving.abort());
        try {
          const client = new NodeStatesClient(address, {}, framesAt(context, 'infogather'));
          await showLive(context, client, process.stdout, leaving.signal);
        } finally {
          offSignals();
        }
        return;
      }
      const nodes = await Array.fromAsync(new InfogatherClient(address).nodes(application));
      if (json) for (const node of nodes) out.print(JSON.stringify(node));
      else if (nodes.length > 0) for (const line of table(rowsOf(nodes))) out.print(line);
      if (nodes.length > 0) return;
      out.note('ogm: no node is known');
      process.exitCode = exit.noMatch;
    });
}

function rowsOf(nodes: readonly NodeEntry[]): string[][] {
  return [
    ['APPLICATION', 'HOST', 'CPUS', 'MEMORY', 'ARCH', 'OS', 'LOAD', 'HEARD', 'POLL'],
    ...nodes.map((node) => [
      node.application,
      node.transport === 'job' ? 'as jobs' : node.host,
      ...['Cpus', 'Memory', 'Arch', 'Os'].map((name) => said(node, name)),
      node.cpuLoad === null ? '-' : node.cpuLoad.toFixed(2),
      heard(node),
      node.fault ?? (node.agent === null ? node.poll : `its line, ${node.agent.state}`) ?? '-',
    ]),
  ];
}

/** What a registration of version 1.0 says of its node under a name. */
function said({ says }: NodeEntry, name: string): string {
  return [says?.[name] ?? '-'].flat().join(', ');
}

function heard({ pollable, heardAgoMs }: NodeEntry): string {
  if (!pollable) return 'not polled';
  return heardAgoMs === null ? 'never' : `${Math.round(heardAgoMs / 1000)} s ago`;
}
