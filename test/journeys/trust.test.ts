import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { IdentitiesClient } from '../../client/index.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import { ready, type ServiceReport, temporaryFolder } from './support/house.ts';
import { until } from './support/speak.ts';

const fixture = (name: string) => new URL(`../client/fixtures/${name}`, import.meta.url);

describe('a market elsewhere that trusts a broker', () => {
  it('serves the broker and its users over TLS, each by name, and no JWT is written down', async () => {
    await using folder = await temporaryFolder();
    const [certificate, key] = [join(folder.path, 'certificate.pem'), join(folder.path, 'key.pem')];
    await copyFile(fixture('loopback-certificate.pem'), certificate);
    await copyFile(fixture('loopback-key.pem'), key);
    await chmod(key, 0o600);
    const [httpsPort, infogatherPort] = [await ownPort(), await ownPort()];
    const start = (name: string, set: Record<string, string | number>, ...more: readonly string[]) =>
      startOgm([
        ...[name, '--json', '--log-level', 'debug', '--data', join(folder.path, name)],
        ...Object.entries(set).flatMap(([setting, value]) => ['--set', `${setting}=${value}`]),
        ...['--http-port', '0', `--${name}-port`, '0', ...more],
      ]);
    const url = `https://127.0.0.1:${httpsPort}`;
    const there = ['--market-url', url, '--ca', certificate];
    const nobody = ['--infogather-url', `http://127.0.0.1:${infogatherPort}`];
    await using broker = start('broker', { 'broker.applications': 'gcc' }, ...there, ...nobody);
    const { http } = await ready<ServiceReport>(broker);
    const identities = new IdentitiesClient({ url: http, fetch });
    const { stdout: brokersKey } = await ogm(['token', 'key', '--broker-url', http]);
    expect(brokersKey).to.equal(`${await identities.brokerKey()}\n`);
    await using market = start('market', {
      'doors.listen': '127.0.0.1',
      'doors.https-port': httpsPort,
      'doors.certificate': certificate,
      'doors.key': key,
      'market.trusted-brokers': `physics=${brokersKey.trim()}`,
    });
    expect(await ready<ServiceReport & { https: string }>(market)).to.include({ https: url });

    await identities.addUser({ name: 'ann' });
    const { token } = await identities.createToken({ user: 'ann', scopes: ['read'] });
    const [file, tell, ask] = ['token', 'tell.sla', 'ask.sla'].map((name) => join(folder.path, name));
    await writeFile(file!, token, { mode: 0o600 });
    await writeFile(ask!, 'SLA-version: 1.0\nAction: Ask\nApplication: gcc\n');
    await writeFile(
      tell!,
      'SLA-version: 1.0\nAction: Tell\nId: node-1\nApplication: gcc\nBroker-IP: 192.0.2.1:7685\n',
    );
    const said: string[] = [];
    const command = async (...args: string[]) => {
      const ended = await ogm([...args, ...there, '--broker-url', http]);
      said.push(ended.stderr, ended.stdout);
      return ended;
    };

    // The broker tells as itself; whoever runs it is given a JWT without a token.
    await until(async () => (await command('ask', ask!)).stdout.includes('Broker-IP: 127.0.0.1'));
    await using watch = startOgm(['watch', ask!, ...there, '--broker-url', http, '--token-file', file!]);
    await watch.waitFor(/^Action: Because/);
    expect((await command('tell', tell!)).code).to.equal(0);
    await watch.waitFor(/^Event: matched/);
    const refused = await command('tell', tell!, '--token-file', file!);
    expect([refused.code, refused.stderr])
      .to.have.nested.property('[1]')
      .that.matches(/use a token with the scope resources/);
    const stranger = await ogm(['ask', ask!, '--market-url', url, '--broker-url', url, '--ca', certificate]);
    expect([stranger.code, stranger.stderr])
      .to.have.nested.property('[1]')
      .that.matches(/wants a JWT of a broker/);

    for (const line of [...broker.lines, ...market.lines, ...watch.lines, ...said])
      expect(/eyJ|ogm_/.test(line), line).to.equal(false);
  });
});
