/** A service refused, or could not be reached: the failure as the service told it (RFC 9457). */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
  readonly code: string;
  /** The HTTP status; 503 where the service could not be reached. */
  readonly status: number;
  readonly detail: string;
  readonly next: string | undefined;
  /** The word for programs with which a Decline begins its Reason, such as `stale`; of a failure `declined` alone. */
  readonly word: string | undefined;

  constructor(
    failure: {
      code: string;
      status: number;
      detail: string;
      next?: string | undefined;
      word?: string | undefined;
    },
    options?: ErrorOptions,
  ) {
    super(failure.detail, options);
    this.code = failure.code;
    this.status = failure.status;
    this.detail = failure.detail;
    this.next = failure.next;
    this.word = failure.word;
  }
}
