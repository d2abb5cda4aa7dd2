import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { Duplex } from 'node:stream';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type AttemptKey, keysIn } from '../back-ends/back-end.ts';
import { builtProgram } from '../programs.ts';
import type { HostFacts } from './host-facts.ts';
import type { Connected, Link } from './link.ts';
import type { Sftp } from './sftp.ts';
import type { Attributes } from './sftp-packets.ts';

/** The names that Node.js has for what `uname -m` says, of machines that programs in C are built for. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  amd64: 'x64',
  aarch64: 'arm64',
  arm64: 'arm64',
};

/** Folders (a count) that one command removes. */
const removedAtOnce = 100;
/** How long, in milliseconds, a supervisor there stays when nobody is connected to it and nothing runs. */
const lingerMs = 2_000;
const sampleMs = 1_000;
/** Characters of what a supervisor says where it does not start. */
const mostSaid = 500;

/** Removes trees, also those of which a program has taken its user's rights. */
const removal = 'rm -rf -- "$@" 2>/dev/null || { chmod -R u+rwX -- "$@"; rm -rf -- "$@"; }';

/** The one folder on another host in which all lies that is there of an agent. */
export class FarFolder {
  readonly path: string;
  readonly #link: Link;
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  #isRemoving = false;

  constructor(link: Link, path: string) {
    this.#link = link;
    this.path = path;
  }

  /** Makes it, for this user alone. Throws a Refusal where others may put there what this user would run. */
  async make({ sftp, facts: { uid } }: Connected): Promise<void> {
    const around = dirname(this.path);
    for (const each of [around, this.path]) await sftp.makeFolder(each);
    const [outer, own] = [await sftp.look(around), await sftp.look(this.path)];
    const isOuterKept = isKept(outer, [uid, 0]) || (isOf(outer, [uid, 0]) && isSticky(outer));
    if (!isOuterKept || !isKept(own, [uid])) {
      const detail = `${isOuterKept ? this.path : around} there can be changed by other users`;
      const next = `have it be of the user of agent.ssh-user, and chmod go-w it there; or name another agent.ssh-folder`;
      throw new Refusal(failure('back-end-failed', detail, next));
    }
    for (const each of ['tasks', 'aside']) await sftp.makeFolder(join(this.path, each));
  }

  /** Takes away what an agent before this one was putting there when it ended. */
  async tidy(sftp: Sftp): Promise<void> {
    const aside = join(this.path, 'aside');
    const left = await sftp.list(aside);
    if (left.length > 0) await this.remove(left.map(({ name }) => join(aside, name)));
  }

  /** Puts a program of ours there, where it is not, and returns its path; it is called by what it is. */
  async program(name: Parameters<typeof builtProgram>[0], { sftp, facts }: Connected): Promise<string> {
    const program = await programFor(name, facts);
    const folder = join(this.path, 'programs');
    const place = join(folder, `${name}-${wordOf(program)}`);
    if ((await sftp.look(place)) !== undefined) return place;
    await sftp.makeFolder(folder);
    const aside = this.aside();
    await sftp.write(aside, [program], { mode: 0o700, lasts: true });
    await sftp.rename(aside, place);
    return place;
  }

  /** A path there that nobody else uses. */
  aside(): string {
    return join(this.path, 'aside', crypto.randomUUID());
  }

  /** The attempts that have a place below a folder there. */
  async places(folder: string): Promise<readonly AttemptKey[]> {
    const { sftp } = await this.#link.up();
    if ((await sftp.look(folder)) === undefined) return [];
    return keysIn((await sftp.list(folder)).map(({ name }) => name));
  }

  /** A connection to the supervisor there, which is started where it does not run. */
  async attach(supervisor: string, group: string | undefined, signal: AbortSignal): Promise<Duplex> {
    const more = group === undefined ? [] : [group];
    const words = [supervisor, 'attach', this.path, String(lingerMs), String(sampleMs), ...more];
    const child = await this.#link.begin(words);
    const end = () => child.kill();
    signal.addEventListener('abort', end);
    let said = '';
    child.stderr.on('data', (piece: Buffer) => {
      said = (said + piece.toString('utf8')).slice(-mostSaid);
    });
    child.stdin.on('error', () => {}); // its end is heard
    child.once('error', () => child.stdout.destroy());
    child.once('close', () => signal.removeEventListener('abort', end));
    if (await passed(child.stdout, Buffer.from('ogm:attached\n'))) {
      const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
      child.once('close', () => stream.destroy());
      stream.once('close', end);
      return stream;
    }
    const detail = `the supervisor of tasks did not start there: ${said.trim() || 'it ended without a word'}`;
    throw new Refusal(failure('supervisor-failed', detail));
  }

