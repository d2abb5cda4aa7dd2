import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { notReached, request, type ServiceAddress } from '../../client/http.ts';
import { sha256 } from '../../platform/digest.ts';
import { Refusal } from '../../platform/failure.ts';
import { type KeyPair, keyPairIn } from '../../platform/identity/key-pair.ts';
import { publicKey } from '../../protocol/agent/handshake.ts';
import { failure } from '../../protocol/catalogue.ts';
import { parsedJson } from '../../protocol/json.ts';
import { enrolledView, resourceName } from '../../protocol/resources.ts';
import { markOf } from '../back-ends/shared.ts';

/** A broker that this node works for, as it was when its owner enrolled it. */
const enrolment = z.strictObject({
  /** The broker's address, such as `http://127.0.0.1:8480`. */
  url: z.url(),
  /** The name by which the owner knows this node. */
  name: resourceName,
  /** Whose this node is at the broker. */
  owner: z.string(),
  /** By which the broker proves itself ever after. */
  brokerKey: publicKey,
});
export type Enrolment = z.output<typeof enrolment>;

export interface Enrolled {
  readonly key: KeyPair;
  readonly enrolment: Enrolment;
  /** What stands before the tasks of this broker in the names of their runs; nothing of the first one. */
  readonly mark: string;
  /** The name of its journal in the data folder. */
  readonly journal: string;
  /** Whether it is a client that calls this agent; else it is a broker, which the agent calls. */
  readonly calls?: true;
}

/** An enrolment with the file that holds it. */
interface Filed {
  readonly file: string;
  readonly enrolment: Enrolment;
}

/** The key of this agent, made where there is none. `folder` is its data folder. */
export function ownKey(folder: string): Promise<KeyPair> {
  return keyPairIn(join(folder, 'agent-key'));
}

/** The brokers that the agent of this data folder works for, in an order that stays; none where nobody has enrolled it. */
export async function readEnrolments(folder: string): Promise<Enrolled[]> {
  const all = await filed(folder);
  if (all.length === 0) return [];
  const key = await ownKey(folder);
  return all.map(({ file, enrolment }) => {
    const mark = file === firstFile ? '' : markOf(sha256(enrolment.brokerKey));
    return { key, enrolment, mark, journal: journalOf(mark) };
  });
}

/** The name of the journal of the broker whose tasks have this mark. */
export function journalOf(mark: string): string {
  return mark === '' ? firstJournal : `tasks.${mark.slice(0, -1)}.journal`;
}

/** Whether it is a name that {@link journalOf} gives. */
export function isJournal(name: string): boolean {
  return /^tasks(?:\.b[0-9a-f]{16})?\.journal$/.test(name);
}

async function filed(folder: string): Promise<Filed[]> {
  const more = (await readdir(join(folder, furtherFolder)).catch(unlessAbsent)) ?? [];
  const names = more.filter((name) => name.endsWith('.json')).sort();
  const files = [firstFile, ...names.map((name) => join(furtherFolder, name))];
  const read = await Promise.all(files.map((file) => readFiled(folder, file)));
  return read.filter((one) => one !== undefined);
}

async function readFiled(folder: string, name: string): Promise<Filed | undefined> {
  const file = join(folder, name);
  const text = await readFile(file, 'utf8').catch(unlessAbsent);
  if (text === undefined) return undefined;
  const read = enrolment.safeParse(parsedJson(text));
  if (read.success) return { file: name, enrolment: read.data };
  throw new Refusal({
    code: 'bad-file',
    status: 400,
    detail: `${file} does not say whom this agent works for`,
    next: 'remove it, and enrol the agent again',
  });
}

/**
 * Has a broker trust this agent, by the secret that the owner of the node got from it, and keeps the key by which the
 * broker will prove itself. Throws what the broker refuses with.
 */
export async function enrol(options: {
  readonly broker: ServiceAddress;
  readonly secret: string;
  /** The agent's data folder, which exists. */
  readonly folder: string;
}): Promise<Enrolment> {
  const { broker, secret, folder } = options;
  const key = await ownKey(folder);
  const answer = await request(broker, '/broker/v1/enrol', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ secret, key: key.publicKey }),
  });
  const view = enrolledView.safeParse(parsedJson(answer));
  if (!view.success) throw notReached(new Error('its answer cannot be understood'), broker.url);
  await checkMoved(folder, broker.url, view.data);
  return await keepEnrolment(folder, broker.url, view.data);
}

/**
 * Any broker can say that it is another by its key, and pass on between the agent and that one what proves it: so no
 * broker says by itself that another is to be found at its own address now. Throws a Refusal `resource-exists`.
 */
async function checkMoved(folder: string, url: string, { brokerKey }: Pick<Enrolment, 'brokerKey'>) {
  const all = await filed(folder);
  const moved = all.find((one) => one.enrolment.brokerKey === brokerKey && one.enrolment.url !== url);
  if (moved === undefined) return;
  const detail = `${url} says that it is the broker at ${moved.enrolment.url}, at which this agent is enrolled`;
  const next = `if that has moved, write its new address as url into ${join(folder, moved.file)}`;
  throw new Refusal(failure('resource-exists', detail, next));
}

/** Keeps what a broker that trusts the key of this agent has answered. */
export async function keepEnrolment(
  folder: string,
  url: string,
  view: Omit<Enrolment, 'url'>,
): Promise<Enrolment> {
  const kept = { url, ...view };
  const all = await filed(folder);
  const name = await fileFor(folder, all, kept);
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.next`;
  await writeDurably(next, `${JSON.stringify(kept, null, 2)}\n`);
  // Whoever was at this address before is another broker, and has gone: first, for never are there two at one address.
  for (const before of all)
    if (before.file !== name && before.enrolment.url === url)
      await rm(join(folder, before.file), { force: true });
  await rename(next, file);
  return kept;
}

/** Where an enrolment is kept: in place of that at the broker with the same key. */
async function fileFor(folder: string, all: readonly Filed[], { brokerKey }: Enrolment): Promise<string> {
  const same = all.find((one) => one.enrolment.brokerKey === brokerKey);
  if (same !== undefined) return same.file;
  const further = join(furtherFolder, `${markOf(sha256(brokerKey)).slice(0, -1)}.json`);
  if (all.some(({ file }) => file === firstFile)) return further;
  // What is in the journal of a first broker is never told to another.
  const isUsed = await access(join(folder, firstJournal)).then(
    () => true,
    () => false,
  );
  return isUsed ? further : firstFile;
}

/** One that cannot be read is not as good as none: then tasks would run for nobody. */
function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

/** For its owner alone. */
async function writeDurably(file: string, text: string): Promise<void> {
  await using handle = await open(file, 'w', 0o600);
  await handle.writeFile(text);
  await handle.sync();
}

/** Of the first broker; those of others have their enrolments in a folder, and a journal each. */
const firstFile = 'enrolment.json';
const firstJournal = 'tasks.journal';
const furtherFolder = 'enrolments';
