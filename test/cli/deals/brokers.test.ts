import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Context } from '../../../cli/commands/context.ts';
import { dealAsk, matchesOf } from '../../../cli/deals/asking.ts';
import { brokersOf } from '../../../cli/deals/brokers.ts';
import { serviceAt } from '../../../cli/services.ts';
import { refusalOf } from '../../support/documents.ts';
import { GivenBroker, givenContext, heat, read } from './given-brokers.ts';

const never = new AbortController().signal;

describe('the brokers that are asked for Offers', () => {
  const own = 'http://127.0.0.1:8480';
  const [one, two] = [new GivenBroker(1), new GivenBroker(2)];
  const asked = (brokers: readonly string[], listed: readonly string[]) => {
    const { context } = givenContext([], { client: { 'broker-url': own, brokers: listed } });
    const known = brokersOf(context, { brokers });
    return {
      asked: known.brokers.map(({ name, context: at, flags }) => [
        name,
        at.config.client['broker-url'],
        flags,
      ]),
      unknown: known.unknown,
    };
  };

  it('are those of the matches that the configuration lists, each by its own address', () => {
    const listed = [
      `${one.address}=${one.url}`,
      `${two.address}=${two.url}`,
      '10.0.0.1:7685=https://b.example',
    ];
    expect(asked([two.address, one.address], listed)).to.deep.equal({
      asked: [
        [two.address, two.url, ` --broker-url ${two.url}`],
        [one.address, one.url, ` --broker-url ${one.url}`],
      ],
      unknown: [],
    });
  });

  it('are the one of client.broker-url too, which needs no listing', () => {
    expect(asked(['127.0.0.1:7685'], [])).to.deep.equal({
      asked: [['127.0.0.1:7685', own, '']],
      unknown: [],
    });
    expect(asked(['127.0.0.1:7685', one.address], [`${one.address}=${one.url}`]).asked).to.deep.equal([
      ['127.0.0.1:7685', own, ''],
      [one.address, one.url, ` --broker-url ${one.url}`],
    ]);
    // Listed it is known by its address, and asked once.
    expect(asked(['127.0.0.1:7685'], [`127.0.0.1:7685=${own}`]).asked).to.deep.equal([
      ['127.0.0.1:7685', own, ''],
    ]);
  });

  it('are none of whom only a Tell says where they are; they are named', () => {
    const { asked: whom, unknown } = asked(['127.0.0.1:7685', '10.0.0.9:7685'], []);
    expect(whom).to.deep.equal([[own, own, '']]);
    expect(unknown).to.deep.equal(['127.0.0.1:7685', '10.0.0.9:7685']);
  });

  it('are shown the token that is listed for them, and never that of another; a market elsewhere is shown none of them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ogm-brokers-'));
    try {
      const token = join(folder, 'token');
      await writeFile(token, 'of-two\n', { mode: 0o600 });
      const brokers = [one, two];
      const client = {
        'broker-url': own,
        brokers: [`${one.address}=${one.url}`, `${two.address}=${two.url} ${token}`],
      };
      const { context } = givenContext(brokers, { client });
      const ownToken = { ...context, token: async () => 'of-own' };
      const known = brokersOf(ownToken, { brokers: brokers.map(({ address }) => address) });
      const { ask } = dealAsk(heat);
      for (const broker of known.brokers) await broker.send(ask, {});
      expect([one.shown, two.shown]).to.deep.equal([[null], ['Bearer of-two']]);
      const at = { 'broker-url': two.url, 'market-url': 'http://127.0.0.1:8999' };
      const asked: [string, string | null][] = [];
      const there = {
        config: { ...context.config, client: { ...context.config.client, ...at } },
        token: async () => 'of-two',
        egress: {
          request: async (input: string | URL, init?: RequestInit) => {
            asked.push([new URL(input).origin, new Headers(init?.headers).get('Authorization')]);
            return Response.json({ jwt: 'a.b.c', holdsMs: 60_000 });
          },
        },
      } as unknown as Context;
      await serviceAt(there, 'market').fetch(at['market-url']);
      expect(asked).to.deep.equal([
        [two.url, 'Bearer of-two'],
        [at['market-url'], 'Bearer a.b.c'],
      ]);
      await chmod(token, 0o644);
      const open = brokersOf(ownToken, { brokers: [two.address] });
      expect(await refusalOf(open.brokers[0]!.send(ask, {}))).to.have.property('code', 'bad-file');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('an Ask for Offers', () => {
  it('has an Id of its own each time, and nothing that is for the market alone', () => {
    const ask = read('SLA-version: 1.0\nAction: Ask\nId: mine\nLimit: 3\nCount: 2\nCpus: 8\n');
    const [first, second] = [dealAsk(ask), dealAsk(ask)];
    expect(
      first.ask.headers.filter(({ name }) => name !== 'Id').map(({ name, value }) => `${name}: ${value}`),
    ).to.deep.equal(['SLA-version: 1.0', 'Action: Ask', 'Count: 2', 'Cpus: 8']);
    expect(first.ask.envelope.id).to.match(/^ask-/).and.not.equal(second.ask.envelope.id);
    expect(first.tasks).to.equal(2);
  });

  it('is for the resources that the job names beside what it says itself; the market, which knows none, is not asked for them', async () => {
    const ask = read('SLA-version: 1.0\nAction: Ask\nResource: not three\nCpus: 8\n');
    const wanted = dealAsk(ask, { resources: ['one', '2nd'] });
    const saidIn = (text: string) => text.match(/^Resource: .*$/gm);
    expect(saidIn(wanted.ask.text)).to.deep.equal(['Resource: not three', 'Resource: one | "2nd"']);
    const broker = new GivenBroker(1);
    const { context } = givenContext([broker]);
    const questions: string[] = [];
    const { request } = context.egress;
    const egress: Context['egress'] = {
      ...context.egress,
      request: (input, init) => {
        questions.push(`${init?.body}`);
        return request(input, init);
      },
    };
    const { brokers } = await matchesOf({ ...context, egress }, wanted, never);
    expect(brokers).to.deep.equal([broker.address]);
    expect(questions.map(saidIn)).to.deep.equal([null]);
  });

  it('is for as many tasks as the job has, and for its application where it tests none', () => {
    const ask = read('SLA-version: 1.0\nAction: Ask\nCpus: 8\n');
    const said = (wanted: ReturnType<typeof dealAsk>) =>
      wanted.ask.headers.flatMap(({ name, value }) =>
        ['Tasks', 'Application'].includes(name) ? [value] : [],
      );
    expect(said(dealAsk(ask, { application: 'heat1.0', tasks: 5 }))).to.have.members(['heat1.0', '5']);
    expect(said(dealAsk(ask, { application: '7zip', tasks: 1 }))).to.deep.equal(['"7zip"']);
    expect(said(dealAsk(heat, { application: 'heat1.0' }))).to.deep.equal(['heat1.0']);
    const five = read('SLA-version: 1.0\nAction: Ask\nCpus: 8\nTasks: 5\n');
    expect(dealAsk(five).tasks).to.equal(5);
    expect(() => dealAsk(five, { tasks: 6 })).to.throw('the Ask is for 5 tasks, and the job has 6');
  });

  it('finds brokers at the market, each once, in the order of their best match', async () => {
    const brokers = [new GivenBroker(2), new GivenBroker(1), new GivenBroker(2)];
    const { context } = givenContext(brokers);
    const matches = await matchesOf(context, dealAsk(heat), never);
    expect(matches.brokers).to.deep.equal(['127.0.0.1:7602', '127.0.0.1:7601']);
    expect(matches.tells).to.have.length(3);
  });
});
