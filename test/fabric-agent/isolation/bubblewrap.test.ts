import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { placeIn } from '../../../fabric-agent/back-ends/back-end.ts';
import { createBubblewrap } from '../../../fabric-agent/isolation/bubblewrap.ts';
import { root } from '../../../tools/project.ts';
import { real } from '../../support/real.ts';
import { inC } from '../supervisor/support.ts';
import { itKeepsProgramsApart } from './escapes.ts';

const here = real('bubblewrap') && real('gcc');

(here ? describe : describe.skip)('a program that bubblewrap encloses', () => {
  itKeepsProgramsApart(async () => ({
    command: await inC.command(),
    enclosure: (folder) =>
      createBubblewrap({
        visible: [],
        hidden: [folder],
        network: false,
        sharedMemoryBytes: 2 ** 20,
        taskUser: 65_534,
        path: '/usr/bin:/bin',
      }),
  }));
});

(here ? describe : describe.skip)('what bubblewrap shows', () => {
  let scratch: string;
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'ogm-sight-'));
    await chmod(scratch, 0o755);
    const place = placeIn(join(scratch, 'real/data/tasks'), { task: 'a', attempt: 1 });
    for (const each of [place.work, place.temporary]) await mkdir(each, { recursive: true });
    for (const each of [
      place.stdout,
      place.stderr,
      join(scratch, 'real/data/key'),
      join(scratch, 'real/tool'),
    ])
      await writeFile(each, 'seen');
    await symlink('real', join(scratch, 'link'));
  });
  after(() => rm(scratch, { recursive: true }));

  /** What a shell prints that sees so much. */
  async function prints(script: string, visible: string): Promise<string> {
    const bubblewrap = createBubblewrap({
      ...{ visible: [visible], hidden: [join(scratch, 'real/data')], network: false },
      secrets: [join(scratch, 'link/secret'), join(scratch, 'real/none')],
      ...{ sharedMemoryBytes: 2 ** 20, taskUser: 65_534, path: '/usr/bin:/bin' },
    });
    const [runner = ''] = await inC.command();
    await bubblewrap.open(runner);
    const key = { task: 'a', attempt: 1 };
    const order = { ...key, argv: ['/bin/sh'], environment: {}, latestStartMs: 1, endMs: 1, timeMs: 1 };
    const bounds = { outputBytes: 1, memoryBytes: null, processes: null };
    const { argv } = bubblewrap.start(
      { ...order, leaseEndMs: 1, graceMs: 1, limits: bounds, asks: { cpus: 1, memoryBytes: null } },
      placeIn(join(scratch, 'real/data/tasks'), key),
    );
    const [program = '', ...words] = [...argv.slice(0, argv.indexOf('--') + 1), '/bin/sh', '-c', script];
    const child = spawn(program, words, { env: {}, stdio: ['ignore', 'pipe', 'ignore'] });
    return text(child.stdout);
  }

  it('is never the data folder nor a secret, by whatever name it lies among what is shown', async () => {
    for (const name of ['real', 'link']) {
      const visible = join(scratch, name);
      const said = await prints(`cat ${visible}/tool ${visible}/data/key ${visible}/secret; echo .`, visible);
      expect(said, name).to.equal('seen.\n');
    }
  });
});

const isRoot = process.geteuid?.() === 0;

// Root alone can become another; the other runs this file too.
if (isRoot || !here)
  (here ? describe : describe.skip)('bubblewrap for an ordinary user', () => {
    it('keeps programs apart as well, and is a back end as the others are', async () => {
      // The sources may lie where that user cannot go.
      const shown = await mkdtemp(join(tmpdir(), 'ogm-sources-'));
      await chmod(shown, 0o755);
      const node = join(shown, relative(root, process.execPath));
      const files = ['isolation/bubblewrap', 'back-ends/bubblewrap'];
      const script = `
      mount --bind "$1" "$2" && cd "$2" && shift 2
      exec setpriv --reuid=65533 --regid=65533 --clear-groups "$@"`;
      const words = [isBelow(process.execPath) ? node : process.execPath, 'node_modules/mocha/bin/mocha.js'];
      const tests = files.map((file) => `test/fabric-agent/${file}.test.ts`);
      const child = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', root, shown, ...words, ...tests], {
        env: { PATH: process.env.PATH, OGM_REAL: 'bubblewrap,gcc' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const said = text(child.stdout);
      const [code] = await once(child, 'close');
      expect(code, await said).to.equal(0);
      expect(await said).to.match(/\d+ passing/);
      await rmdir(shown);
    });
  });

function isBelow(path: string): boolean {
  return !relative(root, path).startsWith('..');
}
