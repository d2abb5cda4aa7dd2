import { expect } from 'chai';
import fc from 'fast-check';
import type { Connection } from '../../../platform/doors/door.ts';
import { peerUsers } from '../../../platform/identity/connection-table.ts';
import { leastMs } from '../../hostile/growth.ts';

/** One socket of an imagined machine. */
interface Row {
  local: string;
  localPort: number;
  remote: string;
  remotePort: number;
  state: string;
  uid: number;
  inode: number;
}

const v4 = fc.constantFrom('127.0.0.1', '127.0.0.2', '10.1.2.3');
const v6 = fc.constantFrom('::1', '2001:db8::1', '::ffff:127.0.0.1');
const port = fc.integer({ min: 1, max: 4 }).map((low) => low * 0x1234);

function rowOf(address: fc.Arbitrary<string>): fc.Arbitrary<Row> {
  return fc.record({
    local: address,
    localPort: port,
    remote: address,
    remotePort: port,
    state: fc.constantFrom('01', '02', '04', '05', '06', '07', '08', '0A'),
    uid: fc.constantFrom(0, 1000, 65534),
    inode: fc.constantFrom(0, 11, 22),
  });
}

const tables = fc.tuple(fc.array(rowOf(v4), { maxLength: 12 }), fc.array(rowOf(v6), { maxLength: 12 }));
const connection: fc.Arbitrary<Connection> = fc.oneof(
  fc.record({ localAddress: v4, localPort: port, remoteAddress: v4, remotePort: port }),
  fc.record({ localAddress: v6, localPort: port, remoteAddress: v6, remotePort: port }),
);

