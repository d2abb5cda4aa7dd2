import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HostError } from '../../../client/host/host-error.ts';
import { type RunOnHost, type RunProgress, type RunResult, runOnHost } from '../../../client/host/run.ts';
import { TarReader } from '../../../client/host/tar-reader.ts';
import { end, pax, raw } from './raw-tar.ts';

const limits = {
  entries: 20,
  totalBytes: 100_000,
  nameBytes: 100,
  depth: 6,
  headerBytes: 1024,
  textBytes: 2000,
  idleMs: 60_000,
};
const sign = raw({ name: '.ogm/', flag: '5' });
const said = (name: string, content: string) => raw({ name: `.ogm/${name}`, content });
const done = [said('exit-code', '0\n'), said('stdout', 'out'), said('stderr', ''), end];

describe('running on a Host', () => {
  let folder: string;
  let server: Server | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ogm-client-'));
  });
  afterEach(() => {
    server?.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs against a host that does what it is told here. */
  async function run(host: (socket: Socket) => unknown, more: Partial<RunOnHost> = {}): Promise<RunResult> {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      host(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return await runOnHost({
      socket,
      files: [],
      arguments: [],
      outputFolder: join(folder, 'out'),
      limits,
      ...more,
    });
  }

  const answer =
    (...pieces: readonly Buffer[]) =>
    (socket: Socket) =>
      socket.resume().end(Buffer.concat(pieces));

  async function failure(running: Promise<RunResult>): Promise<HostError> {
    try {
      await running;
    } catch (error) {
      expect(error).to.be.instanceOf(HostError);
      return error as HostError;
    }
    throw new Error('it did not fail');
  }

  it('sends files and arguments, and writes what comes back', async () => {
    writeFileSync(join(folder, 'main.c'), 'int main;', { mode: 0o600 });
    const sent: string[] = [];
    const events: RunProgress[] = [];
    const result = await run(
      (socket) => {
        const reader = new TarReader(limits);
        socket.on('data', (bytes) => {
          for (const event of reader.push(bytes)) {
            if (event.kind === 'entry') sent.push(event.entry.name);
            if (event.kind === 'data') sent.push(Buffer.from(event.bytes).toString());
            if (event.kind === 'end')
              answer(
                sign,
                sign,
                raw({ name: 'out/a.out', content: 'ELF', mode: '0004755\0' }),
                said('left-out', 'x: a link\n'),
                ...done,
              )(socket);
          }
        });
      },
      {
        files: [{ path: join(folder, 'main.c'), name: 'src/main.c' }],
        arguments: ['-o', '', 'é'],
        progress: (event) => events.push(event),
      },
    );
    expect(sent).to.deep.equal(['.ogm/arguments', '-o\n\né\n', 'src/main.c', 'int main;']);
    expect(result).to.deep.equal({
      exitCode: 0,
      stdout: join(folder, 'out/.ogm/stdout'),
      stderr: join(folder, 'out/.ogm/stderr'),
      files: ['out/a.out'],
      leftOut: ['x: a link'],
      error: undefined,
    });
    expect(readFileSync(result.stdout!, 'utf8')).to.equal('out');
    expect(statSync(join(folder, 'out/out/a.out')).mode & 0o7777).to.equal(0o755);
    expect(events.map(({ kind }) => kind)).to.deep.equal([
      'sending',
      'sent',
      'accepted',
      'received',
      'received',
      'received',
    ]);
  });

  it('tells a refusal in the words of the host, also while files still go up', async () => {
    writeFileSync(join(folder, 'big'), Buffer.alloc(20_000_000));
    const error = await failure(
      run((socket) => socket.write('# error: too much \u001b[31mfor us\n'), {
        files: [{ path: join(folder, 'big'), name: 'big' }],
      }),
    );
    expect(error).to.include({ code: 'work-refused', detail: 'too much  [31mfor us' });
  });

  it('tells apart a host that has no room, where another may do, and words that it does not know', async () => {
    const full = await failure(run(answer(Buffer.from('# error: [unavailable] all is taken\n'))));
    expect(full).to.include({ code: 'unavailable', status: 503, detail: 'all is taken', nothingRan: true });
    const other = await failure(run(answer(Buffer.from('# error: [sulking] not today\n'))));
    expect(other).to.include({ code: 'work-refused', detail: '[sulking] not today', nothingRan: false });
  });

  it('does not say that nothing ran where the whole archive was sent', async () => {
    const silent = await failure(
      run((socket) => {
        const reader = new TarReader(limits);
        socket.on('data', (bytes) => {
          if (reader.push(bytes).some(({ kind }) => kind === 'end')) socket.end();
        });
      }),
    );
    expect(silent).to.include({ code: 'unavailable', nothingRan: false });
  });

  it('says that a folder for results cannot be made, and where', async () => {
    writeFileSync(join(folder, 'file'), '');
    const error = await failure(run((socket) => socket.resume(), { outputFolder: join(folder, 'file/out') }));
    expect(error).to.include({ code: 'bad-file', next: 'look at its path and its rights' });
    expect(error.detail).to.match(/^the results were not written: .*file\/out/);
  });

  it('tells why a program that was taken did not run', async () => {
    const result = await run(answer(sign, said('error', 'the agent is ending\n'), end));
    expect(result).to.deep.include({ exitCode: undefined, stdout: undefined, error: 'the agent is ending' });
  });

  const hostile: Record<string, readonly Buffer[]> = {
    'a file outside': [raw({ name: '../evil', content: 'x' })],
    'a file outside by PAX': [pax({ path: '../../evil' }), raw({})],
    'an absolute file': [raw({ name: '/tmp/ogm-evil' })],
    'a link': [raw({ name: 'x', flag: '2', target: 'y' })],
    'a hard link': [raw({ name: 'x', content: 'x' }), raw({ name: 'y', flag: '1', target: 'x' })],
    'a file through a link that stands there': [raw({ name: 'linked/evil', content: 'x' })],
    'a directory where a link stands': [raw({ name: 'linked/', flag: '5' })],
    'too many entries': Array.from({ length: 21 }, (_, n) => raw({ name: `f${n}` })),
    'signs for ever': Array.from({ length: 30 }, () => sign),
    'too much': [raw({ content: Buffer.alloc(100_001) })],
    'an unknown word about the run': [said('profile', 'x')],
    'an exit code that is none': [said('exit-code', 'evil')],
    'a long error': [said('error', 'x'.repeat(2001))],
    'no exit code': [end],
    'a device': [raw({ flag: '3' })],
    garbage: [Buffer.from('HTTP/1.1 200 OK\r\n\r\n'.repeat(50))],
  };
  for (const [what, pieces] of Object.entries(hostile))
    it(`takes from a hostile host no ${what}`, async () => {
      mkdirSync(join(folder, 'elsewhere'));
      mkdirSync(join(folder, 'out'));
      symlinkSync('../elsewhere', join(folder, 'out/linked'));
      expect((await failure(run(answer(sign, ...pieces, ...done)))).code).to.equal('host-misbehaved');
      expect(readdirSync(folder).sort()).to.deep.equal(['elsewhere', 'out']);
      expect(readdirSync(join(folder, 'elsewhere'))).to.deep.equal([]);
      expect(existsSync('/tmp/ogm-evil')).to.equal(false);
      expect(
        readdirSync(join(folder, 'out')).filter((name) => name.startsWith('.ogm-partial')),
      ).to.deep.equal([]);
    });

  it('replaces a link that has the name of a file, and not what it points to', async () => {
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'precious'), 'mine');
    symlinkSync('../precious', join(folder, 'out/x'));
    await run(answer(sign, raw({ name: 'x', content: 'new' }), ...done));
    expect(readFileSync(join(folder, 'precious'), 'utf8')).to.equal('mine');
    expect(readFileSync(join(folder, 'out/x'), 'utf8')).to.equal('new');
  });

  it('leaves an older file as it was where the connection breaks in the middle of the new one', async () => {
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out/x'), 'old');
    const half = raw({ name: 'x', content: 'n'.repeat(2000) }).subarray(0, 1500);
    const error = await failure(run(answer(sign, half)));
    expect(error).to.include({
      code: 'unavailable',
      detail: 'the connection ended before all results had come',
    });
    expect(readdirSync(join(folder, 'out'))).to.deep.equal(['x']);
    expect(readFileSync(join(folder, 'out/x'), 'utf8')).to.equal('old');
  });

  it('gives up on a host that says nothing', async () => {
    const error = await failure(run((socket) => socket.resume(), { limits: { ...limits, idleMs: 100 } }));
    expect(error).to.include({ code: 'unavailable', detail: 'the host said nothing for 0.1 s' });
  });

  it('gives up on a host that closes at once', async () => {
    expect((await failure(run((socket) => socket.destroy()))).code).to.equal('unavailable');
    expect((await failure(run((socket) => socket.resume().end()))).detail).to.match(/without an answer/);
  });

  it('ends when it is cancelled, and closes the connection', async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    const running = run(
      (socket) => {
        closed = new Promise((resolve) => socket.once('close', resolve));
        socket.resume().write(sign, () => controller.abort());
        socket.on('end', () => socket.end());
      },
      { signal: controller.signal },
    );
    expect((await failure(running)).code).to.equal('cancelled');
    await closed;
  });

  for (const [what, files, words] of [
    ['a file that is not there', [{ path: '/nonexistent', name: 'a' }], []],
    ['a directory', [{ path: '/tmp', name: 'a' }], []],
    ['a name that leads out', [{ path: '/etc/hostname', name: '../a' }], []],
    ['a name that is ours', [{ path: '/etc/hostname', name: '.ogm/arguments' }], []],
    [
      'one name twice',
      [
        { path: '/etc/hostname', name: 'a' },
        { path: '/etc/hostname', name: './a' },
      ],
      [],
    ],
    ['an argument of two lines', [], ['a\nb']],
  ] as const)
    it(`says before anything runs that ${what} cannot be sent`, async () => {
      const error = await failure(run((socket) => socket.resume(), { files, arguments: words }));
      expect(error.code).to.be.oneOf(['bad-files', 'work-refused']);
    });
});
