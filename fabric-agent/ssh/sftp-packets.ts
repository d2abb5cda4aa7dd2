/** What is said of a file, version 3 of the protocol (draft-ietf-secsh-filexfer-02); what is not said is undefined. */
export interface Attributes {
  readonly bytes: number | undefined;
  /** Kind and rights, as stat(2) has them. */
  readonly mode: number | undefined;
  /** The number of the user whose it is. */
  readonly owner?: number | undefined;
  /** When its content was last changed, in seconds since 1970. */
  readonly changedSeconds: number | undefined;
}

/** Numbers by which requests and answers are told apart. */
export const verbs = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  setstat: 9,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  realpath: 16,
  extended: 200,
} as const;
export type Verb = keyof typeof verbs;

const answers = { version: 2, status: 101, handle: 102, data: 103, name: 104, attributes: 105, reply: 201 };

export type Answer =
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'status'; readonly id: number; readonly code: number; readonly says: string }
  | { readonly kind: 'handle'; readonly id: number; readonly handle: Buffer }
  | { readonly kind: 'data'; readonly id: number; readonly bytes: Buffer }
  | { readonly kind: 'names'; readonly id: number; readonly entries: readonly NamedFile[] }
  | { readonly kind: 'attributes'; readonly id: number; readonly attributes: Attributes }
  | { readonly kind: 'reply'; readonly id: number; readonly bytes: Buffer };

/** A name as it came; one that is no UTF-8 holds U+FFFD. */
export interface NamedFile {
  readonly name: string;
  readonly attributes: Attributes;
}

const flags = { bytes: 1, owner: 2, mode: 4, times: 8, extended: 0x80000000 };

/** A part of a request: a string with its length before it, a whole number in 32 bits, or in 64. */
export type Part = string | Buffer | number | { readonly long: number };

/** One packet, its length before it. */
export function packet(verb: Verb, ...parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(pieceOf);
  const length = 1 + pieces.reduce((sum, piece) => sum + piece.length, 0);
  return Buffer.concat([word(length), Buffer.of(verbs[verb]), ...pieces]);
}

function pieceOf(part: Part): Buffer[] {
  if (typeof part === 'number') return [word(part)];
  if (typeof part === 'object' && 'long' in part) {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(part.long));
    return [long];
  }
  const bytes = Buffer.from(part);
  return [word(bytes.length), bytes];
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Attributes that are set: the mode, the times, or nothing. */
export function attributeParts(set: { readonly mode?: number; readonly changedSeconds?: number }): Part[] {
  const { mode, changedSeconds } = set;
  const said = (mode === undefined ? 0 : flags.mode) | (changedSeconds === undefined ? 0 : flags.times);
  return [
    said,
    ...(mode === undefined ? [] : [mode]),
    ...(changedSeconds === undefined ? [] : [changedSeconds, changedSeconds]),
  ];
}

/** Reads an answer without its length. Throws a RangeError on what is none. */
export function readAnswer(bytes: Buffer): Answer {
  const reader = new Reader(bytes);
  const verb = reader.byte();
  const id = reader.word();
  switch (verb) {
    case answers.version:
      return { kind: 'version', version: id };
    case answers.status:
      return { kind: 'status', id, code: reader.word(), says: reader.rest() > 0 ? reader.text() : '' };
    case answers.handle:
      return { kind: 'handle', id, handle: reader.string() };
    case answers.data:
      return { kind: 'data', id, bytes: reader.string() };
    case answers.name:
      return { kind: 'names', id, entries: reader.names() };
    case answers.attributes:
      return { kind: 'attributes', id, attributes: reader.attributes() };
    case answers.reply:
      return { kind: 'reply', id, bytes: reader.all() };
    default:
      throw new RangeError(`an answer of SFTP has the unknown number ${verb}`);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  rest(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    this.#at += 1;
    return this.#bytes.readUInt8(this.#at - 1);
  }

  word(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  long(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigUInt64BE(this.#at - 8));
  }

  string(): Buffer {
    const length = this.word();
    if (length > this.rest()) throw new RangeError('a string of SFTP is longer than its packet');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return this.string().toString('utf8');
  }

  all(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  names(): NamedFile[] {
    const count = this.word();
    const entries: NamedFile[] = [];
    // Each takes 12 bytes at least: a count that lies ends at the end of the packet.
    for (let at = 0; at < count; at += 1) {
      const name = this.text();
      this.string(); // the same as a line of ls
      entries.push({ name, attributes: this.attributes() });
    }
    return entries;
  }

  attributes(): Attributes {
    const said = this.word();
    const bytes = said & flags.bytes ? this.long() : undefined;
    const owner = said & flags.owner ? this.word() : undefined;
    if (said & flags.owner) this.word(); // its group
    const mode = said & flags.mode ? this.word() : undefined;
    if (said & flags.times) this.#at += 4;
    const changedSeconds = said & flags.times ? this.word() : undefined;
    const more = (said & flags.extended) !== 0 ? this.word() : 0;
    for (let at = 0; at < 2 * more; at += 1) this.string();
    return { bytes, owner, mode, changedSeconds };
  }
}
