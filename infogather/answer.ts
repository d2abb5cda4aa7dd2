import { type Document, formatAddress, withLoad } from '../grammar/index.ts';
import type { Registration } from './registrations.ts';

/** What a poll's answer says of one registration: the document with its new load and date. */
export interface Heard {
  readonly registration: Registration;
  readonly document: Registration['document'];
}

/** What a poll's answer comes to. */
export interface Answer {
  readonly heard: readonly Heard[];
  /** The registrations that an answer in order says nothing of: the node serves them no longer. */
  readonly leftOut: readonly Registration[];
  readonly fault: string | undefined;
}

/**
 * Reads a poll's answer against the registrations that name its address: it replaces their load and date, and
 * nothing else. Another application or Host in it, or a document that is no Tell, is a fault of the node; what
 * is in order counts all the same.
 */
export function readAnswer(documents: readonly Document[], registrations: readonly Registration[]): Answer {
  const named = new Map(registrations.map((told) => [`${told.application}\n${told.host}`, told]));
  const heard = new Map<Registration, Heard>();
  let fault: string | undefined;
  for (const document of documents) {
    if (document.language !== 'RESOURCE' || document.action !== 'Tell') {
      fault ??= `answered a poll with a ${document.language} ${document.action}, which is no RESOURCE Tell`;
      continue;
    }
    const { application } = document;
    const host = formatAddress(document.host);
    const registration = named.get(`${application}\n${host}`);
    if (registration === undefined) {
      fault ??= `answered a poll for ${application} at ${host}, which is not registered with this Poll address`;
      continue;
    }
    if (heard.has(registration)) {
      fault ??= `answered a poll twice for ${application} at ${host}`;
      continue;
    }
    heard.set(registration, { registration, document: heardOf(registration.document, document) });
  }
  if (documents.length === 0) fault = 'answered a poll with no document';
  const leftOut = fault === undefined ? registrations.filter((told) => !heard.has(told)) : [];
  return { heard: [...heard.values()], leftOut, fault };
}

/** What a poll does not say stays as it was. */
function heardOf(told: Registration['document'], polled: Registration['document']): Registration['document'] {
  const { cpuLoad = told.cpuLoad, date = told.date } = polled;
  return withLoad(told, cpuLoad, date);
}
