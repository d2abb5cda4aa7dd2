import type { IncomingMessage } from 'node:http';
import type { Failure } from '../failure.ts';
import { type Certificate, isFor } from './certificate.ts';
import type { Listen } from './door.ts';
import { written } from './listening.ts';

type Head = Pick<IncomingMessage, 'url' | 'headers'>;

/** Under what a door is reached. */
export interface Reached {
  readonly listening: Listen;
  /** Of a door that speaks TLS: it is reached by the names that its certificate is for. */
  readonly certificate?: Pick<Certificate, 'names'> | undefined;
}

/**
 * Why a request may not be answered, by its head alone: a page of another site in the owner's browser is at the
 * owner's own address and user, so it is known by what only browsers send. `Host` must be ours (else a name of
 * theirs was made to point here), `Origin` ours or absent, and `Sec-Fetch-Site` (Fetch Metadata) not another site.
 *
 * @returns undefined where nothing stands against it
 */
export function checkHead(request: Head, reached: Reached): Failure | undefined {
  const { host, origin } = request.headers;
  if (!request.url?.startsWith('/')) return badTarget;
  if (host === undefined || !isOurs(host.toLowerCase(), reached)) return wrongHost(reached);
  if (origin !== undefined && origin !== `${schemeOf(reached)}://${host}`) return foreignOrigin;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return foreignOrigin;
  return undefined;
}

function schemeOf({ certificate }: Reached): 'http' | 'https' {
  return certificate === undefined ? 'http' : 'https';
}

function isOurs(host: string, { listening, certificate }: Reached): boolean {
  if (certificate === undefined) return ownNames(listening).includes(host);
  const [, name = '', port = '443'] = /^(.+?)(?::(\d+))?$/.exec(host) ?? [];
  return port === `${listening.port}` && isFor(certificate, name);
}

function ownNames(listening: Listen): string[] {
  const { port } = listening;
  const names = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, written(listening)];
  return port === 80 ? [...names, '127.0.0.1', 'localhost', '[::1]'] : names;
}

/** What a body may be: `text` is read whole, as UTF-8; `bytes` are taken as they come. */
export type BodyKind = 'none' | 'text' | 'bytes';

const kinds: Readonly<Record<string, BodyKind>> = {
  'text/sla': 'text',
  'application/json': 'text',
  'application/octet-stream': 'bytes',
};

/**
 * What kind of body a request has, or why it is not taken. None of the types that are is one that a page of another
 * site may send unasked (text/plain and forms are).
 */
export function checkBody(request: Pick<IncomingMessage, 'headers'>, bodyBytes: number): BodyKind | Failure {
  const { headers } = request;
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) return 'none';
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const kind = kinds[type.trim()];
  if (kind === undefined) return unsupported(`a body of type '${type.trim().slice(0, 100)}'`);
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.trim().split('=');
    if (name === 'charset' && !/^"?utf-8"?$/.test(value))
      return unsupported('a character set other than UTF-8');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return unsupported('a body that is compressed');
  if (kind === 'text' && Number(length) > bodyBytes) return tooLarge(bodyBytes);
  return kind;
}

export function tooLarge(bodyBytes: number): Failure {
  return {
    code: 'too-large',
    status: 413,
    detail: `the body is larger than the ${bodyBytes} bytes that are taken`,
  };
}

const badTarget: Failure = {
  code: 'bad-url',
  status: 400,
  detail: 'the target of a request must be a path that begins with /',
};

function wrongHost({ listening, certificate }: Reached): Failure {
  if (certificate !== undefined)
    return {
      code: 'wrong-host',
      status: 421,
      detail: 'the Host header names another host than the certificate of this one',
      next: `ask https://${certificate.names[0]}:${listening.port}`,
    };
  return {
    code: 'wrong-host',
    status: 421,
    detail: 'the Host header names another host than this one',
    next: `ask http://${written(listening)} or http://localhost:${listening.port}`,
  };
}

const foreignOrigin: Failure = {
  code: 'foreign-origin',
  status: 403,
  detail: 'the request comes from a page of another site, and those are not served',
  next: 'ask from a page of this service, from the command line, or from a program of yours',
};

function unsupported(what: string): Failure {
  return {
    code: 'unsupported-media-type',
    status: 415,
    detail: `${what} is not taken here`,
    next: 'send text/sla or application/json in UTF-8, or application/octet-stream, uncompressed',
  };
}
