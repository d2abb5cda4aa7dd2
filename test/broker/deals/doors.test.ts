import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { localAdministrator } from '../../../broker/caller.ts';
import { Broker, brokerDoors } from '../../../broker/index.ts';
import { brokerSettings } from '../../../broker/settings.ts';
import { DealsClient } from '../../../client/index.ts';
import type { Sender } from '../../../platform/doors/door.ts';
import { createHttpDoor } from '../../../platform/doors/http.ts';
import { createTextDoor } from '../../../platform/doors/text.ts';
import { silentLog } from '../../../platform/log.ts';
import { answerFrame } from '../../../protocol/frames.ts';
import { anyPort, converseWith, dial, httpLimits, textLimits } from '../../platform/doors/support.ts';
import { blob, content } from '../identities/every-route.ts';
import { type GivenUsers, givenUsers, nobody } from '../identities/given.ts';
import { documentOf, of, said, until } from './given.ts';

const limits = { answerBytes: 1_000_000 };
const owner: Sender = { address: '127.0.0.1', uid: 1000 };
const ask = (id: string) => said('Ask', `Id: ${id}`, 'Application: echo', 'Cpus: 1');

/** The doors of a broker as a house has them: whoever comes is who `from` was told. */
async function givenDoors(given: GivenUsers) {
  let sender = nobody;
  const broker = new Broker({
    config: brokerSettings.parse({}),
    infogather: { async *nodes() {} },
    market: { async tell() {} },
    address: () => ({ host: '193.10.66.141', port: 7685 }),
    deals: given.work.deals,
    clock: given.clock,
    log: silentLog,
  });
  const { text: conversation, routes, sockets } = brokerDoors(broker, limits, given.work);
  const shared = { listen: anyPort, admission: { admit: async () => sender }, log: silentLog };
  const http = createHttpDoor({
    ...{ ...shared, name: 'the HTTP door', limits: httpLimits, routes, sockets },
    identify: (request, who) => given.work.entrance.identify(request, who),
  });
  const text = createTextDoor({ ...shared, name: 'the text door', limits: textLimits, ...conversation });
  await http.start();
  await text.start();
  return {
    url: `http://127.0.0.1:${http.listening.port}`,
    from(one: Sender) {
      sender = one;
    },
    say: (document: string) => converseWith(text.listening, `${document}\n`),
    dial: () => dial(text.listening),
    async [Symbol.asyncDispose]() {
      await http.stop();
      await text.stop();
    },
  };
}

