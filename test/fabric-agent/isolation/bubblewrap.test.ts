import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
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
