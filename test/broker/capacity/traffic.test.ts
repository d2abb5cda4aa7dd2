import fc from 'fast-check';
import { openServiceStore } from '../../support/service-store.ts';
import { step } from './steps.ts';
import { World } from './traffic.ts';

describe('holds, reservations and what runs', () => {
  it('are never more than each node has, at any moment, whatever is offered, accepted, let go and run', async () => {
    await using service = await openServiceStore('broker');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        await service.store.write((sql) => sql.run('DELETE FROM deals'));
        const world = new World(service);
        await world.room.keeper.start();
        try {
          for (const one of steps) {
            await world.do(one);
            world.check();
          }
          await world.checkStore();
        } finally {
          await world.room.keeper.stop();
        }
      }),
      { numRuns: 60 },
    );
  });
});
