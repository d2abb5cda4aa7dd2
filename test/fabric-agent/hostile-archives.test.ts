import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import fc from 'fast-check';
import { end, pax, raw } from '../client/host/raw-tar.ts';
import { contents, dial, eventually, exchange, script, startAgent, type TestAgent } from './support.ts';

/** Runs if the archive is taken: then the answer shows it. */
const program = [
  raw({ name: 'main.js', content: 'console.log("ran")' }),
  raw({ name: '.ogm/arguments', content: 'main.js\n' }),
];
const bounds = {
  'input-size': '64 KiB',
  'input-entries': 20,
  'name-length': '120 B',
  'path-depth': 6,
  'header-size': '1 KiB',
  'argument-count': 5,
  'argument-size': '30 B',
  'arguments-size': '100 B',
};

const corpus: Record<string, readonly Buffer[]> = {
  'a name that climbs': [raw({ name: '../evil' })],
  'a name that climbs later': [raw({ name: 'a/../../evil' })],
  'a name that climbs within the directory': [raw({ name: 'a/../b' })],
  'a name of dots alone': [raw({ name: '..' })],
  'an absolute name': [raw({ name: '/tmp/evil' })],
  'an absolute name by its prefix': [raw({ name: 'evil', prefix: '/tmp' })],
  'an empty name': [raw({ name: '' })],
  'a name of control characters': [raw({ name: 'a\nb' })],
  'a name that is no UTF-8': [raw({ name: Buffer.from([0xff, 0xfe]) })],
  'a name with NUL': [pax({ path: 'a\0b' }), raw({})],
  'a PAX name that climbs': [pax({ path: '../evil' }), raw({ name: 'good' })],
  'a GNU name that climbs': [
    raw({ flag: 'L', content: '../evil\0', magic: 'ustar  \0' }),
    raw({ name: 'good', magic: 'ustar  \0' }),
  ],
  'a file that is named as a directory': [raw({ name: 'a/' })],
  'the directory itself as a file': [raw({ name: './' })],
  'a long name': [pax({ path: 'x'.repeat(121) }), raw({})],
  'a deep name': [raw({ name: 'a/b/c/d/e/f/g' })],
  'a link out': [raw({ name: 'x', flag: '2', target: '../../etc' })],
  'an absolute link': [raw({ name: 'x', flag: '2', target: '/etc/passwd' })],
  'an empty link': [raw({ name: 'x', flag: '2' })],
  'a link that leads out through another': [
    raw({ name: 'a/b/', flag: '5' }),
    raw({ name: 'x', flag: '2', target: 'a/b' }),
    raw({ name: 'y', flag: '2', target: 'x/../..' }),
  ],
  'a link that leads out through another by a name that seems inside': [
    raw({ name: 'a/b/up', flag: '2', target: '../..' }),
    raw({ name: 'y', flag: '2', target: 'a/b/up/../evil' }),
  ],
  'a file written through a link': [raw({ name: 'x', flag: '2', target: '.' }), raw({ name: 'x/evil' })],
  'a file written over a link': [
    raw({ name: 'x', flag: '2', target: 'y' }),
    raw({ name: 'x', content: 'evil' }),
  ],
  'a directory that becomes a link': [
    raw({ name: 'x/', flag: '5' }),
    raw({ name: 'x', flag: '2', target: '.' }),
  ],
  'a file that becomes a directory': [raw({ name: 'x' }), raw({ name: 'x/', flag: '5' })],
  'a file below a file': [raw({ name: 'x' }), raw({ name: 'x/y' })],
  'a hard link out': [raw({ name: 'x', flag: '1', target: '/etc/passwd' })],
  'a hard link that climbs': [raw({ name: 'x', flag: '1', target: '../../../etc/passwd' })],
  'a hard link to what did not come': [
    raw({ name: 'x', flag: '1', target: 'later' }),
    raw({ name: 'later' }),
  ],
  'a hard link to a link': [
    raw({ name: 'x', flag: '2', target: 'main.js' }),
    raw({ name: 'y', flag: '1', target: 'x' }),
  ],
  'a hard link to itself': [raw({ name: 'x' }), raw({ name: 'x', flag: '1', target: 'x' })],
  'a hard link with content': [raw({ name: 'x', flag: '1', target: 'main.js', content: 'x' })],
  'a character device': [raw({ flag: '3' })],
  'a block device': [raw({ flag: '4' })],
  'a FIFO': [raw({ flag: '6' })],
  'a contiguous file': [raw({ flag: '7' })],
  'a GNU sparse file': [raw({ flag: 'S', magic: 'ustar  \0' })],
  'a PAX sparse file': [pax({ 'GNU.sparse.realsize': '99999999999' }), raw({})],
  'a volume that goes on elsewhere': [raw({ flag: 'M', magic: 'ustar  \0' })],
  'an unknown type': [raw({ flag: 'Z' })],
  'a file for us that we did not ask for': [raw({ name: '.ogm/exit-code', content: '0' })],
  'our folder as a file': [raw({ name: './.ogm' })],
  'our folder as a link': [raw({ name: '.ogm', flag: '2', target: '.' })],
  'arguments as a link': [raw({ name: '.ogm/arguments', flag: '2', target: '../main.js' })],
  'too many arguments': [raw({ name: '.ogm/arguments', content: 'a\n'.repeat(6) })],
  'a long argument': [raw({ name: '.ogm/arguments', content: 'a'.repeat(31) })],
  'long arguments': [raw({ name: '.ogm/arguments', content: 'abcdefg\n'.repeat(13) })],
  'arguments that are no UTF-8': [raw({ name: '.ogm/arguments', content: Buffer.from([0xff]) })],
  'arguments with NUL': [raw({ name: '.ogm/arguments', content: 'a\0b' })],
  'arguments that come twice': [raw({ name: '.ogm/arguments', content: 'a\n' })],
  'too many entries': Array.from({ length: 21 }, (_, n) => raw({ name: `f${n}` })),
  'too many entries that names imply': Array.from({ length: 6 }, (_, n) => raw({ name: `a${n}/b/c/d` })),
  'one entry for ever': Array.from({ length: 21 }, () => raw({ name: 'd/', flag: '5' })),
  'too much at once': [raw({ content: Buffer.alloc(65537) })],
  'too much together': [
    raw({ name: 'a', content: Buffer.alloc(40000) }),
    raw({ name: 'b', content: Buffer.alloc(40000) }),
  ],
  'a size of many zeros': [raw({ size: Buffer.from([0x80, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0]) })],
  'a size past every number': [raw({ size: Buffer.alloc(12, 0xff) })],
  'a negative size': [raw({ size: '-0000000001\0' })],
  'a size in words': [raw({ size: 'many\0' })],
  'a directory with content': [raw({ name: 'd/', flag: '5', content: 'x' })],
  'a PAX size beside another': [pax({ size: '1024' }), raw({ content: 'abc' })],
  'a PAX size in words': [pax({ size: 'many' }), raw({})],
  'a PAX size past every number': [pax({ size: '9999999999999999' }), raw({})],
  'a PAX record that is longer than it says': [raw({ flag: 'x', content: '9 path=abc\n' }), raw({})],
  'a PAX record that is shorter than it says': [raw({ flag: 'x', content: '99 path=abc\n' }), raw({})],
  'a PAX record of length 0': [raw({ flag: 'x', content: '0 path=abc\n' }), raw({})],
  'a PAX record without a key': [raw({ flag: 'x', content: '6 =ab\n' }), raw({})],
  'a PAX record that comes twice': [raw({ flag: 'x', content: '10 path=a\n10 path=b\n' }), raw({})],
  'two names for one entry': [pax({ path: 'a' }), pax({ path: 'b' }), raw({})],
  'a PAX header for nothing': [pax({ path: 'a' }), end],
  'a global PAX header with a name': [pax({ path: 'a' }, 'g'), raw({})],
  'a large PAX header': [pax({ comment: 'x'.repeat(2000) }), raw({})],
  'an empty PAX header': [raw({ flag: 'x' }), raw({})],
  'a GNU name with an end in its middle': [
    raw({ flag: 'L', content: 'a\0b\0', magic: 'ustar  \0' }),
    raw({}),
  ],
  'a wrong checksum': [raw({ checksumOff: 1 })],
  'an old format': [raw({ magic: '\0\0\0\0\0\0\0\0' })],
  'something after a block of zeros': [Buffer.alloc(512), raw({})],
  'an HTTP request': [Buffer.from(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\n${' '.repeat(512)}`)],
};

describe('a Host door and hostile archives', () => {
  let test: TestAgent;
  let port: number;
  before(async () => {
    test = await startAgent(bounds);
    port = test.port('node');
  });
  after(() => test[Symbol.asyncDispose]());

  for (const [what, pieces] of Object.entries(corpus)) {
    it(`refuses ${what}, and nothing runs`, async () => {
      for (const bytes of [
        [...program, ...pieces, end],
        [...pieces, ...program, end],
      ])
        expect((await exchange(port, Buffer.concat(bytes))).toString()).to.match(/^# error: [^\n]+\n$/);
    });
  }

  it('wrote nothing outside its directories meanwhile', () => {
    expect(existsSync('/tmp/evil')).to.equal(false);
    expect(readdirSync(test.folder)).to.deep.equal(['agent-ports.json', 'runs']);
    const [own] = readdirSync(join(test.folder, 'runs'));
    expect(readdirSync(join(test.folder, 'runs', own!))).to.deep.equal([]);
  });

  it('refuses an archive that is cut anywhere', async () => {
    const whole = Buffer.concat([...program, raw({ name: 'last', content: 'x'.repeat(600) })]);
    const between = [1024, 2048];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (cut) => {
        fc.pre(!between.includes(cut));
        expect((await exchange(port, whole.subarray(0, cut))).toString()).to.match(/^# error: /);
      }),
      { numRuns: 40 },
    );
  });

  it('survives any bytes, and goes on serving', async () => {
    const mutant = fc
      .tuple(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), fc.nat())
      .map(([changes, cut]) => {
        const bytes = Buffer.concat([...program, pax({ path: 'p' }), raw({}), end]);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes.subarray(0, cut % (bytes.length + 1));
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 3000 }), mutant), async (bytes) => {
        const answer = await exchange(port, bytes);
        if (!/^# error: [^\n]+\n$/.test(answer.toString())) contents(answer);
      }),
      { numRuns: 100 },
    );
    expect(contents(await exchange(port, Buffer.concat([...program, end])))['.ogm/stdout']).to.equal('ran\n');
  });

  it('refuses a client that stops in the middle', async () => {
    await using impatient = await startAgent({ ...bounds, 'input-idle': '300 ms' });
    const socket = await dial(impatient.port('node'));
    socket.write(program[0]!.subarray(0, 700));
    expect((await buffer(socket)).toString()).to.equal('# error: nothing came for 0.3 s\n');
  });

  it('takes links that stay inside, as files the program can use', async () => {
    const answer = contents(
      await exchange(
        port,
        await script(
          `const fs = require('fs'); console.log(fs.readFileSync('d/up', 'utf8') + fs.readFileSync('hard', 'utf8') + fs.readlinkSync('d/up'))`,
          { name: 'data', content: 'abc' },
          { name: 'd/up', type: 'symlink', linkname: '../data' },
          { name: 'hard', type: 'link', linkname: './data' },
        ),
      ),
    );
    expect(answer['.ogm/stdout']).to.equal('abcabc../data\n');
    expect(answer).to.not.have.any.keys('hard', 'd/up', '.ogm/left-out');
  });

  it('does not keep half of a file that never came whole', async () => {
    await exchange(port, raw({ content: 'x'.repeat(1000) }).subarray(0, 900));
    await eventually(() => {
      const [own] = readdirSync(join(test.folder, 'runs'));
      expect(readdirSync(join(test.folder, 'runs', own!))).to.deep.equal([]);
    });
  });

  it('takes a name with a backslash as it is', async () => {
    const answer = await exchange(
      port,
      await script(`console.log(require('fs').readdirSync('.').join())`, { name: 'a\\..\\b', content: 'x' }),
    );
    expect(contents(answer)['.ogm/stdout']).to.equal('a\\..\\b,main.js\n');
  });
});
