import { expect } from 'chai';
import { real } from '../../support/real.ts';
import { inC, Setting } from './support.ts';

(real('gcc') ? describe : describe.skip)('an enclosed task, of which its runner tells', () => {
  let setting: Setting;
  before(async () => {
    setting = await Setting.make(inC);
  });
  after(async () => {
    await setting[Symbol.asyncDispose]();
  });

  /** Ends as a runner says: with code 0, where the bounds on memory and processes that hold there were met so often. */
  async function ends(task: string, met: string, limits: object): Promise<string> {
    const argv = ['/bin/sh', '-c', `echo began; echo "ended 0 1 1 ${met}"`];
    await setting.supervisor.start({ ...setting.order(task, argv, { limits }), enclosed: true });
    return (await setting.end(task)).state;
  }

  it('has met a bound that is held there, where it is not held here', async () => {
    expect(await ends('none', '0 0', {})).to.equal('exited');
    expect(await ends('memory', '1 0', {})).to.equal('limit-memory');
    expect(await ends('processes', '0 1', {})).to.equal('limit-processes');
  });

  it('has not met those of others in whose group it is, where it is bounded here', async () => {
    const limits = { memoryBytes: 2 ** 30, processes: 64 };
    expect(await ends('others', '1 1', limits)).to.equal('exited');
  });
});
