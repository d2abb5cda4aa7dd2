/** Why nothing came back from a Host door: the shape in which every failure is told. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: 'work-refused' | 'unavailable' | 'host-misbehaved' | 'cancelled' | 'bad-files';
  readonly status: number;
  /** One sentence for a person. */
  readonly detail: string;
  readonly next: string;

  constructor(code: HostError['code'], detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.detail = detail;
    this.status = cases[code].status;
    this.next = cases[code].next;
  }
}

const cases = {
  'work-refused': { status: 422, next: 'mend what is named and send the work again' },
  unavailable: { status: 503, next: 'ask the broker for another host, or try again' },
  'host-misbehaved': { status: 502, next: 'ask the broker for another host, and tell the owner of this one' },
  cancelled: { status: 499, next: 'send the work again when you want it' },
  'bad-files': { status: 422, next: 'mend the file that is named and send the work again' },
} as const;
