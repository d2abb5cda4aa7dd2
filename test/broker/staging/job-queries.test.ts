import { expect } from 'chai';
import { jobQueries } from '../../../broker/staging/job-queries.ts';
import { givenJobs } from '../jobs/support.ts';

describe('what a resource may have of the files of a job', () => {
  it('is what the job holds as long as a task of it is there and not over, though it counts as lost', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    await given.submit({});
    await agent.mayStart('job1.1');
    await given.service.store.write((sql) => {
      sql.run('INSERT INTO blobs (id, hash, bytes, used_at) VALUES (7, randomblob(32), 3, 0)');
      sql.run('INSERT INTO blob_claims SELECT job, 7, owner FROM jobs');
    });
    const may = (resource: string) =>
      given.service.store.read((sql) => jobQueries.hasTaskWith(sql, resource, 7));
    expect([await may('n1'), await may('n2')]).to.deep.equal([true, false]);
    await agent.end('job1.1', 1, { kind: 'lost', code: null });
    expect((await given.task('job1')).state).to.equal('lost');
    expect(await may('n1'), 'its node may come back with its results').to.equal(true);
    await agent.end('job1.1', 1, {});
    expect((await given.task('job1')).state).to.equal('done');
    expect(await may('n1')).to.equal(false);
  });
});
