import type { Connection } from '../doors/door.ts';
import { parseAddress } from './address.ts';

/** States (include/net/tcp_states.h) in which a row is a connection that was really made and has a user. */
const connected = new Set(['01', '04', '05', '08', '09', '0B']);

/** One socket of the table. */
interface Row {
  readonly state: string;
  readonly uid: number;
  readonly inode: number;
}

/** What the tables say of one key: the row, or that several sockets claim the same four numbers. */
type Finding = Row | 'several' | undefined;

/**
 * The users at the other ends of connections, by the tables of /proc/net/tcp and /proc/net/tcp6 (proc(5)).
 * For each connection: the uid, or undefined for nobody. A peer is somebody only if
 * - exactly one socket has its address and port as its own and ours as the remote one, connected, with an inode
 *   (a socket that its process has closed lives on with inode 0 and uid 0);
 * - our own end is still in the table with an inode: a connection that was reset leaves its port to others,
 *   whose row must not speak for it.
 *
 * @param littleEndian whether this machine writes the low byte of a word first: the tables print whole words
 */
export function peerUsers(
  tables: readonly string[],
  connections: readonly Connection[],
  littleEndian: boolean,
): (number | undefined)[] {
  const findings = new Map<string, Finding>();
  const keys = connections.map((connection) => {
    const local = endpoints(connection.localAddress, connection.localPort, littleEndian);
    const remote = endpoints(connection.remoteAddress, connection.remotePort, littleEndian);
    const ours = local.flatMap((end, form) => (remote[form] === undefined ? [] : [`${end} ${remote[form]}`]));
    const theirs = remote.flatMap((end, form) =>
      local[form] === undefined ? [] : [`${end} ${local[form]}`],
    );
    for (const key of [...ours, ...theirs]) findings.set(key, undefined);
    return { ours, theirs };
  });
  for (const table of tables) scan(table, findings);
  return keys.map(({ ours, theirs }) => {
    const own = single(ours, findings);
    const peer = single(theirs, findings);
    if (own === undefined || own.inode === 0) return undefined;
    if (peer === undefined || peer.inode === 0 || !connected.has(peer.state)) return undefined;
    return peer.uid;
  });
}

/** The one socket that the keys of one end name (its IPv4 form and its IPv6 form are one end). */
function single(keys: readonly string[], findings: ReadonlyMap<string, Finding>): Row | undefined {
  const found = keys.map((key) => findings.get(key)).filter((finding) => finding !== undefined);
  return found.length === 1 && found[0] !== 'several' ? found[0] : undefined;
}

/** Fills in what a table says of the keys that stand in `findings`. */
function scan(table: string, findings: Map<string, Finding>): void {
  let start = table.indexOf('\n') + 1;
  while (start > 0 && start < table.length) {
    const end = table.indexOf('\n', start);
    if (end === -1) return; // a row that was cut says nothing
    const ends = table.indexOf(': ', start) + 2;
    const middle = table.indexOf(' ', ends);
    const key = table.slice(ends, 2 * middle - ends + 1);
    if (findings.has(key)) {
      const row = readRow(table.slice(ends, end));
      if (row !== undefined) findings.set(key, merge(findings.get(key), row));
    }
    start = end + 1;
  }
}

/** The tables are read piece by piece while they change, so the same socket may stand there twice. */
function merge(known: Finding, row: Row): Finding {
  if (known === undefined) return row;
  if (known === 'several') return known;
  return known.uid === row.uid && known.inode === row.inode ? row : 'several';
}

/** Reads `local remote st tx:rx tr:when retrnsmt uid timeout inode …`. */
function readRow(text: string): Row | undefined {
  const [, , state, , , , uid, , inode] = text.split(/ +/);
  if (state === undefined || !isNumber(uid) || !isNumber(inode)) return undefined;
  return { state, uid: Number(uid), inode: Number(inode) };
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text);
}

/** An end as the tables write it: for IPv4 its form in tcp, then its form in tcp6; for IPv6 the latter alone, second. */
function endpoints(address: string, port: number, littleEndian: boolean): (string | undefined)[] {
  const parsed = parseAddress(address);
  if (parsed === undefined) return [];
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  if (parsed.kind() === 'ipv6') return [undefined, words(parsed.toByteArray(), littleEndian) + suffix];
  const bytes = parsed.toByteArray();
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...bytes];
  return [words(bytes, littleEndian) + suffix, words(mapped, littleEndian) + suffix];
}

/** Bytes in network order as the tables print them: words of 32 bits, in hexadecimal, as this machine reads them. */
function words(bytes: readonly number[], littleEndian: boolean): string {
  let text = '';
  for (let word = 0; word < bytes.length; word += 4) {
    const four = bytes.slice(word, word + 4);
    for (const byte of littleEndian ? four.reverse() : four) {
      text += byte.toString(16).toUpperCase().padStart(2, '0');
    }
  }
  return text;
}
