import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { FrameReader, frame } from '../../../fabric-agent/supervisor/frames.ts';
import { dial, launch } from '../../../fabric-agent/supervisor/launch.ts';
import { real } from '../../support/real.ts';
import { eventually } from '../support.ts';
import { inC, inNode, Setting } from './support.ts';

const nobody = 65_534;

function head(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes;
}

for (const implementation of [inC, inNode]) {
  const here = implementation === inNode || real('gcc');
  (here ? describe : describe.skip)(
    `the supervisor ${implementation.name}, to whom anything may be said`,
    () => {
      let setting: Setting;
      before(async () => {
        setting = await Setting.make(implementation);
      });
      after(async () => {
        await setting[Symbol.asyncDispose]();
      });

      /** Sends bytes; the verb, number and code of each answer until the connection is closed. */
      async function say(...pieces: Buffer[]): Promise<string[]> {
        const socket = await dial(setting.dir);
        const answer = buffer(socket).catch(() => Buffer.alloc(0));
        for (const piece of pieces) socket.write(piece);
        const reader = new FrameReader();
        return [...reader.push(await answer)].map((fields) => fields.slice(0, 3).join(' '));
      }

      const boot = () => setting.promises.bootId;
      const start = (...rest: (string | number)[]) =>
        frame('start', 7, 'h', 1, boot(), 0, 0, 0, 0, 0, 0, ...rest);
      const hostile: Record<string, () => Buffer> = {
        'a frame past the bound': () => head((1 << 20) + 1),
        'a length of four thousand million': () => head(0xffff_ffff),
        'an empty frame': () => head(0),
        'a frame without a NUL at its end': () => Buffer.concat([head(3), Buffer.from('now')]),
        'a verb without a number': () => frame('now'),
        'a number that is none': () => frame('now', '-1'),
        'an unknown verb': () => frame('stop', 1),
        'more fields than the verb has': () => frame('now', 1, 'x'),
        'a frame of nothing but NULs': () => Buffer.concat([head(30_000), Buffer.alloc(30_000)]),
        'a start without a program': () => start(0),
        'a start with fewer variables than it says': () => start(2, 'A=1', '/bin/true'),
        'a start with a bound that is no number': () => start('many', '/bin/true'),
      };
      for (const [what, bytes] of Object.entries(hostile)) {
        it(`answers an error to ${what}, and closes`, async () => {
          expect(await say(bytes(), frame('now', 2))).to.satisfy(
            (answers: string[]) => answers.length === 1 && /^error \d+ malformed$/.test(answers[0]!),
          );
        });
      }

      it('goes on to serve others, and answers what came before', async () => {
        expect(await say(Buffer.concat([frame('list', 1), frame('bad', 2)]))).to.include('error 2 malformed');
        expect(await setting.run('fine', 'exit 2')).to.include({ state: 'exited', number: 2 });
      });

      it('takes a frame that comes byte by byte', async () => {
        const socket = await dial(setting.dir);
        const reader = new FrameReader();
        const answered = new Promise<string>((resolve) => {
          socket.on('data', (piece: Buffer) => {
            for (const [verb] of reader.push(piece)) resolve(String(verb));
          });
        });
        for (const byte of frame('now', 1)) await new Promise((done) => socket.write(Buffer.of(byte), done));
        expect(await answered).to.equal('now');
        socket.destroy();
      });

      it('survives bytes that nobody meant', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 4 }), async (pieces) => {
            const socket = await dial(setting.dir);
            socket.on('error', () => {});
            for (const piece of pieces) socket.write(Buffer.concat([head(piece.length), piece]));
            socket.end(randomBytes(3));
            await buffer(socket).catch(() => undefined);
          }),
          { numRuns: 50 },
        );
        expect((await setting.supervisor.now()).bootId).to.equal(boot());
      });

      it('serves its folder alone', async () => {
        const other = launch(setting.command, setting.dir, [0, 100]);
        await other; // it has found the folder taken
        expect((await setting.supervisor.list()).map(({ task }) => task)).to.include('fine');
      });

      it('does not serve a folder that others may enter', async () => {
        const dir = await mkdtemp(join(tmpdir(), 'supervisor-open-'));
        await chmod(dir, 0o755);
        const refused = await launch(setting.command, dir, [0, 100]).catch((error) => error.detail);
        expect(refused).to.match(/mode 0700/);
        await rm(dir, { recursive: true });
      });
    },
  );
}

