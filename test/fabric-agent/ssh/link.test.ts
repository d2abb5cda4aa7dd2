import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Link } from '../../../fabric-agent/ssh/link.ts';
import { systemClock } from '../../../platform/clock.ts';
import { Refusal } from '../../../platform/failure.ts';
import { silentLog } from '../../../platform/log.ts';

describe('a link to another host', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-ssh-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const linkBy = (path: string) =>
    new Link({
      target: {
        ...{ host: '127.0.0.1', port: 1, user: 'ann', key: '/nowhere/key', knownHosts: '/nowhere/known' },
        ...{ options: [], silenceMs: 3_000 },
      },
      ...{ folder: join(folder, 'sockets'), path, commandMs: 1_000, clock: systemClock, log: silentLog },
    });

  it('says that there is no ssh on this machine', async () => {
    const link = linkBy(folder);
    const refused = await link.open().catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Refusal);
    expect(refused)
      .to.have.property('detail')
      .that.matches(/ssh cannot be started on the machine of the agent/);
    expect(refused)
      .to.have.property('next')
      .that.matches(/OpenSSH/);
    await link.close();
  });

  it('is not cut by a key at the terminal, which ends the agent alone', async () => {
    const script =
      '#!/bin/sh\nread -r _ _ _ _ group _ </proc/$$/stat\necho $$ $group >"$0.said"\nexec /bin/cat\n';
    await writeFile(join(folder, 'ssh'), script, { mode: 0o700 });
    const link = linkBy(folder);
    expect(await link.open().catch((error: unknown) => error)).to.be.instanceOf(Refusal);
    const [pid, group] = (await readFile(join(folder, 'ssh.said'), 'utf8')).trim().split(' ');
    expect(group).to.equal(pid);
    await link.close();
  });
});
