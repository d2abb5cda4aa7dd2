import { expect } from 'chai';
import { dealMoves } from '../../../protocol/deals/states.ts';
import { openServiceStore } from '../../support/service-store.ts';

const begin = (state: string) =>
  `INSERT INTO deals (offer, owner, state, ask_id, ask, terms, created_at, agreement, ends_as, verb)
   VALUES ('off-${state}', 'ann', '${state}', 'ask-1', '[]', '[]', 0, NULL, NULL, NULL)`;

describe('the store of deals', () => {
  it('knows the moves that the table names, and no others', async () => {
    await using service = await openServiceStore('broker');
    const rows = await service.store.read((sql) =>
      sql.all<{ before: string; verb: string; after: string }>('SELECT before, verb, after FROM deal_moves'),
    );
    const known = rows.map(({ before, verb, after }) => `${before} ${verb} ${after}`);
    expect(known).to.have.members(dealMoves.map(({ from, verb, to }) => `${from} ${verb} ${to}`));
  });

  it('refuses a deal that begins or moves otherwise, or ends and does not say how', async () => {
    await using service = await openServiceStore('broker');
    const write = (text: string) => service.store.write((sql) => sql.run(text));
    const refused = async (text: string, why: RegExp) => {
      const error = await write(text).catch((reason: unknown) => reason);
      expect(String(error), text).to.match(why);
    };
    for (const state of ['countered', 'lapsed', 'accepting']) await refused(begin(state), /a deal begins as/);
    await write(begin('open'));
    const moves = /a deal does not move so/;
    await refused(`UPDATE deals SET state = 'lapsed'`, moves);
    await refused(`UPDATE deals SET state = 'lapsed', verb = 'Reject'`, moves);
    await refused(`UPDATE deals SET state = 'completed', verb = 'settled', agreement = 'a'`, moves);
    await refused(`UPDATE deals SET state = 'active', verb = 'Accept'`, /CHECK/);
    await write(`UPDATE deals SET state = 'active', verb = 'Accept', agreement = 'agr-1'`);
    await refused(`UPDATE deals SET state = 'ending', verb = 'Complete'`, /CHECK/);
    await refused(`UPDATE deals SET ends_as = 'completed'`, /CHECK/);
    await write(`UPDATE deals SET state = 'ending', verb = 'Complete', ends_as = 'completed'`);
    await refused(`UPDATE deals SET state = 'active', verb = 'Accept', ends_as = NULL`, moves);
  });

  it('counts the documents of each owner', async () => {
    await using service = await openServiceStore('broker');
    const counted = () => service.store.read((sql) => sql.all('SELECT * FROM deal_owners'));
    await service.store.write((sql) => {
      for (const id of ['a', 'b'])
        sql.run(
          `INSERT INTO deal_documents (owner, id, digest, at, answer) VALUES ('ann', @id, 'd', 0, '[]')`,
          { id },
        );
    });
    expect(await counted()).to.deep.equal([{ owner: 'ann', documents: 2 }]);
    await service.store.write((sql) => sql.run(`DELETE FROM deal_documents WHERE id = 'a'`));
    expect(await counted()).to.deep.equal([{ owner: 'ann', documents: 1 }]);
  });
});
