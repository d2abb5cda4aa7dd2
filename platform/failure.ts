/**
 * What went wrong, as a value: the one shape in which every door, document and command line tells it
 * (problem+json of RFC 9457, `# error:` lines, the CLI's last line).
 */
export interface Failure {
  /** A stable word for programs, such as `too-large`. */
  readonly code: string;
  /** The HTTP status that says the same. */
  readonly status: number;
  /** One sentence for a person: what is wrong, and where. */
  readonly detail: string;
  /** What the person can do next, where there is something. */
  readonly next?: string | undefined;
}

/** A failure on its way up: thrown by commands, caught by doors. Anything else that is thrown is a fault of ours. */
export class Refusal extends Error implements Failure {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly next: string | undefined;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.detail, options);
    this.code = failure.code;
    this.status = failure.status;
    this.detail = failure.detail;
    this.next = failure.next;
  }
}

/** The one line in which a person reads a failure. */
export function sentence(failure: Failure): string {
  return failure.next === undefined ? failure.detail : `${failure.detail}; ${failure.next}`;
}
