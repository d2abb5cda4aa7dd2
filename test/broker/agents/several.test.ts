import { expect } from 'chai';
import { agentName, agentNumber, resourceOf } from '../../../broker/agents/agent-names.ts';
import { type OfAgent, resourcesWith } from '../../../broker/agents/several.ts';
import { Refusal } from '../../../platform/failure.ts';
import { type GivenAgents, givenAgents } from './given.ts';

const codeOf = async (wanted: Promise<unknown>) => {
  const error: unknown = await wanted.catch((thrown) => thrown);
  return error instanceof Refusal ? error.code : error;
};

describe('a resource of several agents', () => {
  let given: GivenAgents;
  beforeEach(async () => {
    given = await givenAgents({ 'most-resources': 4 });
  });
  afterEach(() => given[Symbol.asyncDispose]());

  const key = async (name: string) => (await given.keys(name)).publicKey;
  const enrolled = async (name: string, agent: string) => {
    const { secret } = await given.resources.addAgent('local', name);
    return given.resources.enrol(secret, await key(agent));
  };
  const list = async () =>
    (await given.resources.list({ owner: 'local' })).map(({ name, agents }) => ({ name, agents }));

  it('has as many as its owner adds, each by a secret and a key of its own, and all are it to themselves', async () => {
    const { resources } = given;
    await resources.add('local', 'pool');
    expect(await enrolled('pool', 'a'), 'the first is awaited yet').to.include({ name: 'pool' });
    expect(await list()).to.deep.equal([{ name: 'pool', agents: undefined }]);
    expect(await enrolled('pool', 'b')).to.include({ name: 'pool', owner: 'local' });
    const again = await resources.addAgent('local', 'pool');
    await resources.addAgent('local', 'pool');
    expect(await codeOf(resources.enrol(again.secret, await key('c'))), 'it got another secret').to.equal(
      'secret-refused',
    );
    expect(await enrolled('pool', 'c')).to.include({ name: 'pool' });
    const [pool] = await list();
    expect(pool?.agents?.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      ...['pool silent', 'pool.2 silent', 'pool.3 silent'],
    ]);
    expect(await codeOf(enrolled('pool', 'a')), 'an agent is one of them').to.equal('resource-exists');
  });

  it('is its owner’s alone, has a bound, and is there first', async () => {
    const { resources } = given;
    await resources.add('ann', 'hers');
    expect(await codeOf(resources.addAgent('bob', 'hers'))).to.equal('not-found');
    expect(await codeOf(resources.addAgent('local', 'none'))).to.equal('not-found');
    await resources.add('local', 'pool');
    for (const name of ['a', 'b', 'c', 'd']) await enrolled('pool', name);
    expect(await codeOf(enrolled('pool', 'e'))).to.equal('resource-exists');
  });

  it('takes nothing more by an agent that is added while its owner has drained it', async () => {
    const { resources } = given;
    await resources.add('local', 'pool');
    await enrolled('pool', 'a');
    await resources.drain('local', 'pool', true);
    await enrolled('pool', 'b');
    const draining = async () =>
      (JSON.parse(await given.everything()) as { name: string; draining: number }[]).map(
        (row) => `${row.name} ${row.draining}`,
      );
    expect(await draining()).to.have.members(['pool 1', 'pool.2 1']);
    await resources.drain('local', 'pool', false);
    expect(await draining()).to.have.members(['pool 0', 'pool.2 0']);
  });

  it('goes with all of them, or one of them goes alone, which is a stranger then', async () => {
    const { resources } = given;
    await resources.add('local', 'pool');
    await resources.add('local', 'pool-2');
    for (const name of ['a', 'b']) await enrolled('pool', name);
    await resources.remove('local', 'pool.2');
    expect(await list()).to.deep.equal([
      { name: 'pool', agents: undefined },
      { name: 'pool-2', agents: undefined },
    ]);
    await enrolled('pool', 'c');
    await resources.drain('local', 'pool', true);
    await resources.remove('local', 'pool');
    expect(await list()).to.deep.equal([{ name: 'pool-2', agents: undefined }]);
  });
});

describe('the agents of a resource', () => {
  it('have names by which that is known', () => {
    expect([1, 2, 10].map((number) => agentName('pool', number))).to.deep.equal([
      'pool',
      'pool.2',
      'pool.10',
    ]);
    for (const name of ['pool', 'pool.2', 'pool.10', 'pool (removed)', 'pool.2 (removed)'])
      expect(resourceOf(name)).to.equal('pool');
    expect(['pool', 'pool.2', 'pool.2 (removed)'].map(agentNumber)).to.deep.equal([1, 2, 2]);
  });

  it('are shown together: machines add up, a queue counts once by the least of its bounds', () => {
    const agent = (name: string, more: Partial<OfAgent>): OfAgent => ({
      ...{
        name,
        owner: 'ann',
        state: 'online',
        heardAgoMs: 5,
        running: 1,
        held: 2,
        mostTasks: 4,
        says: null,
      },
      ...{ serves: 'any', sharedWith: [], queue: undefined, powers: null },
      ...more,
    });
    const [pool] = resourcesWith([
      agent('pool.2', { queue: 'q', mostTasks: 7, heardAgoMs: 1, says: { Cpus: '64' } }),
      agent('pool', { queue: 'q', state: 'silent', heardAgoMs: null }),
      agent('pool.3', { state: 'awaited', mostTasks: null, running: null, held: null }),
      agent('pool.10', {}),
    ]);
    expect(pool).to.deep.include({ name: 'pool', state: 'online', running: 3, held: 6, mostTasks: 4 + 4 });
    expect(pool).to.deep.include({ heardAgoMs: 1, says: { Cpus: '64' } });
    expect(pool?.agents?.map(({ name }) => name)).to.deep.equal(['pool', 'pool.2', 'pool.3', 'pool.10']);
  });
});
