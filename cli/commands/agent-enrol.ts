import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { enrol } from '../../fabric-agent/tasks/enrolment.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { makeDataFolder } from '../house/data-folder.ts';
import { commandWith, contextOf, dataFolder } from './context.ts';

/** `ogm agent enrol`: has a broker trust the agent of this data folder. */
export function enrolCommand(): Command {
  return commandWith(
    'enrol',
    ['client'],
    'Enrol the agent of this machine at a broker, by the secret of ogm resource add',
  )
    .option('--secret-file <file>', 'a file that only you can read; standard input unless given')
    .action(async (options: { secretFile?: string }, command: Command) => {
      const { config, egress, json, out } = contextOf(command);
      const secret = (await readSecret(options.secretFile)).trim();
      const folder = join(dataFolder(config), 'agent');
      await makeDataFolder(folder);
      const broker = { url: config.client['broker-url'], fetch: egress.request };
      const { name, url } = await enrol({ broker, secret, folder });
      if (json) out.print(JSON.stringify({ name, url }));
      else
        out.note(
          `The agent of this machine is ${name} at ${url}; start it with ogm agent, or again if it runs.`,
        );
    });
}

/** What others can read is no secret. */
async function readSecret(file: string | undefined): Promise<string> {
  if (file === undefined) return text(process.stdin);
  let mode: number;
  let secret: string;
  try {
    mode = (await stat(file)).mode;
    secret = await readFile(file, 'utf8');
  } catch (error) {
    const detail = `${file} cannot be read (${(error as Error).message})`;
    throw new Refusal(failure('bad-file', detail), { cause: error });
  }
  if ((mode & 0o077) === 0) return secret;
  throw new Refusal(
    failure('bad-file', `${file} is open to others`, `let only yourself read it: chmod 600 ${file}`),
  );
}
