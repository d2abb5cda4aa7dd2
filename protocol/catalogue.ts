import { accountFailures } from './catalogue-accounts.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { identityFailures } from './catalogue-identities.ts';
import { jobFailures } from './catalogue-jobs.ts';

/**
 * The one catalogue of errors: whatever door, document or command tells of a failure, its code stands here,
 * with the HTTP status, the sentence that explains the code, and the usual next step.
 * `docs/errors.md` is made from it.
 */
export const catalogue = {
  // What was sent
  'document-refused': {
    status: 400,
    means: 'The document breaks a rule of the SLA language; each mistake is named with its line.',
    next: 'mend the lines that are named and send it again',
  },
  'one-document': {
    status: 400,
    means: 'An HTTP request carries exactly one document.',
    next: 'send each document by itself, or several in a frame of a WebSocket',
  },
  'too-many-documents': {
    status: 413,
    means: 'A WebSocket frame holds only so many documents; nothing of this one was begun.',
    next: 'send them in several frames',
  },
  'wrong-service': {
    status: 422,
    means: 'The document is in order, but this service does not take its kind.',
    next: 'send it to the service that is named',
  },
  'bad-query': {
    status: 400,
    means: 'A parameter of the request has a value that cannot be (status 400; 416 of a range of bytes).',
    next: 'mend the parameter that is named',
  },
  'unsupported-media-type': {
    status: 415,
    means: 'The body is of a type, or packed in a way, that no route here takes.',
    next: 'send text/sla or application/json in UTF-8, uncompressed',
  },
  'not-utf-8': {
    status: 400,
    means: 'The body is not text in UTF-8.',
    next: 'send it in UTF-8',
  },
  'too-large': {
    status: 413,
    means:
      'What was sent is larger than is taken (status 413; 431 of the headers of a request; 502 of an answer to a call).',
    next: 'send less at once, or let the owner raise the bound',
  },
  'too-slow': {
    status: 408,
    means: 'The request did not come as a whole in time.',
    next: 'send it again, at once',
  },
  'bad-request': {
    status: 400,
    means: 'What came is no request of HTTP/1.1.',
    next: 'send it from a program that speaks HTTP, or documents to a text door',
  },
  'bad-url': {
    status: 400,
    means: 'The target of the request is no path, or one that cannot be read.',
    next: 'mend the address',
  },
  'answer-too-large': {
    status: 422,
    means: 'The answer is larger than one WebSocket frame may be.',
    next: 'ask over HTTP or text, which answer piece by piece, or let the owner raise doors.answer-bytes',
  },
  'not-found': {
    status: 404,
    means: 'There is nothing under this path.',
    next: 'look at the paths in docs/http.md',
  },
  'work-refused': {
    status: 422,
    means:
      'The Host door does not take this work: a file, an argument or a bound is not as the owner allows.',
    next: 'mend what is named and send the work again',
  },
  'bad-files': {
    status: 422,
    means: 'The files that are to be sent cannot be put into an archive as they are.',
    next: 'mend the file that is named and send the work again',
  },
  declined: {
    status: 409,
    means:
      'A service declined a document of version 1.0; the first word of its Reason says what kind of no it is.',
    next: 'docs/sla.md tells what each kind of no means',
  },
  ...jobFailures,
  // Who may
  ...identityFailures,
  ...accountFailures,
  'not-the-owner': {
    status: 403,
    means: 'A door on loopback serves only the user who runs the service.',
    next: 'run the command as that user',
  },
  'peer-unknown': {
    status: 403,
    means: 'The system does not say which user a connection comes from, so nobody can be served.',
    next: 'keep the connection open until the answer has come; run the service on Linux',
  },
  'wrong-host': {
    status: 421,
    means:
      'The Host header names another machine: a page may have been bound to this address by a foreign name server.',
    next: 'use 127.0.0.1 or localhost in the address',
  },
  'foreign-origin': {
    status: 403,
    means: 'The request comes from a page of another origin, which has no say here.',
    next: 'send it from a program, or from a page of this service',
  },
  'egress-denied': {
    status: 403,
    means: 'The configuration does not allow a call to this address.',
    next: 'if it should go there, add the address to the setting that is named',
  },
  // What stands in the way
  'no-match': {
    status: 404,
    means: 'Nobody offers what was asked for.',
    next: 'look at what is offered with ogm nodes',
  },
  'bad-file': {
    status: 400,
    means: 'A file on this machine cannot be read or written.',
    next: 'look at its path and its rights',
  },
  'market-full': {
    status: 503,
    means: 'The market holds as many Tells as its owner allows.',
    next: 'try again when some have expired, or raise market.most-tells',
  },
  'infogather-full': {
    status: 503,
    means: 'Infogather holds as many registrations as its owner allows.',
    next: 'try again when some have expired, or raise infogather.most-registrations',
  },
  'too-many-connections': {
    status: 503,
    means: 'The door serves as many connections as its owner allows.',
    next: 'close one, or try again when one of the others has ended',
  },
  unavailable: {
    status: 503,
    means: 'A service that is needed for the answer cannot be reached.',
    next: 'see whether it runs, then try again',
  },
  unreachable: {
    status: 502,
    means: 'A call to an address failed: nothing listens there, or it broke off.',
    next: 'see whether the address is right and something listens there',
  },
  timeout: {
    status: 504,
    means: 'A call to an address had no whole answer in time.',
    next: 'try again, or raise the setting that bounds the time',
  },
  redirected: {
    status: 502,
    means: 'What was called answers with a redirect, and none is followed.',
    next: 'give the address at which the answer really is',
  },
  'host-misbehaved': {
    status: 502,
    means: 'The answer of a Host door breaks its rules, so none of it can be relied on.',
    next: 'ask the broker for another host, and tell the owner of this one',
  },
  cancelled: {
    status: 499,
    means: 'The work was called off by the user before its results had come.',
    next: 'send the work again when you want it',
  },
  // This machine and its configuration
  'bad-configuration': {
    status: 400,
    means: 'A setting has a value that it cannot have, or there is no such setting.',
    next: 'mend what is named; docs/configuration.md tells every setting',
  },
  'bad-setting': {
    status: 400,
    means: 'A setting that lists address ranges names what is no range.',
    next: "write ranges like '127.0.0.0/8' or '2001:db8::/32', or single addresses",
  },
  'bad-address': {
    status: 400,
    means: 'What should be called is no address.',
    next: "write it as 'host:port', or as http://… where a service is meant",
  },
  'address-not-loopback': {
    status: 400,
    means: 'A door was to listen on another address than those of this machine alone.',
    next: 'give 127.0.0.1 or ::1 as the host',
  },
  'address-in-use': {
    status: 409,
    means: 'Another program listens on this port already.',
    next: 'stop that program, or choose another port (0 takes any free one)',
  },
  'address-unavailable': {
    status: 409,
    means: 'The system does not let a door listen on this address.',
    next: 'choose another address or port',
  },
  'folder-failed': {
    status: 500,
    means: 'The data folder cannot be used.',
    next: 'choose a folder on a local disk that you may write to',
  },
  'store-in-use': {
    status: 409,
    means: 'Another process has the database of this service open.',
    next: 'stop that one first, or choose another data folder',
  },
  'store-migration': {
    status: 500,
    means: 'The database was made by another version of the program, and cannot be brought up to this one.',
    next: 'use the version that made it, or another data folder',
  },
  'store-full': {
    status: 507,
    means: 'There is no room left on the disk; nothing was changed.',
    next: 'free some space and try again',
  },
  'store-failed': {
    status: 500,
    means: 'The database cannot be opened, read or written; nothing was changed.',
    next: 'look at the disk and the rights to its file, then try again',
  },
  'agent-not-ready': {
    status: 503,
    means: 'The agent of this machine did not start, or not in time.',
    next: 'see its log, or raise house.agent-wait',
  },
  stopped: {
    status: 503,
    means: 'The service stops, or has stopped.',
    next: 'try again when it runs again',
  },
  internal: {
    status: 500,
    means: 'A fault of the service itself; its log tells more.',
    next: 'try again, and report it with the log if it stays',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type Code = keyof typeof catalogue;

/** A failure of the catalogue: its code and status, this case's sentence, and the next step. */
export function failure(code: Code, detail: string, next: string = catalogue[code].next) {
  return { code, status: catalogue[code].status, detail, next };
}
