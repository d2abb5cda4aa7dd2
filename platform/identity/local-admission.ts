import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import type { Admission, Connection, Sender } from '../doors/door.ts';
import type { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { isLoopback, parseAddress } from './address.ts';
import { peerUsers } from './connection-table.ts';

interface LocalAdmissionOptions {
  /** The system's user who is served: the one who runs the service. */
  readonly owner: number;
  /**
   * Whether others of this machine come in too, as guests, and so does who the system does not name, who may only ask
   * until they have said who they are.
   */
  readonly guests?: boolean | undefined;
  /** How many times (a count) the system is asked for a peer that it did not name at once. */
  readonly attempts: number;
  readonly log: Log;
  /** Reads the texts of the system's tables of TCP connections; undefined where it has none. */
  readonly readTables?: (() => Promise<string[]>) | undefined;
}

interface Waiting {
  readonly connection: Connection;
  readonly key: string;
  readonly settle: (verdict: Sender | Failure) => void;
  attempts: number;
  /** A newer connection has the same four numbers, so this one is dead and what the tables say is not of it. */
  superseded: boolean;
}

/**
 * Knows the owner, on loopback alone, and lets others in as guests at most: the peer's user comes from the system's table of connections.
 * A look-up costs 3 to 20 ms whatever it looks for, so one read answers all that waited before it began.
 */
export function createLocalAdmission(options: LocalAdmissionOptions): Admission {
  const readTables = 'readTables' in options ? options.readTables : systemTables();
  const littleEndian = endianness() === 'LE';
  const newest = new Map<string, Waiting>();
  let waiting: Waiting[] = [];
  let reading = false;

  function settle(one: Waiting, verdict: Sender | Failure): void {
    if (newest.get(one.key) === one) newest.delete(one.key);
    one.settle(verdict);
  }

  function judge(one: Waiting, uid: number | undefined): void {
    if (one.superseded) settle(one, nobody);
    else if (uid === options.owner) settle(one, { address: plain(one.connection.remoteAddress), uid });
    else if (uid !== undefined) settle(one, another(one.connection, uid, notTheOwner));
    else if (one.attempts > 1) {
      one.attempts -= 1;
      waiting.push(one);
    } else settle(one, another(one.connection, undefined, nobody));
  }

  function another({ remoteAddress }: Connection, uid: number | undefined, why: Failure): Sender | Failure {
    if (!options.guests) return why;
    const guest = { address: plain(remoteAddress), uid, guest: true } as const;
    // Who may be anybody leaves nothing behind that would be theirs.
    return uid === undefined ? { ...guest, only: 'asking' } : guest;
  }

  async function lookUp(read: () => Promise<string[]>): Promise<void> {
    if (reading) return;
    reading = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const tables = await read();
        const users = peerUsers(
          tables,
          batch.map((one) => one.connection),
          littleEndian,
        );
        batch.forEach((one, index) => {
          judge(one, users[index]);
        });
      } catch (error) {
        options.log.error('the table of connections cannot be read', { error: String(error) });
        for (const one of batch) settle(one, another(one.connection, undefined, unknowable));
      }
    }
    reading = false;
  }

  return {
    async admit(connection) {
      if (!isLoopback(connection.remoteAddress)) return notLocal;
      const read = readTables;
      if (read === undefined) return another(connection, undefined, unknowable);
      return new Promise((resolve) => {
        const key = `${plain(connection.remoteAddress)} ${connection.remotePort} ${plain(connection.localAddress)} ${connection.localPort}`;
        const one = { connection, key, settle: resolve, attempts: options.attempts, superseded: false };
        const older = newest.get(key);
        if (older !== undefined) older.superseded = true;
        newest.set(key, one);
        waiting.push(one);
        void lookUp(read);
      });
    },
  };
}

/** How this system tells of its connections: Linux in /proc; elsewhere nothing says it without native code. */
function systemTables(): (() => Promise<string[]>) | undefined {
  if (process.platform !== 'linux') return undefined;
  return () => Promise.all([readFile('/proc/net/tcp', 'latin1'), readTcp6()]);
}

/** A kernel without IPv6 has no table of it. */
async function readTcp6(): Promise<string> {
  try {
    return await readFile('/proc/net/tcp6', 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function plain(address: string): string {
  return parseAddress(address)?.toString() ?? address;
}

const notTheOwner: Failure = {
  code: 'not-the-owner',
  status: 403,
  detail: 'this service serves only the user who runs it, and this connection comes from another user',
  next: 'start a service of your own, or connect as the user who runs this one',
};

const notLocal: Failure = {
  code: 'not-the-owner',
  status: 403,
  detail: 'this service serves only the user who runs it, and this connection comes from another machine',
  next: 'connect from the machine on which the service runs',
};

const nobody: Failure = {
  code: 'peer-unknown',
  status: 403,
  detail: 'the system did not say which user this connection comes from',
  next: 'keep your end of the connection open until the answer has come',
};

const unknowable: Failure = {
  code: 'peer-unknown',
  status: 403,
  detail: 'this system does not say which user a connection comes from, so nobody can be served',
  next: 'run the service on Linux, with /proc mounted',
};
