import { expect } from 'chai';
import { enrolledView, enrolmentView, resourceList } from '../../../protocol/resources.ts';
import { refusalOf } from '../../support/documents.ts';
import { type GivenAgents, givenAgents, silenceMs } from './given.ts';

describe('resources', () => {
  let given: GivenAgents;

  beforeEach(async () => {
    given = await givenAgents();
  });

  afterEach(() => given[Symbol.asyncDispose]());

  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${given.url}/broker/v1/${path}`, {
      method,
      ...(body === undefined
        ? { headers }
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } }),
    });
  const add = async (name: string) =>
    enrolmentView.parse(await (await call('POST', 'resources', { name })).json());
  const enrol = (secret: string, key: string) => call('POST', 'enrol', { secret, key });
  const codeOf = async (answer: Promise<Response>) => {
    const { status } = await answer;
    return [status, ((await (await answer).json()) as { code: string }).code];
  };
  const states = async () => {
    const { resources } = resourceList.parse(await (await call('GET', 'resources')).json());
    return Object.fromEntries(resources.map(({ name, state }) => [name, state]));
  };

  it('are added with a secret, by which an agent enrols once', async () => {
    const { name, secret, expiresAt } = await add('node');
    expect([name, expiresAt]).to.deep.equal(['node', given.clock.now() + 3_600_000]);
    expect(secret).to.match(/^[\w-]{43}$/);
    const [key, other] = [(await given.keys('a')).publicKey, (await given.keys('b')).publicKey];
    const enrolled = enrolledView.parse(await (await enrol(secret, key)).json());
    expect(enrolled).to.deep.equal({ name: 'node', owner: 'local', brokerKey: given.brokerKeys.publicKey });
    const again = await enrol(secret, key);
    expect(enrolledView.parse(await again.json()), 'where the answer was lost').to.deep.equal(enrolled);
    expect(await codeOf(enrol(secret, other))).to.deep.equal([403, 'secret-refused']);
  });

  it('refuse a secret that is too old, was replaced, or never was', async () => {
    const { publicKey } = await given.keys('agent');
    const first = await add('node');
    const second = await add('node');
    expect(await codeOf(enrol(first.secret, publicKey))).to.deep.equal([403, 'secret-refused']);
    expect(await codeOf(enrol('A'.repeat(43), publicKey))).to.deep.equal([403, 'secret-refused']);
    await given.clock.advance(3_600_000);
    expect(await codeOf(enrol(second.secret, publicKey))).to.deep.equal([403, 'secret-refused']);
  });

  it('keep no secret that could be read from the store', async () => {
    const { secret } = await add('node');
    const kept = await given.everything();
    expect(kept).to.contain('node').and.not.contain(secret);
    expect(given.log.lines.join('\n')).not.to.contain(secret);
  });

  it('are one for each name, and one for each agent', async () => {
    const { publicKey } = await given.keys('agent');
    await enrol((await add('node')).secret, publicKey);
    expect(await codeOf(call('POST', 'resources', { name: 'node' }))).to.deep.equal([409, 'resource-exists']);
    const other = await add('other');
    expect(await codeOf(enrol(other.secret, publicKey))).to.deep.equal([409, 'resource-exists']);
    for (const name of ['three', 'four', 'five']) await add(name);
    expect(await codeOf(call('POST', 'resources', { name: 'six' }))).to.deep.equal([409, 'resource-exists']);
  });

  it('adopt the agent of the user who runs the broker, whatever it had before', async () => {
    const [first, second] = [(await given.keys('a')).publicKey, (await given.keys('b')).publicKey];
    const { brokerKeys, resources } = given;
    for (const key of [first, first, second])
      expect(await resources.adopt('mine', key)).to.deep.equal({
        name: 'mine',
        owner: 'local',
        brokerKey: brokerKeys.publicKey,
      });
    expect(await states()).to.deep.equal({ mine: 'silent' });
    await resources.adopt('renamed', second);
    expect(await states()).to.deep.equal({ renamed: 'silent' });
    expect(await codeOf(enrol('none of renamed', first))).to.deep.equal([403, 'secret-refused']);
  });

  it('adopt the agent of the user who runs the broker also where somebody else has the name: not as theirs', async () => {
    await given.resources.add('ann', 'mine');
    await given.resources.adopt('mine', (await given.keys('a')).publicKey);
    expect(await given.resources.list({ owner: 'ann' })).to.deep.equal([]);
    expect((await given.resources.list({ owner: 'local' })).map(({ name }) => name)).to.deep.equal(['mine']);
  });

  it('tell whether their agents are awaited, here, silent or draining', async () => {
    await add('awaited');
    const agent = await given.agent('node');
    expect(await states()).to.deep.equal({ awaited: 'awaited', node: 'silent' });
    await agent.connect();
    expect(await states()).to.deep.equal({ awaited: 'awaited', node: 'online' });
    expect((await call('POST', 'resources/node/drain')).status).to.equal(204);
    expect(await states()).to.deep.equal({ awaited: 'awaited', node: 'draining' });
    expect((await call('POST', 'resources/node/resume')).status).to.equal(204);
    expect(await states()).to.deep.equal({ awaited: 'awaited', node: 'online' });
    await given.clock.advance(silenceMs);
    expect(await states()).to.deep.equal({ awaited: 'awaited', node: 'silent' });
    expect((await call('DELETE', 'resources/node')).status).to.equal(204);
    expect(await states()).to.deep.equal({ awaited: 'awaited' });
  });

  it('are their owner’s alone', async () => {
    await given.resources.add('ann', 'hers');
    const { resources } = given;
    expect(await resources.list({ owner: 'bob' })).to.deep.equal([]);
    for (const [name, change] of [
      ['drain', (resource: string) => resources.drain('bob', resource, true)],
      ['remove', (resource: string) => resources.remove('bob', resource)],
    ] as const)
      for (const resource of ['hers', 'none'])
        expect(await refusalOf(change(resource)), name).to.include({
          code: 'not-found',
          detail: `there is no resource '${resource}'`,
        });
    expect(await states(), 'as administrators see them').to.deep.equal({ hers: 'awaited' });
    expect((await given.resources.list({ owner: 'ann' })).map(({ name }) => name)).to.deep.equal(['hers']);
  });

  it('are no business of agents, whatever token they show', async () => {
    const agent = await given.agent('node');
    const { token } = await agent.connect();
    const headers = { Authorization: `Bearer ${token}` };
    expect(await codeOf(call('GET', 'resources', undefined, headers))).to.deep.equal([
      401,
      'not-authenticated',
    ]);
    expect(await codeOf(call('DELETE', 'resources/node', undefined, headers))).to.deep.equal([
      401,
      'not-authenticated',
    ]);
  });

  it('refuse names and keys that are none', async () => {
    for (const name of ['', 'Node', '-a', 'a b', 'a/b', 'a'.repeat(64)])
      expect(await codeOf(call('POST', 'resources', { name })), name).to.deep.equal([400, 'bad-query']);
    expect(await codeOf(enrol('A'.repeat(43), 'short'))).to.deep.equal([400, 'bad-query']);
  });
});