(real('root') && real('gcc') ? describe : describe.skip)(
  'a supervisor in C where root has prepared the ground',
  () => {
    it('refuses whoever is another user, though the folder let him in', async () => {
      await using setting = await Setting.make(inC);
      for (const path of [dirname(setting.dir), setting.dir]) await chmod(path, 0o755);
      await chmod(join(setting.dir, 'supervisor.sock'), 0o777);
      const dialler = `
        const s = require('node:net').connect(process.argv[1], () => process.argv[2] && s.write(Buffer.from(process.argv[2], 'hex')));
        let said = '';
        s.on('error', () => {}).on('data', (more) => /(done|error)\\0/.test((said += more)) && s.destroy());
        s.on('close', () => process.stdout.write(said));
      `;
      const sent = frame('list', 1).toString('hex');
      const words = ['-e', dialler, join(setting.dir, 'supervisor.sock')];
      const said = (uid: number, hex: string) => {
        const child = spawn(process.execPath, [...words, hex], {
          uid,
          gid: uid,
          cwd: '/',
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        return text(child.stdout);
      };
      expect(await said(nobody, '')).to.match(/error\0.*not-the-owner/s);
      expect(await said(0, sent)).to.match(/done\0/);
    });

    it('keeps exits until a full disk has room again, and starts nothing meanwhile', async () => {
      const mounted = join(await mkdtemp(join(tmpdir(), 'supervisor-full-')));
      const run = promisify(execFile);
      await run('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'none', mounted]);
      try {
        const setting = await Setting.make(inC, join(mounted, 'kept'));
        const long = ['l1', 'l2', 'l3', 'l4', 'l5'];
        for (const task of long) await setting.start(task, 'while ! test -e ../../go; do sleep 0.05; done');
        let refused = '';
        for (let at = 0; refused === '' && at < 2_000; at += 1) {
          const task = `s${at}`;
          await setting.start(task, ':').catch((error) => {
            refused = error.word;
          });
          // Where there was room for the start alone, its end waits.
          while (refused === '' && !setting.told.some((each) => each.task === task))
            if ((await setting.supervisor.now()).journal !== '') break;
        }
        expect(refused).to.equal('journal');
        await writeFile(join(setting.dir, 'tasks/go'), '');
        // All have ended while the disk is full: an end after it had room again would be written at once, though
        // starts are refused until all that waits has been tried once more.
        await eventually(async () => expect((await setting.supervisor.now()).running).to.equal(0));
        expect((await setting.supervisor.now()).journal).not.to.equal('');
        expect(long.filter((task) => setting.told.some((each) => each.task === task))).to.have.length.below(
          5,
        );
        await run('mount', ['-o', 'remount,size=8m', mounted]);
        const ends = await Promise.all(long.map((task) => setting.end(task)));
        expect(ends.map(({ state, number }) => `${state} ${number}`)).to.deep.equal(
          long.map(() => 'exited 0'),
        );
        expect(await setting.run('after', 'exit 1')).to.include({ state: 'exited', number: 1 });
        const { pid } = setting;
        await setting.supervisor[Symbol.asyncDispose]();
        await eventually(() => expect(() => process.kill(pid, 0)).to.throw());
      } finally {
        await run('umount', ['-l', mounted]);
        await rm(mounted, { recursive: true });
      }
    });
  },
);
