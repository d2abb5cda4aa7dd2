import { expect } from 'chai';
import { Reserving } from '../../../broker/deals/reserving.ts';
import { silentLog } from '../../../platform/log.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { until } from './given.ts';

describe('what batch systems keep that no deal owns', () => {
  it('is let go at the start and every minute, and nothing that a deal owns', async () => {
    await using service = await openServiceStore('broker');
    const { store } = service;
    const clock = new ManualClock();
    const told: string[] = [];
    const none = () => {
      throw new Error('no deal waits for a batch system');
    };
    await using reserving = new Reserving({
      ...{ store, clock, log: silentLog, done() {} },
      moves: { reserved: none, refused: none },
      tellBackEnd: (agent) => told.push(agent),
    });
    const keep = (id: string, resource: string, deal: number) =>
      store.write((sql) => {
        sql.run(
          `INSERT INTO resources (name, owner, created_at, secret_hash, secret_until)
           VALUES (@resource, 'ann', 0, @resource, 0)`,
          { resource },
        );
        sql.run(
          `INSERT INTO reservations (id, resource, slots, start_at, end_at, state, deal)
           VALUES (@id, @resource, 1, 0, 9e15, 'kept', @deal)`,
          { id, resource, deal },
        );
      });
    const stateOf = (id: string) =>
      store.read(
        (sql) => sql.get<{ state: string }>('SELECT state FROM reservations WHERE id = @id', { id })?.state,
      );
    await store.write((sql) =>
      sql.run(
        `INSERT INTO deals (deal, offer, owner, state, ask_id, ask, terms, created_at, until_at)
         VALUES (1, 'off-1', 'ann', 'open', 'ask-1', '[]', '[]', 0, 9e15)`,
      ),
    );
    await store.write((sql) =>
      sql.run("UPDATE deals SET state = 'active', verb = 'Accept', agreement = 'agr-1'"),
    );
    await keep('off-1', 'owned', 1);
    await keep('off-2', 'first', 2);
    await reserving.start();
    expect([told.splice(0), await stateOf('off-2')]).to.deep.equal([['first'], 'releasing']);
    for (const minute of [1, 2]) {
      await keep(`off-${minute + 2}`, `later-${minute}`, minute + 2);
      await clock.advance(60_000);
      await until(() => told.length > 0);
      expect(told.splice(0)).to.deep.equal([`later-${minute}`]);
    }
    expect(await stateOf('off-1')).to.equal('kept');
  });
});
