import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { examineSsh } from '../../../fabric-agent/doctor/ssh.ts';
import { silentLog } from '../../../platform/log.ts';
import { real } from '../../support/real.ts';
import { compilePrograms, sshd, sshSettingsWith } from './support.ts';

(real('ssh') && real('gcc') ? describe : describe.skip)('the doctor of a host behind ssh', () => {
  let folder: string;

  before(compilePrograms);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-ssh-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('looks at all that is needed there, says what is wrong with its next step, and leaves nothing', async () => {
    const look = (said: Readonly<Record<string, unknown>>) =>
      examineSsh(sshSettingsWith(said), process.env.PATH ?? '', silentLog);
    const well = await look({});
    expect(well.map(({ about, state }) => `${about}: ${state}`)).to.deep.equal([
      ...['ssh key: well', 'ssh: well', 'ssh clock: well', 'ssh host: well', 'ssh folder: well'],
    ]);
    expect(existsSync(join(sshd.home, `.ogm-${process.pid}`))).to.equal(false);
    const open = join(folder, 'open');
    await writeFile(open, '', { mode: 0o644 });
    const findings = [
      await look({ 'ssh-key': open }),
      await look({ 'ssh-port': 1 }),
      await look({ 'ssh-folder': '/proc/nothing' }),
      await look({ 'ssh-way': 'sge', 'ssh-environment': ['PATH=/nowhere'] }),
      await look({ 'ssh-host': undefined }),
    ].map((all) =>
      all.filter(({ state }) => state === 'wrong').map(({ about, next }) => [about, next !== undefined]),
    );
    expect(findings).to.deep.equal(
      ['ssh key', 'ssh', 'ssh folder', 'batch system', 'ssh'].map((about) => [[about, true]]),
    );
  });
});
