import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Refusal } from '../failure.ts';

/** A pair of Ed25519 keys (RFC 8032), by which one side of a conversation proves who it is. */
export interface KeyPair {
  /** Its 32 bytes in base64url. */
  readonly publicKey: string;
  /** Signs the UTF-8 of a text: 64 bytes in base64url. */
  sign(text: string): string;
}

/**
 * The key pair that a file holds (PKCS #8, for its owner alone). Where there is none, one is made; it is on disk when
 * this resolves. Throws a Refusal `folder-failed` where the file cannot be read, written or understood.
 */
export async function keyPairIn(file: string): Promise<KeyPair> {
  try {
    const text = (await read(file)) ?? (await make(file));
    return keyPairOf(createPrivateKey(text));
  } catch (error) {
    const detail = `the key in ${file} cannot be used (${(error as Error).message})`;
    throw new Refusal({ code: 'folder-failed', status: 500, detail }, { cause: error });
  }
}

/** Whether who has this key, as 32 bytes in base64url, signed this text. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false; // no key of this kind
  }
}

function keyPairOf(key: KeyObject): KeyPair {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (key.asymmetricKeyType !== 'ed25519' || x === undefined) throw new Error('it is not an Ed25519 key');
  return { publicKey: x, sign: (text) => sign(null, Buffer.from(text), key).toString('base64url') };
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all; of two that make it at once, one is kept. */
async function make(file: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const begun = `${file}.${randomUUID()}`;
  await using handle = await open(begun, 'w', 0o600);
  await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await handle.sync();
  await link(begun, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(begun);
  await using folder = await open(dirname(file), 'r');
  await folder.sync();
  return readFile(file, 'utf8');
}
