import { formatAddress, type Header, printDocument1, type Sliced, withLoad } from '../grammar/index.ts';
import type { AnyDocument } from '../language-door/receiver.ts';
import type { Registration } from './registrations.ts';
import { placeText, type Resource, withHeaders } from './resources/resource.ts';

/** A registration of either version. */
export type Registered = Registration | Resource;

/** What a poll's answer comes to. */
export interface Answer {
  /** What the answer says of registrations, each with what it brought. */
  readonly heard: readonly Registered[];
  /** The registrations that an answer in order says nothing of: the node serves them no longer. */
  readonly leftOut: readonly Registered[];
  readonly fault: string | undefined;
}

/** What a poll may bring, under the names of version 1.0. */
type News = Readonly<Record<'Load' | 'CPU-Load' | 'Date' | 'Disk', string | undefined>>;

/** How many documents of an answer are read in one slice. */
const documentsASlice = 20;

/**
 * Reads a poll's answer against the registrations that name its address: it replaces their load and date, of version
 * 1.0 the disk that is left too, and nothing else. A document of version 0.1 speaks for its application and Host in
 * both versions. Another application or Host in it, or a document that is no Tell, is a fault of the node; what is in
 * order counts all the same.
 */
export function* readAnswer(
  documents: readonly AnyDocument[],
  registrations: readonly Registered[],
): Sliced<Answer> {
  const reader = new AnswerReader(registrations);
  for (const [index, document] of documents.entries()) {
    reader.take(document);
    if (index % documentsASlice === documentsASlice - 1) yield;
  }
  return reader.finish(documents.length === 0);
}

class AnswerReader {
  readonly #registrations: readonly Registered[];
  readonly #named = new Map<string, Registered[]>();
  readonly #heard = new Map<Registered, Registered>();
  readonly #said = new Set<string>();
  #fault: string | undefined;

  constructor(registrations: readonly Registered[]) {
    this.#registrations = registrations;
    for (const one of registrations) {
      for (const name of namesOf(one)) this.#named.set(name, [...(this.#named.get(name) ?? []), one]);
    }
  }

  take(document: AnyDocument): void {
    if (document.language !== 'RESOURCE' || document.action !== 'Tell') {
      const kind = `${document.language} ${document.action}`;
      this.#fault ??= `answered a poll with ${/^[AS]/.test(kind) ? 'an' : 'a'} ${kind}, which is no RESOURCE Tell`;
      return;
    }
    if ('envelope' in document) {
      const { id = '', host } = document.envelope;
      const text = host === undefined ? '' : placeText(host);
      this.#hear(
        `${id} ${text}`,
        `${id} at ${text}`,
        (one) => isResource(one) && heard1(one, document.headers),
      );
    } else {
      const { application } = document;
      const host = formatAddress(document.host);
      this.#hear(`${application}\n${host}`, `${application} at ${host}`, (one) =>
        isResource(one) ? heardInBoth(one, document) : { ...one, document: heardOld(one.document, document) },
      );
    }
  }

  finish(isEmpty: boolean): Answer {
    const fault = isEmpty ? 'answered a poll with no document' : this.#fault;
    const leftOut = this.#registrations.filter((told) => fault === undefined && !this.#heard.has(told));
    return { heard: [...this.#heard.values()], leftOut, fault };
  }

  #hear(name: string, spoken: string, news: (one: Registered) => Registered | false): void {
    const named = this.#named.get(name);
    if (named === undefined) {
      this.#fault ??= `answered a poll for ${spoken}, which is not registered with this Poll address`;
      return;
    }
    if (this.#said.has(name)) {
      this.#fault ??= `answered a poll twice for ${spoken}`;
      return;
    }
    this.#said.add(name);
    for (const one of named) {
      try {
        const heard = news(one);
        if (heard !== false) this.#heard.set(one, heard);
      } catch (error) {
        // What it says cannot stand in a document: the caller of the grammar is the node.
        if (!(error instanceof TypeError)) throw error;
        this.#fault ??= `answered a poll for ${spoken} with what cannot be: ${error.message}`;
      }
    }
  }
}

export function isResource(one: Registered): one is Resource {
  return 'owner' in one;
}

/** A blank stands in no Id and a line end in no value, so no two names make the same key. */
function namesOf(one: Registered): string[] {
  const applications = isResource(one) ? one.applications : [one.application];
  const names = applications.map((application) => `${application}\n${one.host}`);
  return isResource(one) ? [...names, `${one.id} ${one.host}`] : names;
}

/** What a poll does not say stays as it was. */
function heardOld(
  told: Registration['document'],
  polled: Registration['document'],
): Registration['document'] {
  const { cpuLoad = told.cpuLoad, date = told.date } = polled;
  return withLoad(told, cpuLoad, date);
}

function heardInBoth(told: Resource, { cpuLoad, date, headers }: Registration['document']): Resource {
  const load = cpuLoad === undefined ? undefined : String(cpuLoad);
  const disk = headers.find(({ name }) => name.toLowerCase() === 'disk')?.value;
  return withNews(told, {
    Load: load,
    'CPU-Load': load,
    Date: date === undefined ? undefined : momentText(date),
    Disk: disk,
  });
}

function heard1(told: Resource, headers: readonly Header[]): Resource {
  const saidOf = (wanted: string) => headers.find(({ name }) => name === wanted)?.value;
  return withNews(told, {
    Load: saidOf('Load'),
    'CPU-Load': saidOf('CPU-Load'),
    Date: saidOf('Date'),
    Disk: saidOf('Disk'),
  });
}

/** Of what is not told a poll may bring Load and Date. */
function withNews(told: Resource, news: News): Resource {
  const left = new Map(
    Object.entries(news).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
  const replaced = new Set(left.keys());
  const headers = told.document.headers.flatMap(({ name, value }) => {
    const plain = name.replace(/\?$/, '');
    if (!replaced.has(plain)) return [{ name, value }];
    const now = left.get(plain);
    left.delete(plain);
    return now === undefined ? [] : [{ name, value: now }];
  });
  for (const name of ['Load', 'Date']) {
    const value = left.get(name);
    if (value !== undefined) headers.push({ name, value });
  }
  return printDocument1({ headers }) === printDocument1(told.document) ? told : withHeaders(told, headers);
}

/** Seconds since 1970 as a moment, where there is one. */
function momentText(seconds: number): string {
  const moment = new Date(seconds * 1000);
  const year = moment.getUTCFullYear();
  return year >= 0 && year <= 9999 ? moment.toISOString().replace('.000Z', 'Z') : String(seconds);
}
