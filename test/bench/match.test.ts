import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const bench = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

describe('the matching set', () => {
  it("is answered as HTCondor's own library answers it, a thousand requests against a thousand machines", async () => {
    const { stderr } = await promisify(execFile)(process.execPath, [bench, '--quick', '--only', 'match']);
    expect(stderr).to.contain("1000 answers of 1000x1k equal libclassad's");
  }).timeout(60_000);
});
