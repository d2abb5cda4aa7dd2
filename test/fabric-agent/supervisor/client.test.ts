import { duplexPair } from 'node:stream';
import { expect } from 'chai';
import { openSupervisor } from '../../../fabric-agent/supervisor/client.ts';
import { frame } from '../../../fabric-agent/supervisor/frames.ts';
import { silentLog } from '../../../platform/log.ts';

describe('a supervisor on another host', () => {
  for (const [task, attempt] of [
    ['../../../escape', '1'],
    ['a/b', '1'],
    ['a', '1/../../escape'],
    ['', '1'],
    ['.spare', '1'],
  ] as const)
    it(`is hung up on where it names '${task}' and '${attempt}' as a task: that would be a path here`, async () => {
      const told: unknown[] = [];
      const again = Promise.withResolvers<void>();
      let count = 0;
      await using _supervisor = await openSupervisor({
        dir: '/there',
        reach: async () => {
          const [own, other] = duplexPair();
          other.resume();
          count += 1;
          if (count === 1) other.write(frame('exited', 0, task, attempt, 'exited', 0, 1, 2, 0, 0, ''));
          else again.resolve();
          return own;
        },
        log: silentLog,
        exited: (ended) => {
          told.push(ended);
          again.resolve();
        },
      });
      await again.promise;
      expect(told).to.deep.equal([]);
    });

  it('is heard where it tells of tasks', async () => {
    const told = Promise.withResolvers<unknown>();
    await using _supervisor = await openSupervisor({
      dir: '/there',
      reach: async () => {
        const [own, other] = duplexPair();
        other.write(frame('exited', 0, 'a.b-c_1', 7, 'exited', 0, 1, 2, 0, 0, ''));
        return own;
      },
      log: silentLog,
      exited: told.resolve,
    });
    expect(await told.promise).to.include({ task: 'a.b-c_1', attempt: 7 });
  });
});
