import { quoted } from '../diagnostics.ts';
import { ownCopy } from '../memo.ts';
import { mismatch } from '../values/phrase.ts';
import { readValue } from '../values/read.ts';
import { readValue as readOld } from '../values.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { Row } from '../vocabulary/row.ts';
import type { Envelope, Lifetime, Place } from './document.ts';

/** Part of a document as it was read: canonical text, or what is wrong as what follows the header's name. */
export type TextReading = { readonly text: string } | { readonly problem: string; readonly at: number };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Names of headers or profiles, in lists such as Critical's. */
export interface NameLists {
  readonly understands: readonly string[];
  readonly critical: readonly string[];
  readonly acceptsVersions: readonly string[];
}

const none: readonly never[] = Object.freeze([]);

/** What the headers about the document say, taken in one after another. */
export class EnvelopeReader {
  readonly envelope: Mutable<Envelope> = {
    id: undefined,
    seq: 0,
    inReplyTo: undefined,
    cursor: undefined,
    expires: undefined,
    brokerIp: undefined,
    host: undefined,
    poll: undefined,
  };

  readonly lists: Mutable<NameLists> = { understands: none, critical: none, acceptsVersions: none };
  limit: number | undefined;

  take(row: Row, text: string): TextReading {
    switch (row.type) {
      case 'id':
        return this.#takeId(row, text);
      case 'whole':
        return this.#takeNumber(row, text);
      case 'lifetime':
        return this.#takeLifetime(text);
      case 'address':
        return this.#takePlace(row, text);
      case 'names':
        return this.#takeNames(row, text);
      case 'versions':
        return this.#takeVersions(text);
      default:
        return { text };
    }
  }

  #takeId(row: Row, text: string): TextReading {
    if (!/^[\x21-\x7e]{1,128}$/.test(text)) {
      return at0(`is 1 to 128 visible characters of ASCII, such as '${row.example}'; found ${quoted(text)}`);
    }
    if (row.name === 'Id') this.envelope.id = ownCopy(text);
    else this.envelope.inReplyTo = text;
    return { text };
  }

  #takeNumber({ name, example }: Row, text: string): TextReading {
    const read = readValue('whole', text);
    if ('problem' in read) return at0(mismatch({ type: 'whole', example }, text, read.problem));
    if (read.value.kind === 'number') {
      if (name === 'Seq') this.envelope.seq = read.value.value;
      else if (name === 'Cursor') this.envelope.cursor = read.value.value;
      else this.limit = read.value.value;
    }
    return read;
  }

  #takeLifetime(text: string): TextReading {
    const duration = readValue('duration', text);
    const read = 'value' in duration ? duration : readValue('timestamp', text);
    const lifetime = 'value' in read ? lifetimeOf(read.value) : undefined;
    if (lifetime === undefined || 'problem' in read) {
      return at0(`is a duration or a moment, such as '15 min' or '2026-12-01T18:00Z'; found ${quoted(text)}`);
    }
    this.envelope.expires = lifetime;
    return read;
  }

  #takePlace({ name, example }: Row, text: string): TextReading {
    const place = placeOf(text);
    if (place === undefined) return at0(`is an address such as '${example}'; found ${quoted(text)}`);
    if (name === 'Broker-IP') this.envelope.brokerIp = place;
    else if (name === 'Host') this.envelope.host = place;
    else this.envelope.poll = place;
    return { text };
  }

  #takeNames(row: Row, text: string): TextReading {
    const read = namesOf(row, text);
    if ('problem' in read) return read;
    const lower = read.names.map((name) => name.toLowerCase());
    if (row.name === 'Understands') this.lists.understands = lower;
    else this.lists.critical = lower;
    return { text: read.names.join(', ') };
  }

  #takeVersions(text: string): TextReading {
    const versions = text === '' ? [] : text.split(',').map((version) => version.trim());
    const wrong = versions.find((version) => !/^[0-9]+\.[0-9]+$/.test(version));
    if (wrong !== undefined)
      return at0(`lists versions of the language, such as '0.1'; found ${quoted(wrong)}`);
    this.lists.acceptsVersions = versions;
    return { text: versions.join(', ') };
  }
}

/** Whether it matters what a header about the document says: the others are texts for people, or decided before. */
export function rowIsRead({ type }: Row): boolean {
  return ['id', 'whole', 'lifetime', 'address', 'names', 'versions'].includes(type);
}

/** A list of names in the vocabulary's spelling. It may be empty. */
export function namesOf(
  { example }: Row,
  text: string,
): { readonly names: readonly string[] } | { readonly problem: string; readonly at: number } {
  const names: string[] = [];
  let at = 0;
  for (const part of text === '' ? [] : text.split(',')) {
    const name = part.trim();
    const blanks = part.length - part.trimStart().length;
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
      return { problem: `lists names, such as '${example}'; found ${quoted(name)}`, at: at + blanks };
    }
    names.push(rowOf(name)?.name ?? name);
    at += part.length + 1;
  }
  return { names };
}

function lifetimeOf(value: { kind: string; value?: unknown }): Lifetime | undefined {
  if (typeof value.value !== 'number') return undefined;
  if (value.kind === 'timestamp') return { kind: 'until', moment: value.value };
  return value.value < 0 ? undefined : { kind: 'for', seconds: value.value };
}

/** A name, four numbers or IPv6 in brackets, and perhaps a port. */
function placeOf(text: string): Place | undefined {
  const whole = readOld('address', text);
  if ('value' in whole) return whole.value;
  const withPort = readOld('address', `${text}:1`);
  return 'value' in withPort ? { host: withPort.value.host, port: undefined } : undefined;
}

function at0(problem: string): { readonly problem: string; readonly at: number } {
  return { problem, at: 0 };
}
