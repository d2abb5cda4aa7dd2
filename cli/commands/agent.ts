import { join } from 'node:path';
import type { Command } from 'commander';
import { InfogatherClient, type SocketAddress } from '../../client/index.ts';
import { type Agent, createAgent, type Offered } from '../../fabric-agent/index.ts';
import { LogRing } from '../../fabric-agent/page/log-ring.ts';
import { refuseForgotten, resourcesIn } from '../../fabric-agent/resources.ts';
import { group } from '../../platform/lifecycle.ts';
import { localAdmission } from '../house/admission.ts';
import { agentListening, usualDoor } from '../house/agent-listening.ts';
import { agentPage } from '../house/agent-page.ts';
import type { AgentReport } from '../house/agent-report.ts';
import { makeDataFolder } from '../house/data-folder.ts';
import { secretsOf } from '../house/secrets.ts';
import { admitCommand, clientsCommand, dismissCommand } from './agent-clients.ts';
import { doctorCommand } from './agent-doctor.ts';
import { enrolCommand } from './agent-enrol.ts';
import { initCommand } from './agent-init.ts';
import { drainCommand, logCommand, resumeCommand, statusCommand } from './agent-owner.ts';
import { commandWith, contextOf, dataFolder } from './context.ts';
import { serve, untilEndOfInput, whenStarted } from './serving.ts';

interface Options {
  readonly untilEndOfInput?: true;
  readonly listen?: string | true;
}

/** `ogm agent`: offers what this machine can run. */
export function agentCommand(): Command {
  return commandWith('agent', ['agent', 'client'], 'Start an agent that offers what this machine can run')
    .addCommand(initCommand().exitOverride())
    .addCommand(enrolCommand().exitOverride())
    .addCommand(doctorCommand().exitOverride())
    .addCommand(statusCommand().exitOverride())
    .addCommand(logCommand().exitOverride())
    .addCommand(drainCommand().exitOverride())
    .addCommand(resumeCommand().exitOverride())
    .addCommand(admitCommand().exitOverride())
    .addCommand(dismissCommand().exitOverride())
    .addCommand(clientsCommand().exitOverride())
    .option(
      '--listen [address:port]',
      `lets the clients call that ogm agent admit names; at agent.listen, or ${usualDoor}, unless given`,
    )
    .option(...untilEndOfInput)
    .action(async (options: Options, command: Command) => {
      const context = contextOf(command);
      const { config, clock, egress, out } = context;
      const ring = new LogRing(config.agent['page-lines'], clock);
      const log = ring.over(context.log);
      const folder = join(dataFolder(config), 'agent');
      await makeDataFolder(folder);
      const infogather = new InfogatherClient({
        url: config.client['infogather-url'],
        fetch: egress.request,
      });
      const dial: SocketAddress['dial'] = (address, signal) =>
        egress.connect('a question to a service', address, {
          timeoutMs: config.egress['connect-timeout'],
          signal,
        });
      const resources = resourcesIn(config.agent, folder);
      await refuseForgotten(folder, resources);
      for (const one of resources) await makeDataFolder(one.folder);
      const kept = secretsOf(config, dataFolder(config));
      const nodes = resources.map(({ name, config: own, folder: dataFolder }) => ({
        resource: name,
        config: own,
        agent: createAgent({
          config: own,
          log: log.child({ service: 'agent', ...(name === null ? {} : { resource: name }) }),
          clock,
          admission: localAdmission(config, log),
          register: (document, options) => infogather.tell(document, options),
          dataFolder,
          kept,
          infogather: { url: config.client['infogather-url'], dial },
          broker: { fetch: egress.request, dial },
        }),
      }));
      const page = agentPage({ config, nodes, ring, folder, clock, log });
      const door = await agentListening({ config, asked: options.listen, nodes, clock, log });
      const report = whenStarted(() => {
        const applications = offeredBy(nodes);
        const poll = nodes.find(({ agent }) => agent.poll !== null)?.agent.poll ?? null;
        const at = page?.url ?? null;
        if (context.json)
          out.print(
            JSON.stringify({
              ...{ ready: true, poll, page: at, listening: door?.url ?? null, applications },
            } satisfies AgentReport),
          );
        else {
          out.print(`${describePoll(poll)}; it offers ${applications.map(describe).join(', ')}`);
          if (at !== null) out.print(`Its page is at ${at}`);
          if (door !== undefined) out.print(`Clients may call it at ${door.url}`);
        }
      });
      await serve(
        context,
        group(
          [...nodes.map(({ agent }) => agent), ...[page, door].filter((one) => one !== undefined), report],
          log,
        ),
        options,
      );
    });
}

/** Each application once, with where the first serves it that has a door for it. */
function offeredBy(nodes: readonly { readonly agent: Agent }[]): readonly Offered[] {
  const all = new Map<string, Offered>();
  for (const offered of nodes.flatMap(({ agent }) => agent.applications))
    if ((all.get(offered.name)?.host ?? null) === null) all.set(offered.name, offered);
  return [...all.values()];
}

function describePoll(poll: string | null): string {
  return poll === null ? 'The agent answers polls over its own line' : `The agent answers polls at ${poll}`;
}

function describe({ name, host }: Offered): string {
  return host === null ? name : `${name} at ${host}`;
}
