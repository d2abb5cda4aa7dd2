import { expect } from 'chai';
import { FarFolder } from '../../../fabric-agent/ssh/far-folder.ts';
import type { Connected, Link } from '../../../fabric-agent/ssh/link.ts';

describe('the folder of an agent on another host', () => {
  /** What is there; what is called `stuck` cannot be removed. */
  let there: Set<string>;
  let commands: number;
  let isCut: boolean;
  let far: FarFolder;

  beforeEach(() => {
    there = new Set(['/a', '/stuck', '/b', '/c']);
    commands = 0;
    isCut = false;
    const link = {
      up: async () => ({ sftp: { look: async (path: string) => (there.has(path) ? {} : undefined) } }),
      run: async ([, , , , ...folders]: readonly string[]) => {
        commands += 1;
        await new Promise((resolve) => setImmediate(resolve));
        if (isCut) return { code: null, output: '', complaint: 'there is no connection' };
        for (const each of folders) if (each !== '/stuck') there.delete(each);
        const isStuck = folders.includes('/stuck');
        return { code: isStuck ? 1 : 0, output: '', complaint: isStuck ? 'Permission denied' : '' };
      },
    };
    far = new FarFolder(link as unknown as Link, '/agent');
  });

  const fails = (folder: string) =>
    far.remove([folder]).then(
      () => 'removed',
      (error: Error) => error.message,
    );

  it('is rid of what tasks left, though what one left cannot be removed', async () => {
    const all = await Promise.all(['/a', '/stuck', '/b'].map(fails));
    expect(all).to.deep.equal([
      'removed',
      'what a task left there could not be removed: Permission denied',
      'removed',
    ]);
    expect(await fails('/c')).to.equal('removed');
    expect([...there]).to.deep.equal(['/stuck']);
  });

  it('says of none that it is removed before it is, and of many asks by few commands', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `/t${at}`);
    for (const each of names) there.add(each);
    const all = names.map(async (each) => {
      await far.remove([each]);
      expect(there.has(each)).to.equal(false);
    });
    await Promise.all(all);
    expect(commands).to.be.at.most(2);
  });

  it('tries again what was asked for while there was no connection', async () => {
    isCut = true;
    expect(await fails('/a')).to.match(/no connection/);
    isCut = false;
    expect(await fails('/a')).to.equal('removed');
  });

  it('is not one in which others may put programs that this user would run', async () => {
    const made = (around: object, own: object) => {
      const sftp = {
        makeFolder: async () => {},
        look: async (path: string) => (path === '/around/agent' ? own : around),
      };
      const there = new FarFolder({} as Link, '/around/agent');
      return there.make({ sftp, facts: { uid: 7 } } as unknown as Connected).then(
        () => 'made',
        (error: Error) => error.message,
      );
    };
    const ours = { owner: 7, mode: 0o40700 };
    expect(await made(ours, ours)).to.equal('made');
    expect(await made({ owner: 0, mode: 0o41777 }, ours), 'as /tmp is').to.equal('made');
    for (const [around, own] of [
      [{ owner: 8, mode: 0o40755 }, ours],
      [{ owner: 0, mode: 0o40777 }, ours],
      [ours, { owner: 8, mode: 0o40777 }],
      [ours, { owner: 0, mode: 0o40755 }],
      [ours, { owner: 7, mode: 0o40770 }],
      [ours, { owner: 7, mode: 0o41777 }],
      [ours, {}],
    ] as const)
      expect(await made(around, own)).to.match(/can be changed by other users/);
  });
});
