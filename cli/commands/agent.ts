import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { InfogatherClient, type SocketAddress } from '../../client/index.ts';
import { type AgentOptions, createAgent, type Offered } from '../../fabric-agent/index.ts';
import { group } from '../../platform/lifecycle.ts';
import { localAdmission } from '../house/admission.ts';
import type { AgentReport } from '../house/agent-report.ts';
import { makeDataFolder } from '../house/data-folder.ts';
import type { Config } from '../settings.ts';
import { doctorCommand } from './agent-doctor.ts';
import { enrolCommand } from './agent-enrol.ts';
import { commandWith, contextOf, dataFolder } from './context.ts';
import { serve, untilEndOfInput, whenStarted } from './serving.ts';

/** `ogm agent`: offers what this machine can run. */
export function agentCommand(): Command {
  return commandWith('agent', ['agent', 'client'], 'Start an agent that offers what this machine can run')
    .addCommand(enrolCommand().exitOverride())
    .addCommand(doctorCommand().exitOverride())
    .option(...untilEndOfInput)
    .action(async (options: { untilEndOfInput?: true }, command: Command) => {
      const context = contextOf(command);
      const { config, log, clock, egress, out } = context;
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
      const agent = createAgent({
        config: config.agent,
        log: log.child({ service: 'agent' }),
        clock,
        admission: localAdmission(config, log),
        register: (document, options) => infogather.tell(document, options),
        dataFolder: folder,
        kept: secretsOf(config),
        infogather: { url: config.client['infogather-url'], dial },
        broker: { fetch: egress.request, dial },
      });
      const report = whenStarted(() => {
        const { applications, poll } = agent;
        if (context.json)
          out.print(JSON.stringify({ ready: true, poll, applications } satisfies AgentReport));
        else out.print(`${describePoll(poll)}; it offers ${applications.map(describe).join(', ')}`);
      });
      await serve(context, group([agent, report], log), options);
    });
}

/** What of the services of this user lies here that is nobody else's, though a program may run as that user. */
function secretsOf(config: Config): NonNullable<AgentOptions['kept']> {
  const files = [config.doors.key, config.client['token-file']].flatMap((file) =>
    file === undefined || file === '-' ? [] : [resolve(file)],
  );
  return { folders: [resolve(dataFolder(config))], files };
}

function describePoll(poll: string | null): string {
  return poll === null ? 'The agent answers polls over its own line' : `The agent answers polls at ${poll}`;
}

function describe({ name, host }: Offered): string {
  return host === null ? name : `${name} at ${host}`;
}
