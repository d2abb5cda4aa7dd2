import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import type { UploadView } from '../../protocol/blobs.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Caller } from '../caller.ts';
import type { Blobs } from '../jobs/blobs.ts';
import { BlobFiles } from './blob-files.ts';
import type { JobQueries } from './job-queries.ts';
import { Locks } from './locks.ts';
import type { StagingSettings } from './settings.ts';
import { StagingTables, senderName } from './store.ts';
import { Uploads } from './uploads.ts';

export interface StagingParts {
  readonly config: StagingSettings;
  readonly store: Store;
  /** Its own; made where it is not. */
  readonly folder: string;
  readonly jobs: JobQueries;
  readonly clock: Clock;
}

/** A part of a file that comes in: all of the file, where the sender likes. */
export interface Part {
  /** Where it begins. */
  readonly offset: number;
  /** How long the whole file is, where the sender says so; with the part that reaches it the file is whole. */
  readonly total?: number | undefined;
  /** As they come: what came of a part that breaks off is kept. */
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A piece of a part. */
interface Piece extends Pick<Part, 'total'> {
  /** Where in the file it begins. */
  readonly from: number;
  readonly bytes: Uint8Array;
}

/** The file of a blob. */
export interface BlobFile {
  readonly blob: string;
  readonly path: string;
  readonly bytes: number;
}

/** Blobs that are collected at a stretch. */
const collectedAtOnce = 200;

const nothing = new Uint8Array();

/**
 * The files of jobs, stored once each, by the SHA-256 of their bytes. Whoever has sent all bytes of one may see it, the
 * owners of jobs that refer to it, and agents that have tasks of such jobs; to all others it is as if it were not here.
 */
export class Staging implements Blobs {
  readonly #parts: StagingParts;
  readonly #tables: StagingTables;
  readonly #files: BlobFiles;
  readonly #uploads: Uploads;
  readonly #locks = new Locks();
  #bytes = 0;
  #strangersSought = false;

  constructor(parts: StagingParts) {
    this.#parts = parts;
    this.#tables = new StagingTables(parts.jobs);
    this.#files = new BlobFiles(parts.folder);
    this.#uploads = new Uploads(join(parts.folder, 'uploads'), parts.config['staging-uploads']);
  }

  /** Finds what is here; to be awaited before anything else. */
  async open(): Promise<void> {
    const { store, folder, clock } = this.#parts;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.#uploads.open(clock.now());
    this.#bytes = await store.read((sql) => this.#tables.totalBytes(sql));
  }

