import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { detect } from '../../../fabric-agent/init/detect.ts';
import { real } from '../../support/real.ts';

describe('what is found on a machine', () => {
  let folder: string;
  const command = (name: string, text: string) =>
    writeFile(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const look = () =>
    detect({
      environment: { PATH: join(folder, 'bin') },
      processes: join(folder, 'proc'),
      uid: process.geteuid?.(),
    });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-init-'));
    await mkdir(join(folder, 'bin'));
    await mkdir(join(folder, 'proc', '1'), { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is its cores and memory, where there is nothing else', async () => {
    const { cpus, memoryBytes, ...rest } = await look();
    expect(cpus).to.be.at.least(1);
    expect(memoryBytes).to.be.greaterThan(0);
    expect(rest).to.deep.equal({ batch: [], engine: undefined, bubblewrap: false, others: 0, troubles: [] });
  });

  it('is every batch system with its queues, the containers and the isolation that work for this user', async () => {
    await command('sbatch', '');
    await command('sinfo', "echo 'main*|up'");
    await command('qconf', 'echo all.q');
    await command('docker', 'exit 0');
    await command('bwrap', 'exit 0');
    expect(await look()).to.deep.include({
      batch: [
        { backEnd: 'slurm', queues: ['main'], usual: 'main' },
        { backEnd: 'sge', queues: ['all.q'], usual: undefined },
      ],
      engine: 'docker',
      bubblewrap: true,
      troubles: [],
    });
  });

  it('is told as a trouble where it is there and says no', async () => {
    await command('sbatch', '');
    await command('sinfo', 'echo Unable to contact slurm controller >&2; exit 1');
    await command('podman', 'echo no subuid ranges >&2; exit 125');
    await command('bwrap', 'echo No permissions to create namespace >&2; exit 1');
    const { batch, engine, bubblewrap, troubles } = await look();
    expect({ batch, engine, bubblewrap }).to.deep.equal({ batch: [], engine: undefined, bubblewrap: false });
    expect(troubles).to.deep.equal([
      'bwrap ended with exit code 1: No permissions to create namespace',
      'podman ended with exit code 125: no subuid ranges',
      'sinfo ended with exit code 1: Unable to contact slurm controller',
    ]);
  });

  (real('root') ? it : it.skip)('is who else works there, each person once', async () => {
    for (const [process, uid] of [
      ['2', 1234],
      ['3', 1234],
      ['4', 33],
    ] as const) {
      await mkdir(join(folder, 'proc', process));
      await chown(join(folder, 'proc', process), uid, uid);
    }
    expect((await look()).others).to.equal(1);
  });
});
