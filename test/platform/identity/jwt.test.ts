import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { type JwtTrust, readJwt, signJwt } from '../../../platform/identity/jwt.ts';
import type { KeyPair } from '../../../platform/identity/key-pair.ts';

/** The same key, so that what is written here is the same each time. */
const seed = Buffer.alloc(32, 7);
const own = pairOf(
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  }),
);
const other = pairOf(generateKeyPairSync('ed25519').privateKey);

function pairOf(key: ReturnType<typeof createPrivateKey>): KeyPair {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { publicKey: x, sign: (text) => sign(null, Buffer.from(text), key).toString('base64url') };
}

const audience = 'https://market.example.org/market';
const issuers = [{ name: 'physics', key: own.publicKey }];
const trust: JwtTrust = { issuers, skewMs: 10_000, longestLifeMs: 600_000 };
const claims = { sub: 'ann', aud: audience, iat: 1_000, exp: 1_300, scopes: ['read', 'resources'] };
const nowMs = 1_100_000;

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const head = { alg: 'EdDSA', typ: 'JWT', kid: own.publicKey };
const body = { iss: own.publicKey, sub: 'ann', aud: audience, iat: 1_000, exp: 1_300, scope: 'read' };

/** Signed as it stands, whatever it says. */
function signed(first: unknown, second: unknown, keys = own): string {
  const text = `${part(first)}.${part(second)}`;
  return `${text}.${keys.sign(text)}`;
}

/** The one after it in base64url. */
function nextCharacter(character: string): string {
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return all[all.indexOf(character) + 1]!;
}

