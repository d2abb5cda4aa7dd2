import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { BlobsClient } from '../../client/index.ts';
import { startOgm } from '../support/ogm.ts';
import { ready, type ServiceReport, temporaryFolder } from './support/house.ts';

const MiB = 2 ** 20;
const fileBytes = 256 * MiB;

/** What a file of any size may add to the memory of a broker. */
const mostMiB = 64;

describe('a large file, as the first thing that comes to a broker', () => {
  it('adds little to its memory, on its way there and back', async function () {
    if (process.platform !== 'linux') this.skip();
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'file');
    {
      await using made = await open(file, 'w');
      await made.write('no other is like it');
      await made.truncate(fileBytes);
    }
    const free = ['--http-port', '0', '--broker-port', '0', '--data', join(folder.path, 'data')];
    const nobody = ['market', 'infogather'].flatMap((name) => [
      '--set',
      `client.${name}-url=http://127.0.0.1:9`,
    ]);
    await using broker = startOgm(['broker', '--json', ...free, ...nobody]);
    const { http } = await ready<ServiceReport>(broker);
    const blobs = new BlobsClient({ url: http, fetch });
    const before = await memoryMiB(broker.pid, 'VmRSS');
    // From now on the most is counted anew: proc_pid_clear_refs(5).
    await writeFile(`/proc/${broker.pid}/clear_refs`, '5');
    const at = await blobs.upload(file);
    expect((await memoryMiB(broker.pid, 'VmHWM')) - before, 'sent').to.be.below(mostMiB);
    await blobs.download(at, join(folder.path, 'back'));
    expect((await memoryMiB(broker.pid, 'VmHWM')) - before, 'fetched').to.be.below(mostMiB);
  });
});

async function memoryMiB(pid: number, which: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kB] = new RegExp(`^${which}:\\s*(\\d+) kB`, 'm').exec(status) ?? [];
  return Number(kB) / 1024;
}
