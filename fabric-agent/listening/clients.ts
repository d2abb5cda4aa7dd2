import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256 } from '../../platform/digest.ts';
import { Refusal } from '../../platform/failure.ts';
import { publicKey } from '../../protocol/agent/handshake.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import { resourceName } from '../../protocol/resources.ts';
import { markOf } from '../back-ends/shared.ts';
import { type Enrolled, journalOf, ownKey, readEnrolments } from '../tasks/enrolment.ts';

/** A client that the owner of this agent lets call it, and drive it as a broker does. */
const admitted = z.strictObject({
  /** What its owner calls it here. */
  name: resourceName,
  /** By which it proves itself. */
  key: publicKey,
  /** The user whose tasks it sends: those of others run only as they do for others than the owner of a node. */
  owner: z.string().min(1).max(200),
});
export type AdmittedClient = z.output<typeof admitted>;

/** The clients that may call the agent of a data folder, by their names. Throws a Refusal `bad-file`. */
export async function readClients(folder: string): Promise<AdmittedClient[]> {
  const names = await readdir(join(folder, clientsFolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(files.map((name) => readClient(join(folder, clientsFolder, name))));
}

/** Those, as the agent works for them. Throws a Refusal `bad-configuration` where one has the key of a broker. */
export async function enrolledClients(folder: string): Promise<Enrolled[]> {
  const clients = await readClients(folder);
  if (clients.length === 0) return [];
  await checkKeys(folder, clients);
  const key = await ownKey(folder);
  return clients.map((client) => {
    // Of another kind than those of brokers, so that no broker ever has the same.
    const mark = markOf(sha256(`client ${client.key}`));
    const { name, owner } = client;
    const enrolment = { url: `client:${name}`, name, owner, brokerKey: client.key };
    return { key, enrolment, mark, journal: journalOf(mark), calls: true };
  });
}

/** Lets a client call, from the next start of the agent on; one that had the name has it no more. Throws a Refusal. */
export async function admitClient(folder: string, client: AdmittedClient): Promise<void> {
  if (!admitted.safeParse(client).success)
    throw new Refusal(
      failure(
        'bad-file',
        `nobody may call as '${client.name}' for a user named '${client.owner}'`,
        'name a user by 1 to 200 characters (--owner)',
      ),
    );
  const others = (await readClients(folder)).filter(({ name }) => name !== client.name);
  await checkKeys(folder, [...others, client]);
  const at = join(folder, clientsFolder);
  await mkdir(at, { recursive: true, mode: 0o700 });
  const file = join(at, `${client.name}.json`);
  const next = `${file}.next`;
  {
    await using handle = await open(next, 'w', 0o600);
    await handle.writeFile(`${JSON.stringify(client, null, 2)}\n`);
    await handle.sync();
  }
  await rename(next, file);
}

/** Lets a client call no more, from the next start on: what it has here is ended then. Throws a Refusal `not-found`. */
export async function dismissClient(folder: string, name: string): Promise<void> {
  const isThere = (await readClients(folder)).some((client) => client.name === name);
  if (!isThere) throw new Refusal(failure('not-found', `no client '${name}' may call this agent`));
  await rm(join(folder, clientsFolder, `${name}.json`));
}

/** Whoever has two names here would be two, with one key: what one is sent the other could have. */
async function checkKeys(folder: string, clients: readonly AdmittedClient[]): Promise<void> {
  const brokers = await readEnrolments(folder);
  const known = new Map(brokers.map(({ enrolment }) => [enrolment.brokerKey, enrolment.url]));
  for (const { name, key } of clients) {
    const other = known.get(key);
    if (other !== undefined)
      throw new Refusal(
        failure(
          'resource-exists',
          `the key of the client '${name}' is that of ${other} already`,
          'give each a key of its own',
        ),
      );
    known.set(key, `the client '${name}'`);
  }
}

async function readClient(file: string): Promise<AdmittedClient> {
  const read = admitted.safeParse(parsedJson(await readFile(file, 'utf8')));
  if (read.success) return read.data;
  throw new Refusal({
    code: 'bad-file',
    status: 400,
    detail: `${file} does not say which client may call this agent`,
    next: 'remove it, and admit the client again',
  });
}

const clientsFolder = 'clients';