describe('a JWT', () => {
  it('says who somebody is to the service that it is for', () => {
    expect(readJwt(signJwt(own, claims), audience, trust, nowMs)).to.deep.equal({
      ...claims,
      issuer: 'physics',
      holdsUntil: 1_310_000,
    });
  });

  it('is what every reader of RFC 7519 and RFC 8037 understands', () => {
    const [first = '', second = '', third = ''] = signJwt(own, claims).split('.');
    expect(JSON.parse(Buffer.from(first, 'base64url').toString())).to.deep.equal(head);
    expect(JSON.parse(Buffer.from(second, 'base64url').toString())).to.deep.equal({
      ...body,
      scope: 'read resources',
    });
    expect(Buffer.from(third, 'base64url')).to.have.length(64);
  });

  it('holds from when it was signed to its end, but for how far two clocks may be apart', () => {
    const at = (ms: number) => readJwt(signJwt(own, claims), audience, trust, ms);
    expect(at(989_999)).to.equal('too-early');
    expect(at(990_000)).to.have.property('sub', 'ann');
    expect(at(1_309_999)).to.have.property('sub', 'ann');
    expect(at(1_310_000)).to.equal('expired');
  });

  const [first = '', second = '', third = ''] = signJwt(own, claims).split('.');
  const publicPem = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: own.publicKey }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
  const hmac = (secret: string | Buffer) => {
    const text = `${part({ ...head, alg: 'HS256' })}.${part(body)}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const hostile: Record<string, [string, string]> = {
    'nothing at all': ['', 'malformed'],
    'an opaque token': [`ogm_${'A'.repeat(43)}`, 'malformed'],
    'without a signature': [`${first}.${second}.`, 'malformed'],
    'of alg none': [`${part({ ...head, alg: 'none' })}.${part(body)}.`, 'malformed'],
    'of alg none with a signature that is right': [signed({ ...head, alg: 'none' }, body), 'malformed'],
    'of alg eddsa in small letters': [signed({ ...head, alg: 'eddsa' }, body), 'malformed'],
    'of HS256 with the public key as the secret': [hmac(own.publicKey), 'malformed'],
    'of HS256 with the bytes of the public key as the secret': [
      hmac(Buffer.from(own.publicKey, 'base64url')),
      'malformed',
    ],
    'of HS256 with the public key as PEM as the secret': [hmac(publicPem), 'malformed'],
    'with four parts': [`${first}.${second}.${third}.${third}`, 'malformed'],
    // Of the last character four bits count for nothing.
    'whose signature is written another way': [
      `${first}.${second}.${third.slice(0, -1)}${nextCharacter(third.at(-1)!)}`,
      'malformed',
    ],
    'with padding': [`${first}=.${second}.${third}`, 'malformed'],
    'with a space': [` ${first}.${second}.${third}`, 'malformed'],
    'too long': [signed(head, { ...body, more: 'x'.repeat(3_000) }), 'malformed'],
    'with a key of its own in its head': [
      signed({ ...head, jwk: { kty: 'OKP', crv: 'Ed25519', x: other.publicKey } }, body, other),
      'malformed',
    ],
    'with a word that must be understood': [signed({ ...head, crit: ['exp'] }, body), 'malformed'],
    'whose head is a list': [signed([head], body), 'malformed'],
    'whose head is no JSON': [signed('{', body), 'malformed'],
    'that names no key': [signed({ alg: 'EdDSA', typ: 'JWT' }, body), 'malformed'],
    'of a key that nobody trusts': [signJwt(other, claims), 'issuer'],
    'of a key that nobody trusts, which names one': [signed(head, body, other), 'signature'],
    'with another’s claims': [`${first}.${part({ ...body, sub: 'root' })}.${third}`, 'signature'],
    'with another’s head': [
      `${part({ ...head, typ: 'JWT', alg: 'EdDSA' })}x.${second}.${third}`,
      'malformed',
    ],
    'of another issuer than its key': [signed(head, { ...body, iss: other.publicKey }), 'malformed'],
    'for nobody': [signed(head, { ...body, aud: undefined }), 'malformed'],
    'for several services': [signed(head, { ...body, aud: [audience] }), 'malformed'],
    'for another service': [
      signJwt(own, { ...claims, aud: 'https://market.example.org/infogather' }),
      'audience',
    ],
    'for the same elsewhere': [
      signJwt(own, { ...claims, aud: 'https://evil.example.org/market' }),
      'audience',
    ],
    'about nobody': [signed(head, { ...body, sub: '' }), 'malformed'],
    'that never ends': [signed(head, { ...body, exp: undefined }), 'malformed'],
    'that ends at no number': [signed(head, { ...body, exp: '9999999999' }), 'malformed'],
    'that ends beyond all numbers': [signed(head, { ...body, exp: 1e300 }), 'malformed'],
    'that has ended': [signed(head, { ...body, iat: 100, exp: 400 }), 'expired'],
    'that ends before it begins': [signed(head, { ...body, exp: 900 }), 'expired'],
    'that is for too long': [signed(head, { ...body, exp: 1_601 }), 'too-long'],
    'that was signed in a time to come': [signed(head, { ...body, iat: 1_111 }), 'too-early'],
    'that holds only later': [signed(head, { ...body, nbf: 1_111 }), 'too-early'],
    'whose claims are no object': [signed(head, 'null'), 'malformed'],
    'whose claims are no UTF-8': [
      (() => {
        const text = `${part(head)}.${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}`;
        return `${text}.${own.sign(text)}`;
      })(),
      'malformed',
    ],
  };
  for (const [what, [text, fault]] of Object.entries(hostile))
    it(`says nothing where it is one ${what}`, () => {
      expect(readJwt(text, audience, trust, nowMs)).to.equal(fault);
    });

  it('says nothing any more once a single character of it is another', () => {
    const jwt = signJwt(own, claims);
    const place = fc.nat({ max: jwt.length - 1 });
    const character = fc.constantFrom(...'ABCDEFGHabcdefgh0123456789-_.= ');
    fc.assert(
      fc.property(place, character, (at, put) => {
        fc.pre(jwt[at] !== put);
        expect(readJwt(jwt.slice(0, at) + put + jwt.slice(at + 1), audience, trust, nowMs)).to.be.a('string');
      }),
    );
  });

  it('is never taken, and never throws, whatever else is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String(), { maxLength: 4 }).map((parts) => parts.join('.')),
        ),
        (text) => {
          expect(readJwt(text, audience, trust, nowMs)).to.be.a('string');
        },
      ),
    );
  });
});
