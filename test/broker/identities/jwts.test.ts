import { expect } from 'chai';
import type { JwtTrust } from '../../../platform/identity/jwt.ts';
import { readJwt } from '../../../platform/identity/jwt.ts';
import { brokerKey, jwtMade, type Scope } from '../../../protocol/identities.ts';
import { type GivenUsers, givenUsers, nobody } from './given.ts';

const at = 'https://market.example.org:8443';
const path = '/broker/v1/tokens/exchange';

describe('a token exchanged for a JWT', () => {
  let given: GivenUsers;

  beforeEach(async () => {
    given = await givenUsers();
  });

  afterEach(() => given[Symbol.asyncDispose]());

  /** What a service reads that trusts the broker. */
  async function read(jwt: string, audience = `${at}/market`) {
    const { token } = await given.token('reader', ['read']);
    const { text } = await given.call('GET', '/broker/v1/key', token);
    const { key } = brokerKey.parse(JSON.parse(text));
    const trust: JwtTrust = {
      issuers: [{ name: 'physics', key }],
      skewMs: 0,
      longestLifeMs: 3_600_000,
    };
    return readJwt(jwt, audience, trust, given.clock.now());
  }

  async function exchange(token: string | undefined, body: object = { audience: 'market', at }) {
    const { status, text } = await given.call('POST', path, token, body);
    return { status, text, made: status === 201 ? jwtMade.parse(JSON.parse(text)) : undefined };
  }

  it('says to one service whose it is, and no more than that may do there', async () => {
    const cases: [Scope[], string[] | number][] = [
      [
        ['read', 'submit', 'resources'],
        ['read', 'resources'],
      ],
      [['read'], ['read']],
      [['resources'], ['resources']],
      [['admin'], ['read', 'resources']],
      [['submit'], 403],
    ];
    for (const [scopes, narrowed] of cases) {
      const { token } = await given.token('ann', scopes);
      const { status, made } = await exchange(token);
      if (typeof narrowed === 'number') {
        expect(status, scopes.join()).to.equal(narrowed);
        continue;
      }
      const { clock } = given;
      expect(await read(made!.jwt), scopes.join()).to.deep.equal({
        issuer: 'physics',
        sub: 'ann',
        aud: `${at}/market`,
        iat: clock.now() / 1000,
        exp: clock.now() / 1000 + 300,
        scopes: narrowed,
        holdsUntil: clock.now() + 300_000,
      });
      expect(made!.holdsMs).to.equal(300_000);
      for (const other of [`${at}/infogather`, 'https://evil.example.org/market'])
        expect(await read(made!.jwt, other)).to.equal('audience');
    }
  });

  it('holds no longer than the token does', async () => {
    const { token } = await given.token('ann', ['read'], 100_000);
    const { made } = await exchange(token);
    expect(made!.holdsMs).to.equal(100_000);
    await given.clock.advance(100_000);
    expect(await read(made!.jwt)).to.equal('expired');
    expect((await exchange(token)).status).to.equal(401);
  });

  it('is given for no token that was revoked', async () => {
    const { token, id } = await given.token('ann', ['read']);
    expect((await given.call('DELETE', `/broker/v1/tokens/${id}`, token)).status).to.equal(204);
    expect((await exchange(token)).status).to.equal(401);
    expect((await exchange(undefined)).status).to.equal(401);
  });

  it('opens nothing at the broker itself', async () => {
    const { made } = await exchange((await given.token('ann', ['read', 'resources'])).token);
    expect((await given.call('GET', '/broker/v1/jobs', made!.jwt)).status).to.equal(401);
    expect((await exchange(made!.jwt)).status).to.equal(401);
  });

  it('is for a service by its whole address', async () => {
    const { token } = await given.token('ann', ['read']);
    for (const wrong of [
      'market.example.org',
      `${at}/`,
      `${at}/market`,
      'ftp://market.example.org',
      'HTTPS://X.org',
      'https://a@b.org',
      '',
    ])
      expect((await exchange(token, { audience: 'market', at: wrong })).status, wrong).to.equal(400);
    expect((await exchange(token, { audience: 'broker', at })).status).to.equal(400);
    expect((await exchange(token, { audience: 'market', at, scopes: ['admin'] })).status).to.equal(400);
  });

  it('is given to the user who runs the broker without a token', async () => {
    given.from({ address: '127.0.0.1', uid: 0 });
    const { made } = await exchange(undefined);
    given.from(nobody);
    expect(await read(made!.jwt)).to.include({ sub: 'local' });
  });
});
