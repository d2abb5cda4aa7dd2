import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { admitClient, dismissClient, readClients } from '../../fabric-agent/listening/clients.ts';
import { type OwnResource, resourceNamed, resourcesIn } from '../../fabric-agent/resources.ts';
import { ownKey } from '../../fabric-agent/tasks/enrolment.ts';
import { Refusal } from '../../platform/failure.ts';
import { publicKey } from '../../protocol/agent/handshake.ts';
import { failure } from '../../protocol/catalogue.ts';
import { resourceName } from '../../protocol/resources.ts';
import { makeDataFolder } from '../house/data-folder.ts';
import { type Context, commandWith, contextOf, dataFolder } from './context.ts';

interface Options {
  readonly key: string;
  readonly owner?: string;
  readonly resource?: string;
}

/** `ogm agent admit`: lets a client call the agent of this machine, and drive it as a broker does. */
export function admitCommand(): Command {
  return commandWith('admit', ['client'], 'Let a client call the agent of this machine, and send it tasks')
    .argument('<name>', 'what you call it: small letters, digits and dashes')
    .requiredOption('--key <file>', 'a file with its public key: an Ed25519 key in base64url, on one line')
    .option('--owner <user>', 'whose tasks it sends; its own name unless given')
    .addOption(resourceOption())
    .action(async (name: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const { folder } = resourceOf(context, options);
      await makeDataFolder(folder);
      const client = { name: nameOf(name), key: await keyIn(options.key), owner: options.owner ?? name };
      await admitClient(folder, client);
      const { publicKey: own } = await ownKey(folder);
      if (context.json) context.out.print(JSON.stringify({ ...client, agentKey: own }));
      else {
        context.out.note(`${name} may call this agent from its next start with --listen on.`);
        context.out.note(`It knows the agent by the key ${own}`);
      }
    });
}

/** `ogm agent dismiss`: lets a client call no more. */
export function dismissCommand(): Command {
  return commandWith('dismiss', ['client'], 'Let a client call the agent of this machine no more')
    .argument('<name>', 'as `ogm agent clients` shows it')
    .addOption(resourceOption())
    .action(async (name: string, options: Pick<Options, 'resource'>, command: Command) => {
      const context = contextOf(command);
      await dismissClient(resourceOf(context, options).folder, name);
      if (context.json) context.out.print(JSON.stringify({ name }));
      else
        context.out.note(
          `From the next start of the agent on ${name} may call no more; what it has here ends then.`,
        );
    });
}

/** `ogm agent clients`: who may call. */
export function clientsCommand(): Command {
  return commandWith('clients', ['client'], 'List the clients that may call the agent of this machine')
    .addOption(resourceOption())
    .action(async (options: Pick<Options, 'resource'>, command: Command) => {
      const context = contextOf(command);
      for (const client of await readClients(resourceOf(context, options).folder))
        context.out.print(
          context.json ? JSON.stringify(client) : `${client.name}  tasks of ${client.owner}  ${client.key}`,
        );
    });
}

function resourceOption(): Option {
  return new Option('--resource <name>', 'one of the resources of the agent, where it serves several');
}

function resourceOf({ config }: Context, { resource }: Pick<Options, 'resource'>): OwnResource {
  return resourceNamed(resourcesIn(config.agent, join(dataFolder(config), 'agent')), resource);
}

function nameOf(said: string): string {
  const name = resourceName.safeParse(said);
  if (name.success) return name.data;
  throw new Refusal(
    failure('bad-file', `the name of a client is small letters, digits and dashes, and '${said}' is not`),
  );
}

/** Of its public key a client makes no secret: anybody may read the file. */
async function keyIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Refusal(failure('bad-file', `${file} cannot be read (${error.message})`), { cause: error });
  });
  const key = publicKey.safeParse(text.trim());
  if (key.success) return key.data;
  throw new Refusal(
    failure(
      'bad-file',
      `${file} holds no Ed25519 key in base64url`,
      'put the 43 characters of the public key there, alone',
    ),
  );
}
