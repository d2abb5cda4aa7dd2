import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createContainers } from '../../../fabric-agent/isolation/container.ts';
import { Engine } from '../../../fabric-agent/isolation/engine.ts';
import { type Real, real } from '../../support/real.ts';
import { inC } from '../supervisor/support.ts';
import { engineOf, image } from './engines.ts';
import { itKeepsProgramsApart } from './escapes.ts';

for (const engine of ['podman', 'docker'] satisfies Real[])
  (real(engine) && real('gcc') ? describe : describe.skip)(`a program in a container of ${engine}`, () => {
    itKeepsProgramsApart(async () => ({
      image,
      command: await inC.command(),
      enclosure: (folder) => createContainers({ ...engineOf(engine), folder: `${folder}/tasks` }),
    }));

    it('is removed where nobody knows of it any more, and only then', async () => {
      const folder = `/somewhere/${process.pid}`;
      const mark = createHash('sha256').update(folder).digest('hex').slice(0, 12);
      const { environment, ...options } = engineOf(engine);
      const command = await Engine.find(options.engine, environment);
      const [runner = ''] = await inC.command();
      for (const task of ['stray', 'kept']) {
        const words = [
          'create',
          '--name',
          `ogm-${mark}-${task}.1`,
          '--label',
          `ogm.agent=${mark}`,
          image,
          'true',
        ];
        await promisify(execFile)(command.program, words, { env: { ...command.environment } });
      }
      const containers = createContainers({ ...options, environment, folder });
      await containers.open(runner);
      await containers.endAllBut?.([{ task: 'kept', attempt: 1 }]);
      expect(await command.named(`ogm.agent=${mark}`)).to.deep.equal([`ogm-${mark}-kept.1`]);
      await containers.end?.([
        { task: 'kept', attempt: 1 },
        { task: 'unknown', attempt: 1 },
      ]);
      expect(await command.named(`ogm.agent=${mark}`)).to.deep.equal([]);
    });
  });
