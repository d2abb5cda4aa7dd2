import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm, startOgm } from '../support/ogm.ts';
import { freePorts, nodeAlone, openHouse, portOf, temporaryFolder } from './support/house.ts';
import { brokerAddress, conversation } from './support/seed.ts';
import { say, until } from './support/speak.ts';

/** What stands on standard error beside the log. */
function saidBesideLog(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{"time":'));
}

describe('ogm up', () => {
  it('says to a person where to look, and what to try', async () => {
    await using folder = await temporaryFolder();
    await using running = startOgm(['up', '--data', folder.path, ...freePorts, ...nodeAlone]);
    const [, tried = ''] = await running.waitFor(/^Try: ogm (.*) FILE -- ARGUMENTS$/);
    expect(running.lines).to.include(`Open Grid Market is open; everything is kept in ${folder.path}`);
    for (const door of ['market', 'broker', 'infogather'])
      await running.waitFor(
        new RegExp(`^  ${door} +http://127\\.0\\.0\\.1:\\d+/${door} .* 127\\.0\\.0\\.1:\\d+$`),
      );
    const results = ['-o', folder.path, '--', '-p', '6 * 7'];
    const ran = await until(async () => {
      const run = await ogm([...tried.split(' '), ...results]);
      return run.code === 0 && run;
    });
    expect(ran.stdout).to.equal('42\n');
  });

  it('ends with exit code 0 on SIGTERM and on SIGINT, and its agent with it', async () => {
    await using folder = await temporaryFolder();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      await using house = await openHouse(folder.path);
      expect(await house.running.kill(signal)).to.deep.equal({ code: 0, signal: null });
      expect(house.running.lines.filter((line) => line.includes('"stopped"'))).to.have.length(2);
    }
  });

  it('says in one line that its folder is in use', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path);
    const { code, stdout, stderr } = await ogm(['up', '--data', folder.path, ...freePorts, ...nodeAlone]);
    expect(code).to.equal(2);
    expect(stdout).to.equal('');
    expect(stderr.trimEnd().split('\n')).to.have.length(1);
    expect(stderr).to.match(/^ogm: .*is open in another process; stop that one first/);
    expect(stderr).to.contain(folder.path);
    expect(await say(house.port('market'), conversation[2]!.says)).to.equal('');
  });

  it('says in one line that a port of its is in use, each of them', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(join(folder.path, 'first'));
    const { http, text, agent } = house.report;
    const addresses = { http, ...text, host: agent.applications[0]!.host, poll: agent.poll };
    for (const [door, address] of Object.entries(addresses)) {
      const port = String(portOf(address));
      const given = ['--set', 'agent.listen-retry=0 ms', `--${door}-port`, port];
      const data = join(folder.path, 'second');
      const { code, stderr } = await ogm(['up', '--data', data, ...freePorts, ...nodeAlone, ...given]);
      expect(code, stderr).to.equal(2);
      const said = saidBesideLog(stderr);
      expect(said).to.have.length(1);
      expect(said[0]).to.match(
        new RegExp(`^ogm: .* cannot listen on 127\\.0\\.0\\.1:${port}: another program does`),
      );
      expect(stderr.trimEnd().split('\n').at(-1)).to.equal(said[0]);
      // An agent opens its doors when the services are there.
      const isOfAgent = door === 'host' || door === 'poll';
      if (!isOfAgent) expect(stderr, 'nothing was begun').to.equal(`${said[0]}\n`);
    }
  });

  it('says in one line that its folder cannot be used', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'a-file');
    await writeFile(file, '');
    for (const args of [['up', ...freePorts], ['agent']]) {
      const { code, stderr } = await ogm([...args, '--data', join(file, 'data')]);
      expect(code, stderr).to.equal(2);
      expect(stderr.trimEnd().split('\n')).to.have.length(1);
      expect(stderr).to.match(/^ogm: the data folder .* cannot be used \(ENOTDIR\)/);
    }
  });

  it('keeps what was told across an orderly restart', async () => {
    await using folder = await temporaryFolder();
    const [told, registered, asked, , looked] = conversation;
    // The broker learns of the node and tells the same, if it has this address.
    const address = ['--broker-address', brokerAddress];
    {
      await using house = await openHouse(folder.path, address);
      await say(house.port('market'), told!.says);
      await say(house.port('infogather'), registered!.says);
      await house.running.kill('SIGTERM');
    }
    await using house = await openHouse(folder.path, address);
    expect(await say(house.port('market'), asked!.says)).to.equal(`${asked!.answer}\n`);
    expect(await say(house.port('infogather'), looked!.says)).to.equal(`${looked!.answer}\n`);
  });
});

