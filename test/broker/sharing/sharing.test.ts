import { expect } from 'chai';
import { Sharing } from '../../../broker/sharing/sharing.ts';
import { silentLog } from '../../../platform/log.ts';
import { jobView } from '../../../protocol/jobs/job.ts';
import { type ResourceView, resourceList } from '../../../protocol/resources.ts';
import { groupList } from '../../../protocol/sharing.ts';
import { blob, content } from '../identities/every-route.ts';
import { type GivenUsers, givenUsers } from '../identities/given.ts';

/** Ann, Bob and an administrator, each by their token. */
interface Given extends GivenUsers {
  readonly ann: string;
  readonly bob: string;
  readonly root: string;
}

async function given(): Promise<Given> {
  const users = await givenUsers(sharingDefaults);
  const [ann, bob] = [(await users.token('ann')).token, (await users.token('bob')).token];
  const root = (await users.token('root', ['admin'])).token;
  return { ...users, ann, bob, root };
}

const sharingDefaults = { 'most-groups': 2, 'most-members': 2, 'most-shares': 2 };

const at = '/broker/v1/resources/anns-node';
const accepts = { acceptsUnisolated: true };

async function codeOf(answer: ReturnType<GivenUsers['call']>): Promise<[number, string]> {
  const { status, text } = await answer;
  return [status, status < 300 ? '' : (JSON.parse(text) as { code: string }).code];
}

async function seenBy({ call }: GivenUsers, token: string): Promise<readonly ResourceView[]> {
  return resourceList.parse(JSON.parse((await call('GET', '/broker/v1/resources', token)).text)).resources;
}

async function submit({ call }: GivenUsers, token: string): Promise<string> {
  const { text } = await call('POST', '/broker/v1/jobs', token, {
    application: 'echo',
    resources: ['anns-node'],
  });
  return jobView.parse(JSON.parse(text)).id;
}

async function finished({ call }: GivenUsers, token: string, job: string): Promise<void> {
  for (let state = ''; state !== 'FINISHED'; )
    state = jobView.parse(
      JSON.parse((await call('GET', `/broker/v1/jobs/${job}?wait=10`, token)).text),
    ).state;
}

