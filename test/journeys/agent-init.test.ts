import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm } from '../support/ogm.ts';
import { temporaryFolder } from './support/house.ts';

describe('ogm agent init', () => {
  it('writes a configuration that the agent reads, over no other file, and says what comes next', async () => {
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    // No commands of batch systems or containers, whatever this machine has: Node.js alone, which the package starts by.
    await symlink(process.execPath, join(cwd, 'node'));
    const init = (...words: string[]) => ogm(['agent', 'init', ...words], { cwd, env: { PATH: cwd } });

    const file = join(cwd, 'mine.yaml');
    const made = await init('mine.yaml', '--data', 'kept', '--cores', '1', '--hours', 'weekends', '--json');
    expect(made.code, made.stderr).to.equal(0);
    const { file: told, found, settings, text, next } = JSON.parse(made.stdout);
    expect([told, found.batch, found.bubblewrap]).to.deep.equal([file, [], false]);
    expect(settings).to.deep.include({
      'agent.back-end': 'local',
      'agent.hours': 'weekends',
      'agent.cpus': '1',
    });
    expect(next[1]).to.equal('ogm agent enrol --config mine.yaml');
    expect(await readFile(file, 'utf8')).to.equal(text);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);

    const doctor = await ogm(['agent', '--config', 'mine.yaml', 'doctor', '--json'], { cwd });
    expect(doctor.code, doctor.stdout).to.equal(0);
    const hours = doctor.stdout.split('\n').find((line) => line.includes('"about":"hours"'));
    expect(hours).to.match(/closed until|serves until/);

    await writeFile(file, '# mine alone\n');
    const kept = await init('mine.yaml');
    expect([kept.code, kept.stderr]).to.deep.equal([
      2,
      `ogm: ${file} is there already; name another file, or say --force\n`,
    ]);
    const shown = await init('mine.yaml', '--dry-run');
    expect(shown.stdout)
      .to.match(/^# The agent of this machine/)
      .and.contain('\n  back-end: local\n');
    expect(await readFile(file, 'utf8')).to.equal('# mine alone\n');
    expect((await init('mine.yaml', '--force')).code).to.equal(0);
    expect(await readFile(file, 'utf8')).to.contain('back-end: local');

    const far = ['--back-end', 'ssh', '--ssh-host', 'far', '--ssh-user', 'me', '--ssh-key', '~/.ssh/far'];
    const typed = await init('far.yaml', ...far, '--ssh-known-hosts', 'known', '--dry-run', '--json');
    expect(JSON.parse(typed.stdout).settings).to.include({
      'agent.ssh-key': join(homedir(), '.ssh', 'far'),
      'agent.ssh-known-hosts': join(cwd, 'known'),
    });

    const wrong = await init('other.yaml', '--hours', 'noon');
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.match(/^ogm: --hours: 'noon' names a day that there is none of/);
  });
});
