import { join } from 'node:path';
import type { Command } from 'commander';
import { resourceNamed, resourcesIn } from '../../fabric-agent/resources.ts';
import { enrol } from '../../fabric-agent/tasks/enrolment.ts';
import { makeDataFolder } from '../house/data-folder.ts';
import { readSecret } from '../secret.ts';
import { commandWith, contextOf, dataFolder } from './context.ts';

/** `ogm agent enrol`: has a broker trust the agent of this data folder. */
export function enrolCommand(): Command {
  return commandWith(
    'enrol',
    ['client'],
    'Enrol the agent of this machine at a broker, by the secret of ogm resource add',
  )
    .option('--secret-file <file>', 'a file that only you can read; standard input unless given')
    .option('--resource <name>', 'which one, of several that the agent serves (agent.resources)')
    .action(async (options: { secretFile?: string; resource?: string }, command: Command) => {
      const { config, egress, json, out } = contextOf(command);
      const secret = await readSecret(options.secretFile);
      const all = resourcesIn(config.agent, join(dataFolder(config), 'agent'));
      const { folder } = resourceNamed(all, options.resource);
      await makeDataFolder(folder);
      const broker = { url: config.client['broker-url'], fetch: egress.request };
      const { name, url } = await enrol({ broker, secret, folder });
      if (json) out.print(JSON.stringify({ name, url }));
      else {
        const what = options.resource === undefined ? 'The agent of this machine' : `Its ${options.resource}`;
        out.note(`${what} is ${name} at ${url}; start it with ogm agent, or again if it runs.`);
      }
    });
}