  /** Removes what lies there of attempts, those that are asked for meanwhile by one command. */
  async remove(folders: readonly string[]): Promise<void> {
    const removed = folders.map((each) => {
      const waiting = this.#waiting.get(each) ?? Promise.withResolvers<void>();
      this.#waiting.set(each, waiting);
      return waiting.promise;
    });
    if (!this.#isRemoving) void this.#removeAll();
    await Promise.all(removed);
  }

  async #removeAll(): Promise<void> {
    this.#isRemoving = true;
    while (this.#waiting.size > 0) {
      const some = [...this.#waiting].slice(0, removedAtOnce);
      for (const [each] of some) this.#waiting.delete(each);
      const left = await this.#removeSome(some.map(([each]) => each)).catch((error: Error) => error);
      for (const [each, { resolve, reject }] of some) {
        const complaint = left instanceof Error ? left.message : left.get(each);
        if (complaint === undefined) resolve();
        else reject(new Error(`what a task left there could not be removed: ${complaint}`));
      }
    }
    this.#isRemoving = false;
  }

  /** What could not be removed, with the complaint: it is not to hold up what can. */
  async #removeSome(some: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { code, complaint } = await this.#link.run(['/bin/sh', '-c', removal, 'sh', ...some]);
    if (code === null) throw new Error(complaint);
    if (code === 0) return new Map();
    const { sftp } = await this.#link.up();
    const found = await Promise.all(some.map((each) => sftp.look(each)));
    return new Map(some.filter((_, at) => found[at] !== undefined).map((each) => [each, complaint]));
  }

  /** Takes away all of it, with the supervisor, which must have no task. */
  async clear(supervisor: string | undefined): Promise<void> {
    if (supervisor !== undefined) {
      const { code, complaint } = await this.#link.run([supervisor, 'stop', this.path]);
      if (code !== 0) throw new Error(`the supervisor there does not end: ${complaint}`);
    }
    await this.#link.run(['/bin/sh', '-c', removal, 'sh', this.path]);
    // Another agent of this user may have its own beside it.
    await this.#link.run(['rmdir', '--', dirname(this.path)]);
  }
}

/** Whether nobody but these users may put something into a folder. */
function isKept(found: Attributes | undefined, owners: readonly number[]): boolean {
  return isOf(found, owners) && ((found?.mode ?? 0o777) & 0o022) === 0;
}

function isOf(found: Attributes | undefined, owners: readonly number[]): boolean {
  return owners.includes(found?.owner ?? -1);
}

/** Whether nobody may put something in the place of what is somebody else's in a folder, as in /tmp. */
function isSticky(found: Attributes | undefined): boolean {
  return ((found?.mode ?? 0) & 0o1000) !== 0;
}

/** Whether a line was found in what comes; what is behind it comes again. */
async function passed(
  stream: NodeJS.ReadableStream & { readonly readableEnded: boolean; readonly destroyed: boolean },
  line: Buffer,
): Promise<boolean> {
  let seen: Buffer = Buffer.alloc(0);
  for (;;) {
    const piece = stream.read() as Buffer | null;
    if (piece === null) {
      if (stream.readableEnded || stream.destroyed) return false;
      await Promise.race([once(stream, 'readable'), once(stream, 'end'), once(stream, 'close')]).catch(
        () => {},
      );
      continue;
    }
    seen = Buffer.concat([seen, piece]);
    const at = seen.indexOf(line);
    if (at === -1) {
      // However much a start-up file prints, or a host that means no good.
      seen = seen.subarray(Math.max(0, seen.length - line.length));
      continue;
    }
    const rest = seen.subarray(at + line.length);
    if (rest.length > 0) stream.unshift(rest);
    return true;
  }
}

/** A word for bytes that no others have. */
function wordOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** A program of ours for a host. Throws a Refusal where there is none for what that is. */
export async function programFor(
  name: Parameters<typeof builtProgram>[0],
  facts: HostFacts,
): Promise<Uint8Array> {
  const program = await builtProgram(name, platformOf(facts));
  if (program !== undefined) return program;
  const detail = `${name} is not built for ${facts.system} on ${facts.arch}, which that host is`;
  const next =
    'run npm run build on such a machine where there is gcc; the package for linux-x64 brings those for x86_64';
  throw new Refusal(failure('back-end-failed', detail, next));
}

function platformOf({ system, arch }: HostFacts): string {
  return `${system.toLowerCase()}-${architectures[arch] ?? arch}`;
}

/** Where it lies: a folder of its own for each agent, below the one that the owner names, in the user's home or not. */
export async function farFolderPath(sftp: Sftp, named: string, agent: string): Promise<string> {
  const home = await sftp.realPath('.');
  const path = join(named.startsWith('/') ? named : join(home, named), wordOf(agent));
  // Such a path means itself to every shell and batch system, and fits into what ours bounds.
  if (/^(?:\/[A-Za-z0-9_.@+-]+)+$/.test(path) && path.length <= longestPath) return path;
  const detail = `agent.ssh-folder: '${path}' is no path of letters, digits and ._@+- of at most ${longestPath} characters`;
  throw new Refusal(
    failure('back-end-failed', detail, 'name another folder of that host in the configuration'),
  );
}

const longestPath = 200;
