import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { renewing } from '../../cli/house/renewed-certificate.ts';
import { type Certificate, readCertificate } from '../../platform/doors/certificate.ts';
import { type Log, silentLog } from '../../platform/log.ts';
import { ManualClock } from '../support/clock.ts';

const fixtures = {
  loopback: new URL('../client/fixtures/', import.meta.url),
  grid: new URL('../platform/doors/fixtures/', import.meta.url),
};

describe('the certificate of the door for clients', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-renewing-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is taken up within a minute of its renewal, and one that cannot be read changes nothing', async () => {
    const files = [join(folder, 'certificate.pem'), join(folder, 'key.pem')] as const;
    const put = async (name: keyof typeof fixtures, parts: readonly (0 | 1)[] = [0, 1]) => {
      for (const part of parts) {
        const from = new URL(`${name}-${['certificate', 'key'][part]}.pem`, fixtures[name]);
        await copyFile(fileURLToPath(from), files[part]);
        await chmod(files[part], 0o600);
      }
    };
    await put('loopback');
    const first = await readCertificate(...files);
    const clock = new ManualClock();
    const taken: Certificate[] = [];
    let said = Promise.withResolvers<string>();
    const log: Log = {
      ...silentLog,
      info: () => said.resolve('renewed'),
      error: () => said.resolve('cannot be read'),
    };
    const looked = async () => {
      said = Promise.withResolvers();
      await clock.advance(60_000);
      return await said.promise;
    };
    await using part = renewing({
      door: { renew: (one) => void taken.push(one) },
      ...{ files, first, clock, log },
    });
    await part.start();
    await put('grid', [0]); // its key has not come yet
    expect(await looked()).to.equal('cannot be read');
    expect(taken).to.deep.equal([]);
    await put('grid');
    expect(await looked()).to.equal('renewed');
    expect(taken).to.deep.equal([await readCertificate(...files)]);
  });
});
