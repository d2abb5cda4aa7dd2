import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { notReached, request, type ServiceAddress } from '../../client/http.ts';
import { Refusal } from '../../platform/failure.ts';
import { type KeyPair, keyPairIn } from '../../platform/identity/key-pair.ts';
import { publicKey } from '../../protocol/agent/handshake.ts';
import { type EnrolledView, enrolledView, resourceName } from '../../protocol/resources.ts';

/** The broker that this node works for, as it was when its owner enrolled it. */
const enrolment = z.strictObject({
  /** The broker's address, such as `http://127.0.0.1:8480`. */
  url: z.url(),
  /** The name by which the owner knows this node. */
  name: resourceName,
  /** By which the broker proves itself ever after. */
  brokerKey: publicKey,
});
export type Enrolment = z.output<typeof enrolment>;

export interface Enrolled {
  readonly key: KeyPair;
  readonly enrolment: Enrolment;
}

/** The key of this agent, made where there is none. `folder` is its data folder. */
export function ownKey(folder: string): Promise<KeyPair> {
  return keyPairIn(join(folder, 'agent-key'));
}

/** Whom the agent of this data folder works for; undefined where nobody has enrolled it. */
export async function readEnrolment(folder: string): Promise<Enrolled | undefined> {
  const file = fileIn(folder);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const read = enrolment.safeParse(parsed(text));
  if (!read.success)
    throw new Refusal({
      code: 'bad-file',
      status: 400,
      detail: `${file} does not say whom this agent works for`,
      next: 'remove it, and enrol the agent again',
    });
  return { key: await ownKey(folder), enrolment: read.data };
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
  const view = enrolledView.safeParse(parsed(answer));
  if (!view.success) throw notReached(new Error('its answer cannot be understood'), broker.url);
  return await keepEnrolment(folder, broker.url, view.data);
}

/** Keeps what a broker that trusts the key of this agent has answered. */
export async function keepEnrolment(folder: string, url: string, view: EnrolledView): Promise<Enrolment> {
  const kept = { url, ...view };
  const file = fileIn(folder);
  await writeLastingly(file, `${JSON.stringify(kept, null, 2)}\n`);
  return kept;
}

/** The whole of it or nothing, for its owner alone. */
async function writeLastingly(file: string, text: string): Promise<void> {
  const next = `${file}.next`;
  {
    await using handle = await open(next, 'w', 0o600);
    await handle.writeFile(text);
    await handle.sync();
  }
  await rename(next, file);
}

function fileIn(folder: string): string {
  return join(folder, 'enrolment.json');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
