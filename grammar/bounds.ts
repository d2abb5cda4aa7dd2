/** How much of a peer's text is held and answered. Sizes are bytes of UTF-8, comments and line ends included. */
export interface Bounds {
  /** Bytes of one document, from its first line to its last; the empty line that ends it does not count. */
  readonly documentBytes: number;
  /** Headers in one document. */
  readonly headers: number;
  /** Bytes of one header, from its name to the end of its last line; of canonical text all that is said under one name. */
  readonly headerBytes: number;
  /** Diagnostics given for one document; how many more there were is said in one line. */
  readonly diagnostics: number;
}

export const defaultBounds: Bounds = {
  documentBytes: 64 * 1024,
  headers: 1024,
  headerBytes: 8 * 1024,
  diagnostics: 20,
};
