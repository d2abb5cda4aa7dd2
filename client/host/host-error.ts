import { catalogue } from '../../protocol/catalogue.ts';

type HostErrorCode =
  | 'work-refused'
  | 'unavailable'
  | 'host-misbehaved'
  | 'cancelled'
  | 'bad-files'
  | 'bad-file';

interface HostErrorOptions extends ErrorOptions {
  /** What to do, where this case knows better than the catalogue. */
  readonly next?: string;
  readonly nothingRan?: boolean;
}

/** Why nothing came back from a Host door: the shape in which every failure is told. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;
  readonly status: number;
  /** One sentence for a person. */
  readonly detail: string;
  readonly next: string;
  /** Whether it is certain that the host did not begin with the work, so that it may be sent to another. */
  readonly nothingRan: boolean;

  constructor(code: HostErrorCode, detail: string, options?: HostErrorOptions) {
    super(detail, options);
    this.code = code;
    this.detail = detail;
    this.status = catalogue[code].status;
    this.next = options?.next ?? catalogue[code].next;
    this.nothingRan = options?.nothingRan ?? false;
  }
}
