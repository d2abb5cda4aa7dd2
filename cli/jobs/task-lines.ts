/** Bytes of a line that are held until its end comes; a longer one is passed on in parts. */
const longestLine = 64 * 1024;

const newline = 0x0a;

/** Cuts what comes in pieces into lines, each with its end where it has one. */
export class TaskLines {
  readonly #print: (line: Buffer) => Promise<void>;
  #begun = Buffer.alloc(0);

  constructor(print: (line: Buffer) => Promise<void>) {
    this.#print = print;
  }

  async add(piece: Uint8Array): Promise<void> {
    const bytes = Buffer.concat([this.#begun, piece]);
    let at = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, at)) {
      await this.#print(bytes.subarray(at, end + 1));
      at = end + 1;
    }
    this.#begun = bytes.subarray(at);
    if (this.#begun.length >= longestLine) await this.end();
  }

  /** What has no end of a line is one, too. */
  async end(): Promise<void> {
    const rest = this.#begun;
    this.#begun = Buffer.alloc(0);
    if (rest.length > 0) await this.#print(rest);
  }
}
