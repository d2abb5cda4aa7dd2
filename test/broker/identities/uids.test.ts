import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import type { Sender } from '../../../platform/doors/door.ts';
import { refusalOf } from '../../support/documents.ts';
import { type GivenUsers, givenUsers } from './given.ts';

const guest = (uid: number | undefined): Sender => ({ address: '127.0.0.1', uid, guest: true });

describe('a user of this machine', () => {
  let given: GivenUsers;

  beforeEach(async () => {
    given = await givenUsers();
  });

  afterEach(() => given[Symbol.asyncDispose]());

  const status = async (path = '/broker/v1/jobs', method = 'GET', body?: object) =>
    (await given.call(method, path, undefined, body)).status;

  it('is an account only where the administrator has said whose', async () => {
    given.from(guest(1001));
    expect(await status()).to.equal(401);
    await given.work.identities.addUser(localAdministrator, { name: 'ann', uid: 1001 });
    expect(await status()).to.equal(200);
    for (const stranger of [1002, 0, undefined]) {
      given.from(guest(stranger));
      expect(await status()).to.equal(401);
    }
  });

  it('works under their name, and administrates nothing', async () => {
    await given.work.identities.addUser(localAdministrator, { name: 'ann', uid: 1001 });
    given.from(guest(1001));
    const { text } = await given.call('POST', '/broker/v1/jobs', undefined, { application: 'echo' });
    expect(JSON.parse(text)).to.include({ owner: 'ann', agreement: null });
    expect(await status('/broker/v1/users', 'POST', { name: 'bob' })).to.equal(403);
    expect(await status('/broker/v1/users')).to.equal(403);
  });

  it('is nobody again once the user was removed, and may then be another', async () => {
    const { identities } = given.work;
    await identities.addUser(localAdministrator, { name: 'ann', uid: 1001 });
    expect(await refusalOf(identities.addUser(localAdministrator, { name: 'bob', uid: 1001 }))).to.include({
      code: 'user-exists',
    });
    await identities.removeUser(localAdministrator, 'ann');
    given.from(guest(1001));
    expect(await status()).to.equal(401);
    await identities.addUser(localAdministrator, { name: 'bob', uid: 1001 });
    expect(await status()).to.equal(200);
    const [user] = await identities.users(localAdministrator);
    expect(user).to.include({ name: 'bob', uid: 1001, tokens: 0 });
  });

  it('is neither cut nor counted for what their agents say, who prove by a key who they are', async () => {
    await given.work.identities.addUser(localAdministrator, { name: 'ann', uid: 1001 });
    const entered = async (url: string) =>
      given.work.entrance.identify({ url, method: 'GET', headers: {} } as IncomingMessage, guest(1001));
    for (const path of ['/broker/agents/ws', '/infogather/agents/ws', '/broker/v1/enrol'])
      expect(await entered(path), path).to.deep.equal({ sender: guest(1001) });
    expect(await entered('/broker/v1/events/ws')).to.include.keys('ended', 'next');
  });
});
