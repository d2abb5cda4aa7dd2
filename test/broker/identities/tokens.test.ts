import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import { tokenMade } from '../../../protocol/identities.ts';
import { refusalOf } from '../../support/documents.ts';
import { everyScope, type GivenUsers, givenUsers, nobody } from './given.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 1_440 * minute;

describe('tokens', () => {
  let given: GivenUsers;

  beforeEach(async () => {
    given = await givenUsers({ 'token-overlap': minute, 'tokens-each': 3, 'most-users': 3 });
  });

  afterEach(() => given[Symbol.asyncDispose]());

  const status = async (token: string, method = 'GET', path = '/broker/v1/jobs', body?: unknown) =>
    (await given.call(method, path, token, body)).status;

  it('are told once, and kept as hashes', async () => {
    const { token, id } = await given.token('ann');
    expect(token).to.match(/^ogm_[\w-]{43}$/);
    expect(await status(token)).to.equal(200);
    const kept = await given.store.read((sql) => JSON.stringify(sql.all('SELECT * FROM tokens')));
    expect(kept).to.contain(id).and.not.to.contain(token.slice(4));
    const listed = (await given.call('GET', '/broker/v1/tokens', token)).text;
    expect(listed)
      .to.contain(id)
      .and.not.to.contain(token.slice(4))
      .and.not.to.match(/[0-9a-f]{64}/);
  });

  it('hold until their end, and no longer', async () => {
    const { token } = await given.token('ann', ['read'], 5 * minute);
    await given.clock.advance(5 * minute - 1);
    expect(await status(token)).to.equal(200);
    await given.clock.advance(1);
    expect(await status(token)).to.equal(401);
    await given.work.identities.sweep(given.clock.now());
    expect(await given.store.read((sql) => sql.all('SELECT * FROM tokens'))).to.deep.equal([]);
  });

  it('are revoked at once, by administrators and by who has them', async () => {
    const [first, second] = [await given.token('ann'), await given.token('ann')];
    await given.work.identities.revoke(localAdministrator, first.id);
    expect(await status(first.token)).to.equal(401);
    expect(await status(second.token)).to.equal(200);
    expect(await status(second.token, 'DELETE', `/broker/v1/tokens/${second.id}`)).to.equal(204);
    expect(await status(second.token)).to.equal(401);
  });

  it('are rotated: another takes their place, for as long, and the old one ends soon', async () => {
    const old = await given.token('ann', ['read', 'submit'], 10 * hour);
    await given.clock.advance(9 * hour);
    const answer = await given.call('POST', `/broker/v1/tokens/${old.id}/rotate`, old.token);
    expect(answer.status).to.equal(201);
    const made = tokenMade.parse(JSON.parse(answer.text));
    expect(made).to.deep.include({ user: 'ann', scopes: ['read', 'submit'] });
    expect(made.expiresAt - given.clock.now()).to.equal(10 * hour);
    expect(made.token).not.to.equal(old.token);
    expect(await status(old.token)).to.equal(200);
    await given.clock.advance(minute);
    expect(await status(old.token)).to.equal(401);
    expect(await status(made.token)).to.equal(200);
  });

  it('are for what their scopes say', async () => {
    const may = async (scopes: Parameters<GivenUsers['token']>[1]) => {
      const { token, id } = await given.token('ann', scopes);
      const can = {
        read: await status(token),
        submit: await status(token, 'POST', '/broker/v1/jobs', { application: 'echo' }),
        resources: await status(token, 'POST', '/broker/v1/resources', { name: `n${id}` }),
        admin: await status(token, 'GET', '/broker/v1/users'),
      };
      await given.work.identities.revoke(localAdministrator, id);
      return Object.entries(can).flatMap(([scope, code]) =>
        code === 403 ? [] : [code < 300 ? scope : `${scope}: ${code}`],
      );
    };
    expect(await may(['read'])).to.deep.equal(['read']);
    expect(await may(['submit'])).to.deep.equal(['submit']);
    expect(await may(['resources'])).to.deep.equal(['resources']);
    expect(await may(['admin'])).to.deep.equal(['read', 'submit', 'resources', 'admin']);
  });

  it('are made by administrators alone, with no longer a life than the owner allows', async () => {
    const { token } = await given.token('ann', everyScope);
    const more = { user: 'ann', scopes: ['admin'] };
    expect(await status(token, 'POST', '/broker/v1/tokens', more)).to.equal(403);
    const admin = await given.token('root', ['admin']);
    expect(await status(admin.token, 'POST', '/broker/v1/tokens', more)).to.equal(201);
    expect(await status(admin.token, 'POST', '/broker/v1/tokens', { ...more, user: 'none' })).to.equal(404);
    const ages = { ...more, lifeMs: 367 * day };
    expect(await status(admin.token, 'POST', '/broker/v1/tokens', ages)).to.equal(400);
    expect(await status(admin.token, 'POST', '/broker/v1/tokens', more)).to.equal(201);
    expect(await status(admin.token, 'POST', '/broker/v1/tokens', more), 'one too many').to.equal(409);
  });

  it('of a user end when the user is removed, and the name is given to nobody else', async () => {
    const { token } = await given.token('ann');
    const { identities } = given.work;
    await identities.removeUser(localAdministrator, 'ann');
    expect(await status(token)).to.equal(401);
    expect(await identities.users(localAdministrator)).to.deep.equal([]);
    expect(await refusalOf(identities.addUser(localAdministrator, { name: 'ann' }))).to.include({
      code: 'user-exists',
    });
    expect(await refusalOf(identities.removeUser(localAdministrator, 'ann'))).to.include({
      code: 'not-found',
    });
    const make = identities.create(localAdministrator, { user: 'ann', scopes: ['read'] });
    expect(await refusalOf(make)).to.include({ code: 'not-found' });
  });

  it('are of users whose names say nothing else', async () => {
    given.from({ ...nobody, guest: undefined });
    for (const name of ['local', '', 'Ann', 'an n', '-ann', 'a'.repeat(64), 'ann\n'])
      expect((await given.call('POST', '/broker/v1/users', undefined, { name })).status, name).to.equal(400);
    for (const name of ['ann', 'b.o-b_2'])
      expect((await given.call('POST', '/broker/v1/users', undefined, { name })).status, name).to.equal(201);
  });
});