describe('a broker that deals, at its doors', () => {
  let given: GivenUsers;
  let doors: Awaited<ReturnType<typeof givenDoors>>;

  before(async () => {
    given = await givenUsers({ 'offers-share': 100 });
    doors = await givenDoors(given);
    await given.token('ann');
    await given.agent('ann', 'anns-node', content, blob);
  });

  after(async () => {
    await doors[Symbol.asyncDispose]();
    await given[Symbol.asyncDispose]();
  });

  it('deals over HTTP with whose token is shown, and tells nobody else of it', async () => {
    const [ann, bob] = [await given.token('ann', ['read', 'submit']), await given.token('bob')];
    const client = (token: string) =>
      new DealsClient({
        url: doors.url,
        fetch: (input, init = {}) =>
          fetch(input, {
            ...init,
            headers: { ...Object.fromEntries(new Headers(init.headers)), Authorization: `Bearer ${token}` },
          }),
      });
    const anns = client(ann.token);
    const [offer] = await anns.send(documentOf(ask('ask-1')));
    expect(offer?.action).to.equal('Offer');
    const accept = said('Accept', 'Id: acc-1', `Offer: ${offer?.envelope.id}`);
    const [agreement] = await anns.send(documentOf(accept));
    const id = agreement?.envelope.id ?? '';
    expect(await anns.get(id)).to.include({
      state: 'active',
      owner: 'ann',
      application: 'echo',
      ask: 'ask-1',
    });
    expect(
      (await Array.fromAsync(anns.list({ state: 'active' }))).map((deal) => deal.agreement),
    ).to.deep.equal([id]);
    expect(await anns.bill(id)).to.include({ agreement: id, isFinal: false, total: '0.00' });

    const bobs = client(bob.token);
    expect(await Array.fromAsync(bobs.list())).to.deep.equal([]);
    for (const call of [() => bobs.get(id), () => bobs.bill(id), () => bobs.get('agr-none')]) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'not-found' });
    }
    for (const action of ['Report', 'Bill', 'Complete']) {
      const [reply] = await bobs.send(documentOf(said(action, `Id: ${action}`, `Agreement: ${id}`)));
      const [none] = await bobs.send(documentOf(said(action, `Id: ${action}-2`, 'Agreement: agr-none')));
      const reason = (document: typeof reply) =>
        document?.headers.find(({ name }) => name === 'Reason')?.value;
      expect(reason(reply), action).to.equal(reason(none)?.replace('agr-none', id));
    }
  });

  it('takes what moves a deal with the scope submit alone, over HTTP and over WebSocket', async () => {
    const submit = await given.token('ann', ['submit']);
    const read = await given.token('ann', ['read']);
    const overSocket = async (token: string, document: string) => {
      const headers = { Authorization: `Bearer ${token}` };
      const socket = new WebSocket(`${doors.url.replace('http', 'ws')}/broker/ws`, { headers });
      await once(socket, 'open');
      socket.send(document);
      const [data] = await once(socket, 'message');
      socket.terminate();
      const frame = answerFrame.parse(JSON.parse(String(data)));
      return 'documents' in frame ? String(frame.documents?.[0]) : JSON.stringify(frame);
    };
    expect(of(await overSocket(submit.token, ask('ask-2')), 'Action')).to.equal('Offer');
    expect(of(await overSocket(read.token, ask('ask-3')), 'Reason')).to.equal(
      'policy this wants a token with the scope submit, and yours has read',
    );
    const { deals } = await given.work.deals.list({ whose: 'ann', state: 'open' });
    const reject = said('Reject', 'Id: rej-1', `Offer: ${deals[0]?.offer}`);
    expect(of(await overSocket(read.token, reject), 'Reason')).to.match(/^policy this wants .* submit/);
    expect(of(await overSocket(submit.token, reject), 'State')).to.equal('rejected');
  });

  it('knows at its text door who runs it and whom the system names as a user, and deals with nobody else', async () => {
    doors.from(owner);
    expect(of(await doors.say(ask('ask-4')), 'Action')).to.be.oneOf(['Offer', 'Decline']);
    expect(await doors.say(ask('ask-4'))).to.contain('In-reply-to: ask-4');
    doors.from(nobody);
    expect(await doors.say(ask('ask-5'))).to.match(/Reason: policy this broker deals with those who have an/);
    doors.from({ address: '10.0.0.9', uid: undefined, guest: true, only: 'asking' });
    expect(await doors.say(ask('ask-6'))).to.match(/Reason: policy/);
    const accept = said('Accept', 'Id: acc-9', 'Offer: off-1');
    expect(await doors.say(accept), 'not a word on whether it is there').to.match(/Reason: policy/);
    await given.work.identities.addUser(localAdministrator, { name: 'carl', uid: 4242 });
    doors.from({ address: '127.0.0.1', uid: 4242, guest: true });
    await doors.say(ask('ask-7'));
    expect((await given.work.deals.list({ whose: 'carl' })).deals.map((deal) => deal.ask)).to.deep.equal([
      'ask-7',
    ]);
  });

  it('ends at its text door what a user of the machine watches when they are removed', async () => {
    const { identities } = given.work;
    await identities.addUser(localAdministrator, { name: 'dora', uid: 4243 });
    doors.from({ address: '127.0.0.1', uid: 4243, guest: true });
    const socket = await doors.dial();
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.end(`${said('Watch', 'Id: w-1')}\n`);
    await until(() => heard.includes('Action: Ack'));
    await identities.removeUser(localAdministrator, 'dora');
    await until(() => socket.readableEnded);
    expect(heard).to.contain('Reason: policy you are no user of this broker any more');
  });
});
