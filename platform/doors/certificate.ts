import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { Refusal } from '../failure.ts';

/** By what a door proves over TLS that it is who it says. */
export interface Certificate {
  /** The certificate, and those between it and one that its callers trust, as PEM. */
  readonly cert: string;
  /** Its private key, as PEM. */
  readonly key: string;
  /** The names and literal addresses that it is for, in small letters; of `*.example.org` every name one level below. */
  readonly names: readonly string[];
}

/**
 * Reads a certificate and its key. Throws a Refusal `bad-certificate` where one cannot be read or understood, where the
 * key is another's or open to others, and where the certificate names nothing.
 */
export async function readCertificate(certFile: string, keyFile: string): Promise<Certificate> {
  const [cert, key] = await Promise.all([contentOf(certFile), contentOf(keyFile)]);
  if (((await stat(keyFile)).mode & 0o077) !== 0)
    throw refusal(`the key ${keyFile} is open to others`, `let only yourself read it: chmod 600 ${keyFile}`);
  try {
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key)))
      throw refusal(`the key ${keyFile} is not that of the certificate ${certFile}`);
    const names = namesOf(parsed.subjectAltName ?? '');
    if (names.length === 0) throw refusal(`the certificate ${certFile} names no host (subjectAltName)`);
    return { cert, key, names };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const detail = `the certificate ${certFile} and its key ${keyFile} cannot be used (${(error as Error).message})`;
    throw refusal(detail, undefined, error);
  }
}

/** Whether a certificate is for a name or literal address, in small letters (RFC 6125, 6.4). */
export function isFor({ names }: Pick<Certificate, 'names'>, name: string): boolean {
  const above = name.indexOf('.');
  return names.includes(name) || (above > 0 && names.includes(`*${name.slice(above)}`));
}

/** `DNS:grid.example.org, IP Address:192.0.2.7, …`; an IPv6 address in brackets, as in a URL. */
function namesOf(subjectAltName: string): string[] {
  return subjectAltName.split(', ').flatMap((entry) => {
    const [, kind = '', name = ''] = /^(DNS|IP Address):(.+)$/.exec(entry) ?? [];
    if (kind === '') return [];
    const isSix = kind === 'IP Address' && name.includes(':');
    return [isSix ? new URL(`http://[${name}]`).hostname : name.toLowerCase()];
  });
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw refusal(`${file} cannot be read (${(error as Error).message})`, undefined, error);
  }
}

function refusal(
  detail: string,
  next = 'give a certificate and its key as PEM files',
  cause?: unknown,
): Refusal {
  return new Refusal({ code: 'bad-certificate', status: 400, detail, next }, { cause });
}
