import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createSole } from '../../../fabric-agent/tasks/sole.ts';
import { refusalOf } from '../../support/documents.ts';

describe('a folder of one agent alone', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-sole-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is taken once, by whatever name, until it is let go', async () => {
    await symlink(folder, join(folder, 'link'));
    await using first = createSole(folder);
    await first.start();
    await using second = createSole(join(folder, 'link'));
    expect(await refusalOf(second.start())).to.include({ code: 'store-in-use', status: 409 });
    await mkdir(join(folder, 'other'));
    await using other = createSole(join(folder, 'other'));
    await other.start();
    await first.stop();
    await using third = createSole(folder);
    await third.start();
  });

  it('is free as soon as who had it was killed', async () => {
    const url = new URL('../../../fabric-agent/tasks/sole.ts', import.meta.url).href;
    const source = `import { createSole } from ${JSON.stringify(url)};
      globalThis.sole = createSole(${JSON.stringify(folder)}); // what nobody has is let go
      await globalThis.sole.start(); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await using waiting = createSole(folder);
    expect((await refusalOf(waiting.start())).code).to.equal('store-in-use');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await using next = createSole(folder);
    await next.start();
  });
});
