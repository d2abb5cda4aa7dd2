import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createHouseEgress } from '../../cli/house/egress.ts';
import { Services } from '../../cli/house/services.ts';
import { settingsSchema } from '../../cli/settings.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Admission } from '../../platform/doors/door.ts';
import { Refusal } from '../../platform/failure.ts';
import { silentLog } from '../../platform/log.ts';
import { readAll } from '../platform/doors/support.ts';
import { ownPort } from '../support/ports.ts';

const tell = (id: string) =>
  `SLA-version: 1.0\nAction: Tell\nId: ${id}\nApplication: gcc\nBroker-IP: 192.0.2.1:7685\n\n`;
const untell = (id: string) => `SLA-version: 1.0\nAction: Untell\nId: ${id}\n\n`;
const ask = 'SLA-version: 1.0\nAction: Ask\nApplication: gcc\n\n';
const oldTell = 'SLA-version: 0.1\nAction: Tell\nApplication: gcc\nBroker-IP: 192.0.2.1:7685\n\n';

/** All that is answered to a text. */
async function say(to: { host: string; port: number; localAddress?: string }, text: string): Promise<string> {
  const socket = connect({ ...to, allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.end(text);
  return readAll(socket);
}

/** Where all of 127.0.0.0/8 is this machine without more ado. */
const onLinux = process.platform === 'linux' ? it : it.skip;

/** A market alone, as `ogm market` runs it, to whose doors the user comes who is named. */
async function givenMarket(folder: string, doors: Record<string, string>) {
  const names = Object.keys(settingsSchema.shape).map((name) => [name, {}]);
  const config = settingsSchema.parse({
    ...Object.fromEntries(names),
    doors: { 'market-port': '0', ...doors },
  });
  let uid = 1_001;
  const guests: Admission = { admit: async () => ({ address: '127.0.0.1', uid, guest: true }) };
  const notTheOwner = { code: 'not-the-owner', status: 403, detail: 'this is not for you' };
  const services = new Services({
    config,
    names: ['market'],
    folder,
    httpPort: 0,
    admission: { owner: { admit: async () => notTheOwner }, guests },
    egress: createHouseEgress(config),
    clock: systemClock,
    log: silentLog,
  });
  await services.start();
  const port = Number(services.addresses.text.market?.split(':')[1]);
  return {
    from(user: number) {
      uid = user;
    },
    say: (text: string) => say({ host: '127.0.0.1', port }, text),
    [Symbol.asyncDispose]: () => services.stop(),
  };
}

describe('the text door of a service', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-text-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('serves nobody of the machine but the user who runs it', async () => {
    await using market = await givenMarket(folder, {});
    expect(await market.say(ask)).to.match(/^# error: this is not for you/);
  });

  it('serves every user of the machine where its owner says so, each for what is theirs', async () => {
    await using market = await givenMarket(folder, { 'local-users': 'all' });
    expect(await market.say(tell('node-1'))).to.contain('Action: Ack');
    market.from(1_002);
    expect(await market.say(ask)).to.contain('Id: node-1');
    expect(await market.say(untell('node-1'))).to.contain('Reason: not-found');
    market.from(1_001);
    expect(await market.say(untell('node-1'))).to.contain('Action: Ack');
  });

  onLinux(
    'answers ranges of addresses elsewhere, and takes of some what was told before documents had owners',
    async () => {
      const port = await ownPort();
      const ranges = { text: '127.0.0.2', 'text-tell': '127.0.0.3' };
      await using _market = await givenMarket(folder, {
        'market-port': `${port}`,
        listen: '127.0.0.9',
        ...ranges,
      });
      const from = (localAddress: string, text: string) =>
        say({ host: '127.0.0.9', port, localAddress }, text);
      expect(await from('127.0.0.3', tell('node-1'))).to.match(/you may ask, and tell in version 0\.1, here/);
      expect(await from('127.0.0.3', oldTell)).to.equal('');
      expect(await from('127.0.0.2', oldTell)).to.match(
        /^# error: this is a Tell, and you may only ask here/,
      );
      for (const address of ['127.0.0.2', '127.0.0.3'])
        expect(await from(address, ask)).to.contain('Broker-IP: 192.0.2.1:7685');
      expect(await from('127.0.0.4', ask)).to.match(/^# error: .*comes from none of them/);
    },
  );

  it('is not opened for what is no range', async () => {
    const refused = await givenMarket(folder, { listen: '127.0.0.9', 'text-tell': '127.0.0.0/33' }).catch(
      (error: unknown) => error,
    );
    expect(refused).to.be.instanceOf(Refusal).and.include({ code: 'bad-setting' });
    expect(refused)
      .to.have.property('detail')
      .that.matches(/^doors\.text-tell names/);
  });
});
