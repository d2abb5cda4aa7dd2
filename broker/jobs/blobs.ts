import type { Sql } from '../../platform/store/store.ts';

/** What jobs need of staging, within their own verbs over the same store. */
export interface Blobs {
  /**
   * Notes that a job refers to blobs, so that they stay. Returns the bytes of each that is here whole and that the
   * owner may name; of the others nothing is noted.
   */
  claim(sql: Sql, job: number, owner: string, blobs: readonly string[]): ReadonlyMap<string, number>;
  /** The same of what a task of the job left on a resource: of those that the resource has sent or may see. */
  keep(sql: Sql, job: number, resource: string, blobs: readonly string[]): ReadonlyMap<string, number>;
  /** How large those are that are here, whoever may name them. */
  sizes(sql: Sql, blobs: readonly string[]): ReadonlyMap<string, number>;
  /** What is in a blob; undefined where it is not here, or its owner may not name it. */
  contentOf(
    owner: string,
    blob: string,
  ): Promise<{ readonly bytes: number; readonly content: AsyncIterable<Uint8Array> } | undefined>;
  /** The job refers to nothing any more. */
  release(sql: Sql, job: number): void;
}
