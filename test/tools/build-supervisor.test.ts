import { constants } from 'node:fs';
import { access, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildRunner } from '../../tools/build-supervisor.ts';
import { real } from '../support/real.ts';

(real('gcc') ? describe : describe.skip)('a program in C that is built anew', () => {
  it('is there whole all the while, for who starts it meanwhile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ogm-build-'));
    try {
      const binary = join(folder, 'runner');
      expect(await buildRunner(binary)).to.equal(undefined);
      const { size } = await stat(binary);
      let isBuilding = true;
      const building = buildRunner(binary).finally(() => {
        isBuilding = false;
      });
      while (isBuilding) {
        await access(binary, constants.X_OK);
        expect((await stat(binary)).size).to.equal(size);
      }
      expect(await building).to.equal(undefined);
      expect(await readdir(folder)).to.deep.equal(['runner']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
