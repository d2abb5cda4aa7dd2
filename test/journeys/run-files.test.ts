import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import { node, temporaryFolder } from './support/house.ts';

describe('ogm run with files', () => {
  it('looks at them before it asks anybody', async () => {
    await using folder = await temporaryFolder();
    const nobody = `http://127.0.0.1:${await ownPort()}`;
    for (const name of ['a', 'b']) {
      await mkdir(join(folder.path, name));
      await writeFile(join(folder.path, name, 'same'), '');
    }
    const given = async (...names: readonly string[]) => {
      const files = names.map((name) => join(folder.path, name));
      const { code, stderr } = await ogm(['run', node, '--market-url', nobody, ...files]);
      expect(code, stderr).to.equal(2);
      return stderr;
    };
    expect(await given('a')).to.match(/is a directory; send its files, or a tar of it/);
    expect(await given('a/same', 'b/same')).to.match(/would both be same there; rename one/);
    expect(await given('none')).to.match(/none cannot be read/);
  });
});
