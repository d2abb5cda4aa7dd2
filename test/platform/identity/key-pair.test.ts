import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isSignedBy, keyPairIn } from '../../../platform/identity/key-pair.ts';

describe('a key pair', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-keys-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is made once, for its owner alone, and is the same ever after', async () => {
    const file = join(folder, 'key');
    const pairs = await Promise.all([keyPairIn(file), keyPairIn(file)]);
    pairs.push(await keyPairIn(file));
    expect(new Set(pairs.map(({ publicKey }) => publicKey))).to.have.property('size', 1);
    expect(pairs[0]!.publicKey).to.match(/^[\w-]{43}$/);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(await readdir(folder)).to.deep.equal(['key']);
  });

  it('signs what nobody else can, and nothing else', async () => {
    const [own, other] = [await keyPairIn(join(folder, 'own')), await keyPairIn(join(folder, 'other'))];
    const signature = own.sign('a text');
    expect(signature).to.match(/^[\w-]{86}$/);
    expect(isSignedBy(own.publicKey, 'a text', signature)).to.equal(true);
    expect(isSignedBy(other.publicKey, 'a text', signature)).to.equal(false);
    expect(isSignedBy(own.publicKey, 'another', signature)).to.equal(false);
    expect(isSignedBy(own.publicKey, 'a text', '')).to.equal(false);
    expect(isSignedBy('no key', 'a text', signature)).to.equal(false);
  });

  it('says which file it cannot use', async () => {
    const file = join(folder, 'key');
    await writeFile(file, 'no key');
    const refused = await keyPairIn(file).catch((error: { code: string; detail: string }) => error);
    expect(refused).to.include({ code: 'folder-failed' });
    expect(refused).to.have.property('detail').that.contains(file);
  });
});
