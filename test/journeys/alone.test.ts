import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import {
  type AgentReport,
  node,
  nodeAlone,
  portOf,
  ready,
  type ServiceReport,
  temporaryFolder,
} from './support/house.ts';
import { ask } from './support/seed.ts';
import { say, until } from './support/speak.ts';

describe('the services, each alone', () => {
  it('find each other, carry a run, and end in order on SIGTERM', async () => {
    await using folder = await temporaryFolder();
    const start = (name: string, ...more: readonly string[]) =>
      startOgm([name, '--json', '--data', folder.path, ...more]);

    await using market = start('market', '--http-port', '0', '--market-port', '0');
    await using infogather = start('infogather', '--http-port', '0', '--infogather-port', '0');
    const [atMarket, atInfogather] = await Promise.all([
      ready<ServiceReport>(market),
      ready<ServiceReport>(infogather),
    ]);
    const known = ['--market-url', atMarket.http, '--infogather-url', atInfogather.http];
    await using broker = start('broker', '--http-port', '0', '--broker-port', '0', ...known);
    await using agent = start(
      'agent',
      '--host-port',
      '0',
      '--poll-port',
      '0',
      '--infogather-url',
      atInfogather.http,
      ...nodeAlone,
    );
    const [atBroker, ofAgent] = await Promise.all([ready<ServiceReport>(broker), ready<AgentReport>(agent)]);
    expect(Object.keys(atMarket.text)).to.deep.equal(['market']);
    expect(Object.keys(atBroker.text)).to.deep.equal(['broker']);
    expect(Object.keys(atInfogather.text)).to.deep.equal(['infogather']);

    const at = (service: ServiceReport, door: keyof ServiceReport['text']) => portOf(service.text[door]);
    await until(async () => (await say(at(atBroker, 'broker'), ask(node))).includes('\nHost: '));
    await until(async () => (await say(at(atMarket, 'market'), ask(node))) !== '');

    const file = join(folder.path, 'numbers.txt');
    await writeFile(file, '1\n2\n39\n');
    const program =
      "const fs = require('fs');" +
      "const numbers = fs.readFileSync('numbers.txt', 'utf8').trim().split(/\\s/).map(Number);" +
      "fs.writeFileSync('sum.txt', String(numbers.reduce((a, b) => a + b)));";
    const results = join(folder.path, 'results');
    const run = await ogm(['run', node, file, '-o', results, '--json', ...known, '--', '-e', program]);
    expect(run.code, run.stderr).to.equal(0);
    expect(JSON.parse(run.stdout)).to.deep.include({
      broker: atBroker.text.broker,
      host: ofAgent.applications[0]!.host,
      exitCode: 0,
      files: ['sum.txt'],
    });
    expect(await readFile(join(results, 'sum.txt'), 'utf8')).to.equal('42');

    for (const service of [agent, broker, infogather, market]) {
      expect(await service.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
      expect(service.lines.at(-1)).to.contain('"stopped"');
    }
  });

  it('start in any order: a broker and an agent wait for the services that they need', async () => {
    await using folder = await temporaryFolder();
    const start = (name: string, ...more: readonly string[]) =>
      startOgm([name, '--json', '--data', folder.path, ...more]);
    const port = `${await ownPort()}`;
    const infogatherUrl = `http://127.0.0.1:${port}`;

    const soon = ['--set', 'broker.learn-interval=100 ms', '--set', 'agent.registration-retry=100 ms'];
    const known = ['--infogather-url', infogatherUrl, '--market-url', infogatherUrl];
    await using broker = start('broker', '--http-port', '0', '--broker-port', '0', ...known, ...soon);
    await using agent = start(
      'agent',
      '--host-port',
      '0',
      '--poll-port',
      '0',
      '--infogather-url',
      infogatherUrl,
      ...nodeAlone,
      ...soon,
    );
    const { text } = await ready<ServiceReport>(broker);
    await ready<AgentReport>(agent);
    await agent.waitFor(/not registered at infogather; trying again/);
    await broker.waitFor(/cannot learn or tell applications; trying again/);

    await using infogather = start('infogather', '--http-port', port, '--infogather-port', '0');
    await ready<ServiceReport>(infogather);
    await until(async () => (await say(portOf(text.broker), ask(node))).includes('\nHost: '));
  });

  it('refuse what another service takes, and say which', async () => {
    await using folder = await temporaryFolder();
    await using market = startOgm(
      ['market', '--json', '--data', folder.path, '--http-port', '0', '--market-port', '0'],
      {},
    );
    const { text, http } = await ready<ServiceReport>(market);
    const answer = await say(portOf(text.market), 'RESOURCE-version: 0.1\nAction: Ask\nApplication: a\n');
    expect(answer).to.match(/^# error: .*RESOURCE document.*infogather\n$/);
    const elsewhere = await fetch(`${http}/infogather/v1/nodes`);
    expect(elsewhere.status).to.equal(404);
    expect(await elsewhere.json()).to.deep.include({ code: 'not-found' });
  });
});