describe('the table of connections', () => {
  it('names for each connection the user that a plain reading of the rows names', () => {
    fc.assert(
      fc.property(
        tables,
        fc.array(connection, { maxLength: 6 }),
        fc.boolean(),
        ([four, six], asked, little) => {
          const texts = [print(four, 4, little), print(six, 16, little)];
          expect(peerUsers(texts, asked, little)).to.deep.equal(
            asked.map((one) => plainReading([...four, ...six], one)),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('throws for no text, and names nobody for one cut off', () => {
    const asked = [mirror('127.0.0.1', 1, 2)];
    const whole = print([row({}), row({ localPort: 2, remotePort: 1 })], 4, true);
    expect(peerUsers([whole], asked, true)).to.deep.equal([1000]);
    for (let length = 0; length < whole.length; length++) {
      expect(peerUsers([whole.slice(0, length)], asked, true)).to.deep.equal([undefined]);
    }
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ unit: fc.constantFrom(':', ' ', '\n', '0', 'F') }),
        (any, near) => {
          peerUsers([any, near], asked, true);
        },
      ),
    );
  });

  it('names nobody where two sockets claim the same four numbers, but one user where one stands there twice', () => {
    const asked = [mirror('127.0.0.1', 1, 2)];
    const own = row({ localPort: 2, remotePort: 1 });
    expect(peerUsers([print([own, row({}), row({})], 4, true)], asked, true)).to.deep.equal([1000]);
    expect(peerUsers([print([own, row({}), row({ uid: 0, inode: 9 })], 4, true)], asked, true)).to.deep.equal(
      [undefined],
    );
  });

  it('names nobody whose socket its process has closed, and nobody where our end has gone', () => {
    const asked = [mirror('127.0.0.1', 1, 2)];
    const own = row({ localPort: 2, remotePort: 1 });
    expect(peerUsers([print([own, row({ inode: 0, uid: 0 })], 4, true)], asked, true)).to.deep.equal([
      undefined,
    ]);
    expect(peerUsers([print([row({})], 4, true)], asked, true)).to.deep.equal([undefined]);
  });

  it('reads a table of 20,000 rows for 1,000 connections in well under a second', () => {
    const rows = Array.from({ length: 20_000 }, (_, index) =>
      row({
        localPort: 1 + (index >> 1),
        remotePort: 60_000,
        uid: index,
        ...(index % 2 ? { localPort: 60_000, remotePort: 1 + (index >> 1) } : {}),
      }),
    );
    const asked = Array.from({ length: 1_000 }, (_, index) => mirror('127.0.0.1', 1 + index * 10, 60_000));
    const text = print(rows, 4, true);
    const mostMs = 500;
    expect(leastMs(() => peerUsers([text, text], asked, true), mostMs)).to.be.lessThan(mostMs);
    const users = peerUsers([text, text], asked, true);
    expect(users).to.deep.equal(asked.map((_, index) => index * 20));
  });
});

function row(part: Partial<Row>): Row {
  return {
    local: '127.0.0.1',
    localPort: 1,
    remote: '127.0.0.1',
    remotePort: 2,
    state: '01',
    uid: 1000,
    inode: 7,
    ...part,
  };
}

/** A connection whose peer stands at `peerPort` and we at `ourPort`. */
function mirror(address: string, peerPort: number, ourPort: number): Connection {
  return { localAddress: address, localPort: ourPort, remoteAddress: address, remotePort: peerPort };
}

/** What peerUsers must say, written as slowly and plainly as can be. */
function plainReading(rows: readonly Row[], asked: Connection): number | undefined {
  const same = (one: string, other: string) => one.replace('::ffff:', '') === other.replace('::ffff:', '');
  const find = (local: string, localPort: number, remote: string, remotePort: number) => {
    const found = rows.filter(
      (candidate) =>
        same(candidate.local, local) &&
        candidate.localPort === localPort &&
        same(candidate.remote, remote) &&
        candidate.remotePort === remotePort,
    );
    const mapped = new Set(found.map((candidate) => candidate.local.startsWith('::ffff:')));
    const sockets = new Set(found.map((candidate) => `${candidate.uid} ${candidate.inode}`));
    return mapped.size === 1 && sockets.size === 1 ? found.at(-1) : undefined;
  };
  const own = find(asked.localAddress, asked.localPort, asked.remoteAddress, asked.remotePort);
  const peer = find(asked.remoteAddress, asked.remotePort, asked.localAddress, asked.localPort);
  if (own === undefined || own.inode === 0 || peer === undefined || peer.inode === 0) return undefined;
  return ['01', '04', '05', '08'].includes(peer.state) ? peer.uid : undefined;
}

/** The text of /proc/net/tcp (4 bytes an address) or tcp6 (16). */
function print(rows: readonly Row[], width: 4 | 16, little: boolean): string {
  const lines = rows.map((one, index) => {
    const ends = `${end(one.local, one.localPort, width, little)} ${end(one.remote, one.remotePort, width, little)}`;
    const numbers = `${String(one.uid).padStart(5)}        0 ${one.inode} 1 0000000014c5c346 100 0 0 10 0`;
    return `${String(index).padStart(4)}: ${ends} ${one.state} 00000000:00000000 00:00000000 00000000 ${numbers}\n`;
  });
  return `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n${lines.join('')}`;
}

const bytesOf: Record<string, number[]> = {
  '127.0.0.1': [127, 0, 0, 1],
  '127.0.0.2': [127, 0, 0, 2],
  '10.1.2.3': [10, 1, 2, 3],
  '::1': [...new Array(15).fill(0), 1],
  '2001:db8::1': [0x20, 0x01, 0x0d, 0xb8, ...new Array(11).fill(0), 1],
  '::ffff:127.0.0.1': [...new Array(10).fill(0), 255, 255, 127, 0, 0, 1],
};

function end(address: string, portNumber: number, width: 4 | 16, little: boolean): string {
  const bytes = Buffer.from(bytesOf[address] ?? []);
  expect(bytes.length).to.equal(width);
  const text = (little ? bytes.swap32() : bytes).toString('hex').toUpperCase();
  return `${text}:${portNumber.toString(16).toUpperCase().padStart(4, '0')}`;
}
