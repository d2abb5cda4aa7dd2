import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { farNameIn } from '../../../fabric-agent/ssh/far-name.ts';

describe('what an agent is called by on another host', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-ssh-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('stays as it is with its folder, wherever that lies, and is that of no other', async () => {
    const name = await farNameIn(join(folder, 'one'));
    expect(name).to.have.lengthOf.above(20);
    await rename(join(folder, 'one'), join(folder, 'elsewhere'));
    expect(await farNameIn(join(folder, 'elsewhere'))).to.equal(name);
    expect(await farNameIn(join(folder, 'one'))).to.not.equal(name);
  });

  it('is whole or not there, whenever the agent is killed', async () => {
    await writeFile(join(folder, 'far-name.part'), '');
    const name = await farNameIn(folder);
    expect(name).to.have.lengthOf.above(20);
    expect(await farNameIn(folder)).to.equal(name);
  });
});