  /** How much is here of what the caller sends. */
  async uploaded(caller: Caller, blob: string): Promise<UploadView> {
    const { store, clock, config } = this.#parts;
    const now = clock.now();
    const known = await store.read((sql) => this.#tables.visible(sql, caller, blob));
    if (known === undefined)
      return { blob, bytes: this.#uploads.bytesOf(uploadName(caller, blob)) ?? 0, complete: false };
    // Who is told that it is here relies on that for a while.
    if (now - known.usedAt > config['staging-kept'] / 2)
      await store.write((sql) => this.#tables.used(sql, blob, now));
    return { blob, bytes: known.bytes, complete: true };
  }

  /**
   * Takes a part of a file: bytes that came before are passed over, so that a part may come again. Where the file is
   * whole, it is on disk when this resolves. Between two pieces another part of the same file may come, so that a sender
   * whose connection hangs keeps nobody waiting. Throws a Refusal `upload-gap`, `upload-wrong`, `staging-full`.
   */
  async send(caller: Caller, blob: string, { offset, total, bytes }: Part): Promise<UploadView> {
    const take = (piece: Piece) => this.#locks.within(blob, () => this.#take(caller, blob, piece));
    let from = offset;
    let here = await take({ from, total, bytes: nothing });
    try {
      if (here.complete) return here;
      for await (const piece of bytes) {
        here = await take({ from, total, bytes: piece });
        if (here.complete) return here;
        from += piece.length;
      }
      if (here.bytes !== total) return here;
      return await this.#locks.within(blob, () => this.#end(caller, blob, total));
    } finally {
      const name = uploadName(caller, blob);
      await this.#locks.within(blob, () => this.#uploads.rest(name));
    }
  }

  /** The file of a blob that the caller may see. Throws a Refusal `not-found`. */
  async find(caller: Caller, blob: string): Promise<BlobFile> {
    const found = await this.#parts.store.read((sql) => this.#tables.visible(sql, caller, blob));
    if (found === undefined) throw new Refusal(failure('not-found', `there is no blob ${blob}`));
    return { blob, path: this.#files.pathOf(blob), bytes: found.bytes };
  }

  /**
   * Within a verb of jobs: makes a job hold what it takes. Returns how large each blob is that its owner may see; the
   * others it does not hold.
   */
  claim(sql: Sql, job: number, owner: string, blobs: readonly string[]): ReadonlyMap<string, number> {
    return this.#tables.claim(sql, { kind: 'user', owner }, job, blobs);
  }

  /** The same of what a job gave, which the agent of a resource has sent. */
  keep(sql: Sql, job: number, resource: string, blobs: readonly string[]): ReadonlyMap<string, number> {
    return this.#tables.claim(sql, { kind: 'agent', resource }, job, blobs);
  }

  /** Within a verb of jobs: how large those are that are here. */
  sizes(sql: Sql, blobs: readonly string[]): ReadonlyMap<string, number> {
    return this.#tables.sizes(sql, blobs);
  }

  /** What is in a blob that its owner may see. */
  async contentOf(owner: string, blob: string) {
    const caller: Caller = { kind: 'user', owner };
    const found = await this.#parts.store.read((sql) => this.#tables.visible(sql, caller, blob));
    if (found === undefined) return undefined;
    return { bytes: found.bytes, content: piecesOf(this.#files.pathOf(blob)) };
  }

  /** Within a verb of jobs: lets go of all that a job holds. */
  release(sql: Sql, job: number): void {
    this.#tables.release(sql, job);
  }

  /** Removes what nobody refers to and nobody has sent for a while, and once what a crash left behind. */
  async sweep(now: number): Promise<void> {
    const before = now - this.#parts.config['staging-kept'];
    if (!this.#strangersSought) await this.#removeStrangers();
    this.#strangersSought = true;
    for (const name of this.#uploads.idle(before))
      await this.#locks.within(blobOf(name), () => this.#uploads.remove(name));
    for (;;) {
      const unclaimed = await this.#parts.store.read((sql) =>
        this.#tables.unclaimed(sql, before, collectedAtOnce),
      );
      await Promise.all(unclaimed.map((blob) => this.#collect(blob, before)));
      if (unclaimed.length < collectedAtOnce) return;
    }
  }

  /** Takes a piece that follows what is here, or what of it does; an empty one finds out whether more may come. */
  async #take(caller: Caller, blob: string, piece: Piece): Promise<UploadView> {
    const name = uploadName(caller, blob);
    const { from, total, bytes } = piece;
    const before = this.#uploads.bytesOf(name);
    // Of what is coming in nothing need be looked up, unless it is said only now how much it is.
    if (before === undefined || bytes.length === 0 || total === undefined) {
      const known = await this.uploaded(caller, blob);
      if (known.complete) return known;
      const comes = total ?? Math.max(before ?? 0, from + bytes.length);
      await this.#parts.store.read((sql) => this.#checkShare(sql, caller, comes));
    }
    const here = before ?? 0;
    await this.#check(name, here, piece);
    await this.#uploads.append(name, bytes.subarray(here - from), this.#parts.clock.now());
    return { blob, bytes: this.#uploads.bytesOf(name) ?? 0, complete: false };
  }

  /** All has come, unless another part of it came meanwhile and was its end, or its undoing. */
  async #end(caller: Caller, blob: string, total: number): Promise<UploadView> {
    const name = uploadName(caller, blob);
    const known = await this.uploaded(caller, blob);
    if (known.complete || known.bytes !== total) return known;
    await this.#uploads.append(name, nothing, this.#parts.clock.now());
    await this.#finish(caller, blob, name, total);
    return { blob, bytes: total, complete: true };
  }

  async #check(name: string, before: number, { from, total, bytes }: Piece): Promise<void> {
    const end = Math.max(before, from + bytes.length);
    if (from > before) {
      const detail = `${before} bytes of this file are here, and this part begins at ${from}`;
      throw new Refusal(failure('upload-gap', detail));
    }
    if (total !== undefined && end > total) {
      await this.#uploads.remove(name);
      throw new Refusal(failure('upload-wrong', `the file is said to have ${total} bytes, and ${end} came`));
    }
    const wanted = this.#bytes + this.#uploads.totalBytes + (total ?? end) - before;
    const most = this.#parts.config['staging-size'];
    if (wanted > most)
      throw new Refusal(failure('staging-full', `files of jobs may take ${most} bytes in all`));
  }

  /**
   * Throws a Refusal `staging-full` where a user would have more than one may, with a file of so many bytes. What agents
   * send is taken all the same: work that was done is not to be lost.
   */
  #checkShare(sql: Sql, caller: Caller, bytes: number): void {
    if (caller.kind !== 'user') return;
    const used = this.#tables.usedBytes(sql, caller.owner);
    const most = this.#parts.config['staging-each'];
    if (used + bytes <= most) return;
    const detail = `your files take ${used} of the ${most} bytes that those of one user may, and this one has ${bytes}`;
    const next = 'delete jobs that have ended; files to which none refers go after broker.staging-kept';
    throw new Refusal(failure('staging-full', detail, next));
  }

  /**
   * The upload goes last: where all ends before that, its sender finds that all is sent, and has only to say so.
   */
  async #finish(caller: Caller, blob: string, name: string, bytes: number): Promise<void> {
    const { store, clock } = this.#parts;
    if ((await this.#uploads.finish(name)) !== blob) {
      await this.#uploads.remove(name);
      throw new Refusal(failure('upload-wrong', `what came is not ${blob}: its SHA-256 is another`));
    }
    await this.#files.add(blob, this.#uploads.pathOf(name));
    try {
      const isNew = await store.write((sql) => {
        this.#checkShare(sql, caller, bytes); // others of theirs may have come meanwhile
        return this.#tables.sent(sql, caller, blob, bytes, clock.now());
      });
      if (isNew) this.#bytes += bytes;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'staging-full') await this.#refuse(blob, name);
      throw error;
    }
    await this.#uploads.remove(name);
  }

  /** Takes a file away again that came whole and is one too many. */
  async #refuse(blob: string, name: string): Promise<void> {
    if (!(await this.#parts.store.read((sql) => this.#tables.isHere(sql, blob))))
      await this.#files.remove(blob);
    await this.#uploads.remove(name);
  }

  #collect(blob: string, before: number): Promise<void> {
    return this.#locks.within(blob, async () => {
      const bytes = await this.#parts.store.write((sql) => this.#tables.drop(sql, blob, before));
      if (bytes === undefined) return;
      this.#bytes -= bytes;
      await this.#files.remove(blob);
    });
  }

  /** Files without a row: of one that had just come, or that was just forgotten, when the broker ended. */
  async #removeStrangers(): Promise<void> {
    for await (const hashes of this.#files.all())
      for (const hash of hashes)
        await this.#locks.within(hash, async () => {
          if (!(await this.#parts.store.read((sql) => this.#tables.isHere(sql, hash))))
            await this.#files.remove(hash);
        });
  }
}

/** The name of an upload, which is the name of its file: one of each blob and sender. */
function uploadName(caller: Caller, blob: string): string {
  return `${blob}.${sha256(senderName(caller)).slice(0, 16)}`;
}

function blobOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

/** What is in a file. It is opened once somebody reads, for who looks at its size alone closes nothing. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
}
