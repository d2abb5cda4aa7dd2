import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { Sftp } from '../../../fabric-agent/ssh/sftp.ts';
import { packet, readAnswer } from '../../../fabric-agent/ssh/sftp-packets.ts';
import { SftpSession } from '../../../fabric-agent/ssh/sftp-session.ts';

const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const text = (value: string) => Buffer.concat([word(Buffer.byteLength(value)), Buffer.from(value)]);

/** A session whose other side answers each request with what `answer` makes of its verb and number. */
function talking(answer: (verb: number, id: number) => Buffer | undefined) {
  const input = new PassThrough();
  const output = new PassThrough();
  input.on('data', (piece: Buffer) => {
    for (let at = 0; at < piece.length; at += 4 + piece.readUInt32BE(at)) {
      const body = answer(piece.readUInt8(at + 4), piece.readUInt32BE(at + 5));
      if (body !== undefined) output.write(Buffer.concat([word(body.length), body]));
    }
  });
  const session = new SftpSession(input, output);
  return { session, sftp: new Sftp(session), output };
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error) => error.message,
  );

describe('SFTP', () => {
  it('reads any bytes as an answer, or says that they are none', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(2, 101, 102, 103, 104, 105, 201),
        (bytes, verb) => {
          try {
            readAnswer(Buffer.from([verb, ...bytes]));
          } catch (error) {
            expect(error).to.be.instanceOf(RangeError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('writes numbers and strings as the protocol has them', () => {
    expect(packet('write', 7, 'ab', { long: 2 ** 40 }, Buffer.from('c')).toString('hex')).to.equal(
      '00000018' + '06' + '00000007' + '000000026162' + '0000010000000000' + '0000000163',
    );
  });

  it('believes no name that leads out of its folder, or is longer than names are', async () => {
    for (const name of ['../escape', 'a/b', '', 'a\0b', 'a'.repeat(100_000)]) {
      const { sftp } = talking((verb, id) => {
        if (verb === 11) return Buffer.concat([Buffer.of(102), word(id), text('h')]);
        if (verb === 12)
          return Buffer.concat([Buffer.of(104), word(id), word(1), text(name), text(''), word(0)]);
        return Buffer.concat([Buffer.of(101), word(id), word(0), text(''), text('')]);
      });
      expect(await rejection(sftp.list('/x')), JSON.stringify(name)).to.match(/with a slash|name of more/);
    }
  });

  it('says of what a start-up file prints that it is no SFTP', async () => {
    const { session, output } = talking(() => undefined);
    const greeted = rejection(session.greet());
    output.write('Welcome to this host!\n');
    expect(await greeted).to.match(/start-up file/);
  });

  it('ends with an answer to what nobody asked, or with one that is too long', async () => {
    for (const bytes of [
      Buffer.concat([word(17), Buffer.of(101), word(999), word(0), text(''), text('')]),
      word(1 << 21),
    ]) {
      const { sftp, output } = talking(() => undefined);
      const looked = rejection(sftp.look('/x'));
      output.write(bytes);
      expect(await looked).to.match(/nobody asked|no SFTP/);
      expect(await rejection(sftp.look('/x')), 'and all that comes after').to.match(/nobody asked|no SFTP/);
    }
  });

  it('goes on where a server gives less of a file than was asked for', async () => {
    const content = Buffer.from('0123456789'.repeat(10));
    let at = 0;
    const { sftp } = talking((verb, id) => {
      if (verb === 3) return Buffer.concat([Buffer.of(102), word(id), text('h')]);
      if (verb !== 5) return Buffer.concat([Buffer.of(101), word(id), word(0), text(''), text('')]);
      const piece = content.subarray(at, at + 7);
      at += piece.length;
      if (piece.length === 0) return Buffer.concat([Buffer.of(101), word(id), word(1), text(''), text('')]);
      return Buffer.concat([Buffer.of(103), word(id), word(piece.length), piece]);
    });
    const pieces = await Array.fromAsync(sftp.read('/x', 0, 100));
    expect(Buffer.concat(pieces).equals(content)).to.equal(true);
  });
});