describe('the configuration of ogm up', () => {
  it('comes from a file, over it the environment, over it the flags', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ogm.yaml');
    await mkdir(join(folder.path, 'data'));
    const lines = [
      'broker:',
      '  applications: [from-the-file]',
      'doors:',
      "  broker-address: '10.0.0.1:1'",
      'market:',
      '  tell-lifetime: 2 h',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const asked = 'SLA-version: 0.1\nAction: Ask\nApplication: from-the-file\n';
    const addresses = [
      { env: {}, more: [], says: '10.0.0.1:1' },
      { env: { OGM_BROKER_ADDRESS: '10.0.0.2:2' }, more: [], says: '10.0.0.2:2' },
      {
        env: { OGM_BROKER_ADDRESS: '10.0.0.2:2' },
        more: ['--broker-address', '10.0.0.3:3'],
        says: '10.0.0.3:3',
      },
    ];
    for (const [round, { env, more, says }] of addresses.entries()) {
      const named = round === 0 ? { OGM_CONFIG: file } : {};
      const flag = round === 0 ? [] : ['--config', file];
      await using house = await openHouse(join(folder.path, 'data'), [...flag, ...more], {
        env: { ...env, ...named },
      });
      expect(await say(house.port('broker'), asked)).to.contain(`Broker-IP: ${says}\n`);
    }
  });

  it('names the nearest setting where one is misspelt, and nothing starts', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ogm.yaml');
    await writeFile(file, 'market:\n  tell-lifetme: 2 h\nmarkt:\n  tell-lifetime: 2 h\n');
    const data = join(folder.path, 'data');
    const misspelt = [
      {
        args: ['--config', file],
        says: /ogm\.yaml.*market\.tell-lifetme; did you mean market\.tell-lifetime\?/,
      },
      { args: ['--config', file], says: /markt is no service; did you mean market\?/ },
      { args: ['--set', 'infogather.pol-interval=1 s'], says: /did you mean infogather\.poll-interval\?/ },
      { env: { OGM_MARKET_PROT: '0' }, says: /OGM_MARKET_PROT: .*did you mean OGM_MARKET_PORT\?/ },
      { args: ['--market-prot', '0'], says: /unknown option '--market-prot'.*Did you mean --market-port\?/s },
    ];
    for (const { args = [], env = {}, says } of misspelt) {
      const { code, stdout, stderr } = await ogm(['up', '--data', data, ...freePorts, ...args], { env });
      expect(code, stderr).to.equal(2);
      expect(stderr).to.match(says);
      expect(stdout).to.equal('');
    }
  });

  it('tells all that is wrong at once, and with --json as one object', async () => {
    await using folder = await temporaryFolder();
    const wrong = ['--set', 'market.tell-lifetime=soon', '--set', 'doors.connections=-1', '--json'];
    const { code, stdout } = await ogm(['up', '--data', folder.path, ...freePorts, ...wrong]);
    expect(code).to.equal(2);
    const { failure } = JSON.parse(stdout) as { failure: { code: string; detail: string } };
    expect(failure.code).to.equal('bad-configuration');
    expect(failure.detail.split('\n')).to.have.length(2);
  });

  it('is refused where two settings contradict each other, with both of them', async () => {
    await using folder = await temporaryFolder();
    const slow = ['--set', 'broker.renew-interval=2 h'];
    const { code, stderr } = await ogm(['up', '--data', folder.path, ...freePorts, ...slow]);
    expect(code).to.equal(2);
    expect(stderr).to.match(/broker\.renew-interval \(7200 s\).*market\.tell-lifetime \(3600 s\)/);
  });
});
