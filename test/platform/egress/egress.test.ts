import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { createEgress, type Lookup } from '../../../platform/egress/egress.ts';
import type { EgressRule } from '../../../platform/egress/rule.ts';
import { Refusal } from '../../../platform/failure.ts';

const loopback: EgressRule = { ranges: ['127.0.0.0/8', '::1'], ports: 'any', setting: 'egress.polls' };
const timeoutMs = 60_000;

function egressOf(rule: Partial<EgressRule> = {}, lookup: Lookup = async () => []) {
  return createEgress({ rules: { poll: { ...loopback, ...rule } }, lookup });
}

async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(Refusal);
  return error as Refusal;
}

describe('egress', () => {
  let server: Server;
  let port: number;

  beforeEach(async () => {
    server = createServer((socket) => socket.on('error', () => {}).end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => server.close());

  async function reach(promise: Promise<Socket>): Promise<string | undefined> {
    const socket = await promise;
    const { remoteAddress } = socket;
    socket.destroy();
    return remoteAddress;
  }

  it('permits what lies in the ranges and on the ports of the rule', () => {
    const { permits } = egressOf({ ranges: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'], ports: [80, 8484] });
    for (const address of [
      '10.1.2.3:80',
      '10.1.2.3:8484',
      '[2001:db8::5]:80',
      '192.0.2.7:80',
      '[::ffff:10.0.0.1]:80',
    ]) {
      expect(permits('poll', address), address).to.equal(true);
    }
    for (const address of [
      '11.1.2.3:80',
      '10.1.2.3:81',
      '[2001:db9::5]:80',
      '192.0.2.8:80',
      '[::ffff:11.0.0.1]:80',
    ]) {
      expect(permits('poll', address), address).to.equal(false);
    }
  });

  it('permits single addresses besides for one call, on the ports of the rule', () => {
    const { permits } = egressOf({ ports: [8484] });
    expect(permits('poll', '10.1.2.3:8484')).to.equal(false);
    expect(permits('poll', '10.1.2.3:8484', ['10.1.2.3'])).to.equal(true);
    expect(permits('poll', '[::ffff:10.1.2.3]:8484', ['10.1.2.3'])).to.equal(true);
    expect(permits('poll', '10.1.2.3:8484', ['::ffff:10.1.2.3'])).to.equal(true);
    expect(permits('poll', '10.1.2.3:80', ['10.1.2.3'])).to.equal(false);
    expect(permits('poll', '10.1.2.4:8484', ['10.1.2.3', 'nonsense'])).to.equal(false);
  });

  it('takes an address as the bytes that it is, however it is written', () => {
    const bytes = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const { permits } = egressOf({ ranges: ['127.0.0.0/8'] });
    fc.assert(
      fc.property(fc.oneof(bytes, fc.constant([127, 0, 0, 1] as const)), ([a, b, c, d]) => {
        const plain = `${a}.${b}.${c}.${d}`;
        const high = ((a << 8) | b).toString(16);
        const low = ((c << 8) | d).toString(16);
        for (const text of [
          plain,
          `[::ffff:${plain}]`,
          `[::FFFF:${high}:${low}]`,
          `[0:0:0:0:0:ffff:${high}:${low}]`,
        ]) {
          expect(permits('poll', `${text}:80`), text).to.equal(a === 127);
        }
      }),
    );
  });

  it('takes no odd spelling for an address or a name, and dials none', async () => {
    let asked = 0;
    const egress = egressOf({ ranges: ['0.0.0.0/0', '::/0'] }, async () => {
      asked++;
      return ['127.0.0.1'];
    });
    const odd = [
      `127.1:${port}`,
      `2130706433:${port}`,
      `0x7f000001:${port}`,
      `0x7f.0.0.1:${port}`,
      `0177.0.0.1:${port}`,
      `127.0.0.1.:${port}`,
      `127.0.0.256:${port}`,
      `127.0.0.1%lo:${port}`,
      `[::1%lo]:${port}`,
      `[::127.0.0.1]:${port}`,
      `[127.0.0.1]:${port}`,
      `::1:${port}`,
      `[::1]`,
      '127.0.0.1',
      '127.0.0.1:0',
      '127.0.0.1:65536',
      `127.0.0.1:+${port}`,
      `127.0.0.1:${port}/path`,
      `user@127.0.0.1:${port}`,
      ` 127.0.0.1:${port}`,
      `127.0.0.1:${port}\n`,
      `local host:${port}`,
      `１２７.0.0.1:${port}`,
      `:${port}`,
      '',
    ];
    for (const address of odd) {
      expect(egress.permits('poll', address), address).to.equal(false);
      expect((await refusalOf(egress.connect('poll', address, { timeoutMs }))).code, address).to.equal(
        'bad-address',
      );
    }
    expect(asked).to.equal(0);
  });

  it('throws nothing but a refusal for any text', async () => {
    const egress = egressOf({ ranges: [] });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('[', ']', ':', '1', 'f', '.') })),
        async (text) => {
          expect(egress.permits('poll', text)).to.equal(false);
          await refusalOf(egress.connect('poll', text, { timeoutMs }));
        },
      ),
    );
  });

  it('dials what is allowed', async () => {
    expect(await reach(egressOf().connect('poll', `127.0.0.1:${port}`, { timeoutMs }))).to.equal('127.0.0.1');
    expect(await reach(egressOf().connect('poll', `[::ffff:127.0.0.1]:${port}`, { timeoutMs }))).to.equal(
      '127.0.0.1',
    );
  });

  it('resolves a name once, and dials only what it has checked', async () => {
    let asked = 0;
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const egress = egressOf({}, async (name) => {
      expect(name).to.equal('node.example');
      return answers[asked++] ?? [];
    });
    expect(await reach(egress.connect('poll', `Node.Example:${port}`, { timeoutMs }))).to.equal('127.0.0.1');
    expect(asked).to.equal(1);
    expect((await refusalOf(egress.connect('poll', `node.example:${port}`, { timeoutMs }))).code).to.equal(
      'egress-denied',
    );
  });

  it('leaves out of a name’s addresses those that are not allowed, and tries the others in turn', async () => {
    const lookup = async () => [
      '10.0.0.1',
      '169.254.169.254',
      '::ffff:10.0.0.1',
      '::1',
      '127.0.0.1',
      'nonsense',
    ];
    expect(await reach(egressOf({}, lookup).connect('poll', `node.example:${port}`, { timeoutMs }))).to.equal(
      '127.0.0.1',
    );
  });

  it('says of what it refuses the purpose, the address and the setting', async () => {
    for (const address of ['10.0.0.1:80', '0.0.0.0:80', '[::]:80', '[64:ff9b::7f00:1]:80']) {
      const refusal = await refusalOf(egressOf().connect('poll', address, { timeoutMs }));
      expect(refusal.code, address).to.equal('egress-denied');
      expect(`${refusal.detail} ${refusal.next}`)
        .to.contain('poll')
        .and.contain(address)
        .and.contain('egress.polls');
    }
  });

  it('refuses a rule that is none when it is made', () => {
    for (const range of [
      '10.0.0.0/33',
      '10.0.0',
      'host',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '::ffff:10.0.0.0/95',
      '',
    ]) {
      expect(() => egressOf({ ranges: [range] }), range).to.throw(Refusal, /egress\.polls/);
    }
    expect(egressOf({ ranges: ['::ffff:10.0.0.0/104'] }).permits('poll', '10.9.9.9:1')).to.equal(true);
  });

  it('says when nothing listens, when a name has no address, and when it takes too long', async () => {
    server.close();
    await once(server, 'close');
    const closed = await refusalOf(egressOf().connect('poll', `127.0.0.1:${port}`, { timeoutMs }));
    expect(closed).to.include({ code: 'unreachable' });
    expect(closed.detail).to.contain('nothing listens there');
    expect((await refusalOf(egressOf().connect('poll', 'node.example:80', { timeoutMs }))).code).to.equal(
      'unreachable',
    );
    const never = egressOf({}, () => new Promise(() => {}));
    expect((await refusalOf(never.connect('poll', 'node.example:80', { timeoutMs: 20 }))).code).to.equal(
      'timeout',
    );
  });

  it('ends with the reason of a signal', async () => {
    const never = egressOf({}, () => new Promise(() => {}));
    const stop = new AbortController();
    const connecting = never.connect('poll', 'node.example:80', { timeoutMs, signal: stop.signal });
    stop.abort('enough');
    expect(await connecting.catch((thrown: unknown) => thrown)).to.equal('enough');
    const again = never.connect('poll', `127.0.0.1:${port}`, { timeoutMs, signal: stop.signal });
    expect(await again.catch((thrown: unknown) => thrown)).to.equal('enough');
  });
});
