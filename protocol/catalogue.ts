/**
 * The one catalogue of errors: whatever door, document or command tells of a failure, its code stands here,
 * with the HTTP status, the sentence that explains the code, and the usual next step.
 * `docs/errors.md` is made from it.
 */
export interface CatalogueEntry {
  /** The HTTP status that says the same (RFC 9110). */
  readonly status: number;
  /** What the code means, in a sentence. */
  readonly means: string;
  /** What to do next. */
  readonly next: string;
}

export const catalogue = {
  // What was sent
  'document-refused': {
    status: 400,
    means: 'The document breaks a rule of the SLA language; each mistake is named with its line.',
    next: 'mend the lines that are named and send it again',
  },
  'one-document': {
    status: 400,
    means: 'An HTTP request or a WebSocket frame carries exactly one document.',
    next: 'send each document by itself',
  },
  'wrong-service': {
    status: 422,
    means: 'The document is in order, but this service does not take its kind.',
    next: 'send it to the service that is named',
  },
  'bad-query': {
    status: 400,
    means: 'A parameter of the request has a value that cannot be.',
    next: 'mend the parameter that is named',
  },
  'unsupported-type': {
    status: 415,
    means: 'The body is of a type that no route here takes.',
    next: 'send text/sla or application/json',
  },
  'too-large': {
    status: 413,
    means: 'What was sent is larger than this door takes.',
    next: 'send less at once, or let the owner raise the setting that is named',
  },
  'not-found': {
    status: 404,
    means: 'There is nothing under this path.',
    next: 'look at the paths in docs/http.md',
  },
  // Who may
  'not-the-owner': {
    status: 403,
    means: 'A door on loopback serves only the user who runs the service.',
    next: 'run the command as that user',
  },
  'foreign-host': {
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
  unavailable: {
    status: 503,
    means: 'A service that is needed for the answer cannot be reached.',
    next: 'see whether it runs, then try again',
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
