import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { examineBatch } from '../../../fabric-agent/doctor/batch.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';

describe('what the doctor says of batch systems', () => {
  let bin: string;

  beforeEach(async () => {
    bin = await mkdtemp(join(tmpdir(), 'doctor-'));
  });

  afterEach(() => rm(bin, { recursive: true }));

  async function command(name: string, text: string): Promise<void> {
    const file = join(bin, name);
    await writeFile(file, `#!/bin/sh\n${text}\n`);
    await chmod(file, 0o755);
  }

  async function told(backEnd: string): Promise<string[]> {
    const config = z.parse(agentSettings, { 'back-end': backEnd });
    const findings = await examineBatch(config, bin);
    return findings.map(({ about, state, says }) => `${state}: ${about}: ${says}`);
  }

  it('which of them could run tasks, where none is asked to', async () => {
    await command('sbatch', '');
    expect(await told('local')).to.deep.equal([
      'well: batch system: commands of Slurm are here: with agent.back-end set to slurm tasks run through it',
    ]);
    await rm(join(bin, 'sbatch'));
    expect(await told('local')).to.deep.equal([]);
  });

  it('how it is with the one that is to', async () => {
    await command('sinfo', 'echo 3/61/0/64 21695');
    expect(await told('slurm')).to.deep.equal([
      'well: batch system: Slurm has 61 of 64 processor cores free',
      'well: reservations: Slurm keeps nothing for later at the word of this account; docs/batch.md says who may',
    ]);
    await command('sinfo', 'echo no such partition >&2; exit 1');
    expect((await told('slurm'))[0]).to.match(
      /^wrong: batch system: Slurm does not say what it has: .*no such partition$/,
    );
    expect((await told('sge'))[0]).to.match(/^wrong: batch system: Grid Engine does not say/);
  });
});
