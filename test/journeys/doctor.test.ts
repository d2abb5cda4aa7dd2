import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm } from '../support/ogm.ts';
import { temporaryFolder } from './support/house.ts';

describe('ogm agent doctor', () => {
  it('tells what is wrong and what to do about it, a line each, and leaves nothing behind', async () => {
    await using folder = await temporaryFolder();
    const agent = join(folder.path, 'agent');
    await mkdir(agent, { mode: 0o700 });
    const examine = (...more: string[]) => ogm(['agent', 'doctor', '--data', folder.path, ...more]);

    const healthy = await examine('--json');
    expect(healthy.code, healthy.stderr).to.equal(0);
    const findings = healthy.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(findings.map(({ about }) => about)).to.include.members([
      'Node.js',
      'supervisor',
      'limits',
      'clock',
    ]);
    expect(findings.filter(({ state, next }) => state !== 'well' && next === undefined)).to.deep.equal([]);

    await chmod(agent, 0o755);
    const broker = { url: 'http://127.0.0.1:1', name: 'mine', owner: 'local', brokerKey: 'A'.repeat(43) };
    await writeFile(join(agent, 'enrolment.json'), JSON.stringify(broker), { mode: 0o600 });
    const ailing = await examine();
    expect(ailing.code).to.equal(2);
    expect(ailing.stdout).to.match(/^wrong {4}data folder: others may look into .*; chmod 700 /m);
    expect(ailing.stdout).to.match(/^wrong {4}brokers: http:\/\/127\.0\.0\.1:1 cannot be reached: .*; /m);
  });
});
