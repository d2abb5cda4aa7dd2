import { expect } from 'chai';
import type { ServiceAddress } from '../../client/http.ts';
import { exchanged } from '../../client/index.ts';

const request = { audience: 'market', at: 'https://market.example.org' } as const;

/** A broker that gives JWTs which hold so long, or refuses where it is told to. */
function givenBroker(holdsMs: number) {
  const asked: { path: string; body: unknown }[] = [];
  let isAway = false;
  const address: ServiceAddress = {
    url: 'http://127.0.0.1:8480',
    async fetch(input, init) {
      asked.push({ path: new URL(input).pathname, body: JSON.parse(String(init?.body)) });
      if (isAway) throw new Error('nobody is there');
      return Response.json({ jwt: `jwt-${asked.length}`, holdsMs }, { status: 201 });
    },
  };
  return {
    asked,
    address,
    away(now: boolean) {
      isAway = now;
    },
  };
}

describe('a JWT for a service elsewhere', () => {
  it('is asked for when it is needed, once for all who need it', async () => {
    const broker = givenBroker(600_000);
    const source = exchanged(broker.address, request);
    expect(broker.asked).to.deep.equal([]);
    expect(await Promise.all([source(), source(), source()])).to.deep.equal(['jwt-1', 'jwt-1', 'jwt-1']);
    expect(await source()).to.equal('jwt-1');
    expect(broker.asked).to.deep.equal([{ path: '/broker/v1/tokens/exchange', body: request }]);
  });

  it('is renewed before it ends, once for all who need it then', async () => {
    const broker = givenBroker(0.001);
    const source = exchanged(broker.address, request);
    expect(await source()).to.equal('jwt-1');
    const together = await Promise.all([source(), source()]);
    expect(together).to.deep.equal(['jwt-2', 'jwt-2']);
  });

  it('is asked for again after the broker was away', async () => {
    const broker = givenBroker(600_000);
    const source = exchanged(broker.address, request);
    broker.away(true);
    for (const failed of [source(), source()])
      expect(await failed.catch((error: unknown) => error)).to.include({ code: 'unavailable' });
    broker.away(false);
    expect(await source()).to.match(/^jwt-/);
  });
});
