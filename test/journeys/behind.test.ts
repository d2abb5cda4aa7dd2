import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { NodeEntry } from '../../protocol/nodes.ts';
import { enrolmentView } from '../../protocol/resources.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import {
  freePorts,
  node,
  nodeAlone,
  openHouse,
  ready,
  type ServiceReport,
  temporaryFolder,
} from './support/house.ts';
import { until } from './support/speak.ts';

const fixture = (name: string) => new URL(`../client/fixtures/${name}`, import.meta.url);

/** Its agent opens no door: all that it has goes over connections that it opens itself. */
const closed = ['--set', 'agent.host-doors=false', '--set', 'agent.poll-door=false'];

describe('an agent that nobody can connect to', () => {
  it('is known to infogather and the market by what it says over its line, and runs tasks of two brokers', async () => {
    await using folder = await temporaryFolder();
    const [data, elsewhere] = [join(folder.path, 'data'), join(folder.path, 'elsewhere')];
    // Another house, whose broker is to have a share of this machine; its own agent takes no tasks.
    await using other = await openHouse(elsewhere, [...freePorts, '--set', 'agent.accept-tasks=false']);
    const added = await ogm(['resource', 'add', 'lent', '--json', '--broker-url', other.http]);
    const { secret } = enrolmentView.parse(JSON.parse(added.stdout));
    const enrol = ['agent', 'enrol', '--data', data, '--broker-url', other.http];
    expect((await ogm(enrol, { stdin: `${secret}\n` })).stderr).to.contain('is lent at');

    await using house = await openHouse(data, [...freePorts, ...closed]);
    expect(house.report.agent.poll).to.equal(null);
    const nodes = async () => {
      const { stdout } = await ogm(['nodes', '--json', '--infogather-url', house.http]);
      return stdout.split('\n').flatMap((line): NodeEntry[] => (line === '' ? [] : [JSON.parse(line)]));
    };
    const entry = await until(async () =>
      (await nodes()).find(({ heardAgoMs, agent }) => heardAgoMs !== null && agent !== null),
    );
    expect(entry).to.include({ application: node, transport: 'job', poll: null, fault: null });
    expect(entry.agent?.state).to.be.oneOf(['ready', 'busy']);
    await until(async () => {
      const { stdout } = await ogm(['ask', '--market-url', house.http, '-'], { stdin: askFor(node) });
      return stdout.includes('Action: Tell');
    });
    for (const { http } of [house, other]) {
      const program = ['--', node, '-e', 'console.log(6 * 7)'];
      const { code, stdout, stderr } = await ogm(['submit', '--broker-url', http, ...program]);
      expect([code, stdout], stderr).to.deep.equal([0, '42\n']);
    }
  });

  it('has a broker vouch for it to an infogather elsewhere, and comes to that again when it was killed', async () => {
    await using folder = await temporaryFolder();
    const [certificate, key] = [join(folder.path, 'certificate.pem'), join(folder.path, 'key.pem')];
    await copyFile(fixture('loopback-certificate.pem'), certificate);
    await copyFile(fixture('loopback-key.pem'), key);
    await chmod(key, 0o600);
    const start = (name: string, ...more: readonly string[]) =>
      startOgm([name, '--json', '--data', join(folder.path, name), ...more]);
    const set = (settings: Record<string, string | number>) =>
      Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    await using broker = start('broker', '--http-port', '0', '--broker-port', '0');
    const { http } = await ready<ServiceReport>(broker);
    const { stdout: brokersKey } = await ogm(['token', 'key', '--broker-url', http]);
    const httpsPort = await ownPort();
    const url = `https://127.0.0.1:${httpsPort}`;
    const gathering = () =>
      start(
        'infogather',
        ...set({
          ...{ 'doors.listen': '127.0.0.1', 'doors.https-port': httpsPort },
          ...{ 'doors.certificate': certificate, 'doors.key': key },
          'infogather.trusted-brokers': `physics=${brokersKey.trim()}`,
        }),
        ...['--http-port', '0', '--infogather-port', '0'],
      );
    await using infogather = gathering();
    const { http: here } = await ready<ServiceReport>(infogather);
    const heardAt = (at: string) => async () => {
      const { stdout } = await ogm(['nodes', '--json', '--infogather-url', at]);
      return stdout.includes('"agent":{"state":"');
    };
    const added = await ogm(['resource', 'add', 'far', '--json', '--broker-url', http]);
    const { secret } = enrolmentView.parse(JSON.parse(added.stdout));
    const data = ['--data', join(folder.path, 'agent')];
    await ogm(['agent', 'enrol', ...data, '--broker-url', http], { stdin: secret });
    await using agent = startOgm([
      'agent',
      '--json',
      ...data,
      ...closed,
      ...nodeAlone,
      '--infogather-url',
      url,
      '--ca',
      certificate,
    ]);
    await ready(agent);
    await until(heardAt(here));
    await infogather.kill('SIGKILL');
    await using again = gathering();
    await until(heardAt((await ready<ServiceReport>(again)).http));
    for (const line of [...agent.lines, ...broker.lines, ...infogather.lines, ...again.lines])
      expect(/eyJ/.test(line), line).to.equal(false);
  });
});

function askFor(application: string): string {
  return `SLA-version: 1.0\nAction: Ask\nApplication: ${application}\n`;
}
