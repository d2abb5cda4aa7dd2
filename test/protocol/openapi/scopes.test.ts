import { expect } from 'chai';
import type { UserCaller } from '../../../broker/caller.ts';
import { Entrance } from '../../../broker/identities/entrance.ts';
import { doorSettings } from '../../../cli/door-settings.ts';
import { systemClock } from '../../../platform/clock.ts';
import { Paces } from '../../../platform/identity/paces.ts';
import { type Scope, scopes } from '../../../protocol/identities.ts';
import type { Route } from '../../../protocol/openapi/route.ts';
import { description, topicsOf } from '../../../protocol/openapi/services.ts';
import { openHttpDoor } from '../../broker/http-door.ts';
import { type Served, servedByAll } from './served.ts';

/** The token of an agent's session; that of a user is the one scope that it has. */
const session = 'session';

/** What some routes read before they ask who is there. */
const bodies: Readonly<Record<string, object>> = {
  exchangeToken: { audience: 'market', at: 'https://market.example.org' },
};

describe('the scopes that are described', () => {
  let served: Served;
  let door: Awaited<ReturnType<typeof openHttpDoor>>;

  before(async () => {
    served = await servedByAll();
    const entrance = new Entrance({
      identities: {
        async show(token) {
          const scope = scopes.find((one) => one === token);
          if (scope === undefined) return undefined;
          const isAdministrator = scope === 'admin';
          const user: UserCaller = { kind: 'user', owner: 'eve', scopes: new Set([scope]), isAdministrator };
          return { user, ended: new AbortController().signal };
        },
        showHash: async () => undefined,
        showUid: async () => undefined,
      },
      resourceOf: (token) => (token === session ? 'lab-7' : undefined),
      pages: { find: () => undefined },
      paces: new Paces({ ...doorSettings.parse({}), 'strangers-at-once': 1_000 }, systemClock),
    });
    door = await openHttpDoor(Object.values(served.routes).flat(), [], {}, (request, sender) =>
      entrance.identify(request, { ...sender, guest: true }),
    );
  });

  after(async () => {
    await door[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  /** Whether a request comes through, whatever is said to it then. */
  async function comesIn({ method, path, id }: Route, token: string | undefined): Promise<boolean> {
    const body = bodies[id];
    const answer = await fetch(door.url + path.replaceAll(/\{\w+\}/g, 'x'), {
      method: method.toUpperCase(),
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = await answer.text();
    expect(answer.status, `${id}: ${said}`).not.to.equal(429);
    return !/"code":"not-(?:authenticated|allowed)"/.test(said);
  }

  const holds = (route: Route, scope: Scope) =>
    route.scopes === 'nobody' ||
    route.scopes.length === 0 ||
    scope === 'admin' ||
    route.scopes.includes(scope);

  for (const route of [...Object.values(topicsOf).flat(), description].flatMap(({ routes }) => routes))
    it(`are those that let somebody in: ${route.id}`, async () => {
      for (const scope of scopes)
        expect(await comesIn(route, scope), `with ${scope}`).to.equal(holds(route, scope));
      expect(await comesIn(route, undefined), 'without a token').to.equal(route.scopes === 'nobody');
      expect(await comesIn(route, 'stranger'), 'with a token of nobody').to.equal(false);
      expect(await comesIn(route, session), 'with that of an agent').to.equal(route.forAgents ?? false);
    });
});
