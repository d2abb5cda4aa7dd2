import { mkdtemp, rm } from 'node:fs/promises';
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

  it('says that there is no ssh on this machine', async () => {
    const link = new Link({
      target: {
        ...{ host: '127.0.0.1', port: 1, user: 'ann', key: '/nowhere/key', knownHosts: '/nowhere/known' },
        ...{ options: [], silenceMs: 3_000 },
      },
      ...{ folder: join(folder, 'ssh'), path: folder, commandMs: 1_000, clock: systemClock, log: silentLog },
    });
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
});
