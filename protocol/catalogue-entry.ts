/** A kind of failure, as the catalogue tells it. */
export interface CatalogueEntry {
  /** The HTTP status that says the same (RFC 9110). */
  readonly status: number;
  /** What the code means, in a sentence. */
  readonly means: string;
  /** What to do next. */
  readonly next: string;
}