describe('sharing', () => {
  it('has a resource run the jobs of a user, who sees that it is there and nothing of its owner’s', async () => {
    await using it = await given();
    await it.agent('ann', 'anns-node', content, blob, accepts);
    const job = await submit(it, it.bob);
    expect(await seenBy(it, it.bob)).to.deep.equal([]);
    expect(await codeOf(it.call('POST', `${at}/share`, it.ann, { with: ['bob'] }))).to.deep.equal([204, '']);
    await finished(it, it.bob, job);
    const [seen] = await seenBy(it, it.bob);
    expect(seen).to.include({ name: 'anns-node', owner: 'ann', state: 'online', running: null, held: null });
    expect([seen?.sharedWith, seen?.mostTasks, seen?.says?.Cpus]).to.deep.equal([null, null, '4']);
    expect((await seenBy(it, it.ann))[0]?.sharedWith).to.deep.equal(['bob']);
    for (const word of ['drain', 'resume', 'share', 'unshare'])
      expect((await it.call('POST', `${at}/${word}`, it.bob, { with: ['bob'] })).status, word).to.equal(404);
    const anns = await submit(it, it.ann);
    expect((await it.call('GET', `/broker/v1/jobs/${anns}`, it.bob)).status).to.equal(404);
    await it.call('POST', `${at}/unshare`, it.ann, { with: ['bob'] });
    expect(await seenBy(it, it.bob)).to.deep.equal([]);
  });

  it('is with groups too, as administrators make them, and ends with who leaves them', async () => {
    await using it = await given();
    await it.agent('ann', 'anns-node', content, blob, accepts);
    const groups = '/broker/v1/groups';
    await it.call('POST', groups, it.root, { name: 'physics' });
    expect(await codeOf(it.call('POST', groups, it.root, { name: 'physics' }))).to.deep.equal([
      409,
      'group-exists',
    ]);
    await it.call('POST', `${at}/share`, it.ann, { with: ['group:physics'] });
    const names = async () => (await seenBy(it, it.bob)).map(({ name }) => name);
    expect(await names()).to.deep.equal([]);
    await it.call('POST', `${groups}/physics/add`, it.root, { users: ['bob', 'local'] });
    expect(await names()).to.deep.equal(['anns-node']);
    await finished(it, it.bob, await submit(it, it.bob));
    const listed = groupList.parse(JSON.parse((await it.call('GET', groups, it.root)).text));
    expect(listed).to.deep.equal({ groups: [{ name: 'physics', members: ['bob', 'local'] }] });
    await it.call('POST', `${groups}/physics/remove`, it.root, { users: ['bob'] });
    expect(await names()).to.deep.equal([]);
    expect(it.work.sharing.mayUse('anns-node', 'bob')).to.equal(false);
    await it.call('POST', `${groups}/physics/add`, it.root, { users: ['bob'] });
    await it.call('DELETE', `${groups}/physics`, it.root);
    await it.call('POST', groups, it.root, { name: 'physics' });
    await it.call('POST', `${groups}/physics/add`, it.root, { users: ['bob'] });
    expect(await names(), 'another of the same name').to.deep.equal([]);
    expect((await seenBy(it, it.ann))[0]?.sharedWith).to.deep.equal([]);
  });

  it('ends with the user', async () => {
    await using it = await given();
    await it.agent('ann', 'anns-node', content, blob, accepts);
    await it.call('POST', `${at}/share`, it.ann, { with: ['bob'] });
    expect(it.work.sharing.mayUse('anns-node', 'bob')).to.equal(true);
    await it.call('DELETE', '/broker/v1/users/bob', it.root);
    expect(it.work.sharing.mayUse('anns-node', 'bob')).to.equal(false);
    expect((await seenBy(it, it.ann))[0]?.sharedWith).to.deep.equal([]);
  });

  it('is refused of a node that does not keep programs apart, unless its owner accepts that', async () => {
    await using it = await given();
    const { secret } = await it.work.resources.add('ann', 'awaited');
    expect(secret).to.be.a('string');
    const share = (name: string) =>
      it.call('POST', `/broker/v1/resources/${name}/share`, it.ann, { with: ['bob'] });
    expect((await share('awaited')).text)
      .to.contain('its agent is not here')
      .and.to.contain('not-isolated');
    await it.agent('ann', 'anns-node', content, blob);
    const { text } = await share('anns-node');
    expect(text).to.contain('"code":"not-isolated"').and.to.contain('agent.accept-unisolated');
    it.from({ address: '127.0.0.1', uid: 1 });
    await it.agent('ann', 'house', content, blob, accepts);
    expect((await share('house')).text).to.contain('as the user who runs this broker');
    const powers = { limits: [], isolates: true, gracefulCancel: true, outlivesAgent: true };
    await it.agent('ann', 'apart', content, blob, { powers });
    expect((await share('apart')).status).to.equal(204);
  });

  it('is with those alone who are there, and with so many', async () => {
    await using it = await given();
    await it.agent('ann', 'anns-node', content, blob, accepts);
    const share = (...names: string[]) => it.call('POST', `${at}/share`, it.ann, { with: names });
    expect(await codeOf(share('eve'))).to.deep.equal([404, 'not-found']);
    expect(await codeOf(share('bob', 'group:none'))).to.deep.equal([404, 'not-found']);
    expect((await seenBy(it, it.ann))[0]?.sharedWith, 'all or nothing').to.deep.equal([]);
    for (const name of ['', 'Bob', 'group:', 'group:group:x'])
      expect(await codeOf(share(name)), name).to.deep.equal([400, 'bad-query']);
    expect(await codeOf(share('bob', 'root', 'local'))).to.deep.equal([409, 'too-many-shares']);
    for (const name of ['a', 'b']) await it.call('POST', '/broker/v1/groups', it.root, { name });
    expect(await codeOf(it.call('POST', '/broker/v1/groups', it.root, { name: 'c' }))).to.deep.equal([
      409,
      'too-many-shares',
    ]);
    const add = (...users: string[]) => it.call('POST', '/broker/v1/groups/a/add', it.root, { users });
    expect(await codeOf(add('ann', 'bob', 'root'))).to.deep.equal([409, 'too-many-shares']);
    expect(await codeOf(add('eve'))).to.deep.equal([404, 'not-found']);
  });

  it('is the same after a restart, and goes with the resource', async () => {
    await using it = await given();
    await it.agent('ann', 'anns-node', content, blob, accepts);
    await it.call('POST', `${at}/share`, it.ann, { with: ['bob'] });
    const config = sharingDefaults;
    const reopen = async () =>
      (
        await Sharing.open({
          ...{ config, store: it.store, clock: it.clock, log: silentLog },
          keepingOf: () => undefined,
          changed: async () => {},
        })
      ).mayUse('anns-node', 'bob');
    expect(await reopen()).to.equal(true);
    await it.call('DELETE', at, it.ann);
    const name = { name: 'anns-node' };
    expect(
      await codeOf(it.call('POST', '/broker/v1/resources', it.bob, name)),
      'jobs may name it',
    ).to.deep.equal([409, 'resource-exists']);
    await it.call('POST', '/broker/v1/resources', it.ann, name);
    expect(
      [await reopen(), it.work.sharing.mayUse('anns-node', 'bob')],
      'another of the same name',
    ).to.deep.equal([false, false]);
  });
});
