import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Work } from '../../broker/index.ts';
import { houseEntrance, trustsOf } from '../../cli/house/entrance.ts';
import { type Config, settingsSchema } from '../../cli/settings.ts';
import { infogatherDoors } from '../../infogather/index.ts';
import { marketDoors } from '../../market/index.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { createHttpDoor } from '../../platform/doors/http.ts';
import { type JwtClaims, signJwt } from '../../platform/identity/jwt.ts';
import { type KeyPair, keyPairIn } from '../../platform/identity/key-pair.ts';
import { Paces } from '../../platform/identity/paces.ts';
import { mounted } from '../broker/identities/every-route.ts';
import { givenInfogather } from '../infogather/support.ts';
import { givenMarket } from '../market/support.ts';
import { anyPort, httpLimits, memoryLog } from '../platform/doors/support.ts';
import { answerLimits } from '../support/doors.ts';

/** Somebody of another machine. */
const elsewhere: Sender = { address: '192.0.2.7', uid: undefined, guest: true };

/** A market and infogather that run without a broker, or beside the one whose work is given, behind one door, to which whoever comes is from elsewhere. */
export async function givenServices(folder: string, set: Partial<Config['doors']> = {}, work?: Work) {
  await using opened = new AsyncDisposableStack();
  const given = opened.use(await givenMarket());
  const { infogather } = opened.use(await givenInfogather());
  const [physics, chemistry, nobodys] = await Promise.all(
    ['physics', 'chemistry', 'nobody'].map((name) => keyPairIn(join(folder, name))),
  );
  const config = settingsSchema.parse({
    house: {},
    ...Object.fromEntries(['broker', 'agent', 'client', 'egress'].map((name) => [name, {}])),
    doors: {},
    market: { 'trusted-brokers': `physics=${physics!.publicKey}, chemistry=${chemistry!.publicKey}` },
    infogather: { 'trusted-brokers': `physics=${physics!.publicKey}` },
  });
  const { clock } = given;
  const trusts = trustsOf(config, ['market', 'infogather'], work);
  const paces = new Paces({ ...config.doors, ...set }, clock);
  const entrance = houseEntrance({ trusts, work, paces, clock })!;
  opened.defer(() => entrance.stop());
  const doors = [marketDoors(given.market, answerLimits), infogatherDoors(infogather, answerLimits)];
  const log = memoryLog();
  let sender = elsewhere;
  const door = createHttpDoor({
    name: 'the door',
    listen: anyPort,
    limits: httpLimits,
    admission: { admit: async () => sender },
    identify: entrance.identify,
    routes: doors.flatMap(({ routes }) => routes),
    sockets: doors.flatMap(({ sockets }) => sockets),
    log,
  });
  await door.start();
  opened.defer(() => door.stop());
  const url = `http://127.0.0.1:${door.listening.port}`;
  const kept = opened.move();
  const claimsOf = (said: Partial<JwtClaims>): JwtClaims => {
    const iat = clock.now() / 1000;
    return { sub: 'ann', aud: `${url}/market`, iat, exp: iat + 300, scopes: ['read', 'resources'], ...said };
  };
  return {
    ...{ url, clock, log, physics: physics!, chemistry: chemistry!, nobodys: nobodys! },
    routes: mounted(doors.flatMap(({ routes }) => routes)),
    sockets: doors.flatMap(({ sockets }) => sockets.map(({ path }) => path)),
    from(one: Sender) {
      sender = one;
    },
    claimsOf,
    jwt: (said: Partial<JwtClaims> = {}, keys: KeyPair = physics!) => signJwt(keys, claimsOf(said)),
    async call(method: string, path: string, shown: string | undefined, body?: string) {
      const answer = await fetch(url + path, {
        method,
        headers: {
          Connection: 'close',
          ...(body === undefined ? {} : { 'Content-Type': 'text/sla' }),
          ...(shown === undefined ? {} : { Authorization: `Bearer ${shown}` }),
        },
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },
    dial(path: string, shown?: string): WebSocket {
      const headers = shown === undefined ? {} : { Authorization: `Bearer ${shown}` };
      const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers });
      socket.on('error', () => {});
      return socket;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
