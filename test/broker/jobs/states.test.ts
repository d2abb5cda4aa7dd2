import { expect } from 'chai';
import { jobMoves, type Move, taskMoves } from '../../../protocol/jobs/states.ts';
import { openServiceStore } from '../../support/service-store.ts';

const pairs = (moves: readonly Move<string>[]) => moves.map(({ from, to }) => `${from} -> ${to}`).sort();

describe('the store of jobs', () => {
  it('knows the moves that the tables name, and no others', async () => {
    await using service = await openServiceStore('broker');
    for (const [table, moves] of [
      ['job_moves', jobMoves],
      ['task_moves', taskMoves],
    ] as const) {
      const rows = await service.store.read((sql) =>
        sql.all<{ before: string; after: string }>(`SELECT before, after FROM ${table}`),
      );
      expect(rows.map(({ before, after }) => `${before} -> ${after}`).sort()).to.deep.equal(pairs(moves));
    }
  });

  it('refuses a job or a task that moves otherwise, an attempt that goes back, and counts that do not add up', async () => {
    await using service = await openServiceStore('broker');
    const { store } = service;
    const write = (text: string) => store.write((sql) => sql.run(text));
    const refused = async (text: string, why: RegExp) => {
      const error = await write(text).catch((reason: unknown) => reason);
      expect(String(error), text).to.match(why);
    };
    await write(
      `INSERT INTO jobs (id, owner, name, application, priority, repeatable, state, cpus, tasks, matching, created_at)
       VALUES ('a', 'o', 'n', 'app', 0, 0, 'QUEUED', 1, 2, 2, 0)`,
    );
    await write(`INSERT INTO tasks (job, number, state, attempt, resource) VALUES (1, 1, 'held', 1, 'n1')`);
    const job = /a job does not move so/;
    const task = /a task does not move so/;
    await refused(`UPDATE jobs SET state = 'FINISHED'`, job);
    await refused(`UPDATE jobs SET state = 'NEW'`, job);
    await refused(`UPDATE tasks SET state = 'done'`, task);
    await refused(`UPDATE tasks SET state = 'matching', attempt = 2`, task);
    await refused('UPDATE tasks SET attempt = 0', task);
    await refused(
      `INSERT INTO tasks (job, number, state, attempt, resource) VALUES (1, 2, 'done', 1, 'n')`,
      /begins/,
    );
    await refused(
      `INSERT INTO tasks (job, number, state, attempt, resource) VALUES (1, 2, 'held', 2, 'n')`,
      /begins/,
    );
    await refused('UPDATE jobs SET held = held + 1', /CHECK/);
    await refused('UPDATE jobs SET held = -1, matching = 3', /CHECK/);
    await write(`UPDATE tasks SET state = 'matching'`);
    await refused(`UPDATE tasks SET state = 'held'`, task);
    await write(`UPDATE tasks SET state = 'held', attempt = 2`);
  });
});
