import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { brokerSettings } from '../../../cli/agent-init/broker-address.ts';
import { fileText } from '../../../cli/agent-init/file.ts';
import { writeNew } from '../../../cli/agent-init/write-new.ts';
import { settingsSchema } from '../../../cli/settings.ts';
import { loadConfig } from '../../../platform/config/load.ts';
import { Refusal } from '../../../platform/failure.ts';

const said = new Map([
  ['house.data', '/srv/ogm data'],
  ['agent.back-end', 'container'],
  ['agent.cpus', '4'],
  ['agent.memory', '8 GiB'],
  ['agent.task-owners', 'ada, ben@https://broker.example:8443'],
  ['agent.hours', '20:00-08:00, weekends'],
  ['agent.at-closing', 'stop'],
  ['client.broker-url', 'https://broker.example:8443'],
]);

describe('the file of ogm agent init', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-init-'));
    file = join(folder, 'agent.yaml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const load = async (text: string) => {
    await writeFile(file, text);
    return loadConfig(settingsSchema, { file, env: {} }).config;
  };

  it('is read by the agent as it was said, and opens no port', async () => {
    const { house, agent, client } = await load(fileText(said));
    expect(house.data).to.equal('/srv/ogm data');
    expect(client['broker-url']).to.equal('https://broker.example:8443');
    expect(agent).to.deep.include({
      'back-end': 'container',
      cpus: 4,
      memory: 8 * 2 ** 30,
      'task-owners': ['ada', 'ben@https://broker.example:8443'],
      hours: ['20:00-08:00', 'weekends'],
      'at-closing': 'stop',
      'host-doors': false,
      'poll-door': false,
    });
  });

  it('says of each setting what docs/configuration.md says, and what else there is, ready to be made one', async () => {
    const text = fileText(said);
    const words = text.replaceAll(/\n {2}# /g, ' ');
    expect(words).to.contain('When this machine serves, such as `20:00-08:00`');
    for (const line of text.split('\n')) expect(line.length).to.be.at.most(120);
    const uncommented = text.replaceAll(/^ {2}#(?=\S)/gm, '  ');
    expect(uncommented).to.not.equal(text);
    const { agent } = await load(uncommented);
    expect(agent).to.deep.include({ detect: true, 'accept-unisolated': false });
    expect(agent.applications.map(({ name, image }) => [name, image])).to.deep.equal([
      ['greeting', 'docker.io/busybox'],
    ]);
  });

  it('lets the agent call where the broker is, and nowhere else', async () => {
    const at = async (url: string) => Object.fromEntries((await brokerSettings(url)).settings);
    expect(await at('http://127.0.0.1:8480')).to.not.have.property('egress.service-ranges');
    expect(await at('https://192.0.2.7:8443')).to.deep.include({
      'client.infogather-url': 'https://192.0.2.7:8443',
      'egress.service-ranges': '127.0.0.0/8, ::1/128, 192.0.2.7/32',
    });
    expect(await at('https://[2001:db8::7]:8443')).to.have.property(
      'egress.service-ranges',
      '127.0.0.0/8, ::1/128, 2001:db8::7/128',
    );
    const unknown = await brokerSettings('https://nobody.invalid');
    expect(unknown.isKnown).to.equal(false);
  });

  it('is whole and private, takes no other file’s place unless that is said, and leaves nothing beside it', async () => {
    const write = (text: string, replaces = false) => writeNew(file, text, { replaces, check: () => {} });
    await write('a: 1\n');
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    const refused = await write('b: 2\n').catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Refusal).and.include({ code: 'bad-file' });
    expect(await readFile(file, 'utf8')).to.equal('a: 1\n');
    await write('b: 2\n', true);
    expect(await readFile(file, 'utf8')).to.equal('b: 2\n');
    const nowhere = await writeNew(join(folder, 'no', 'file'), '', {
      replaces: false,
      check: () => {},
    }).catch(String);
    expect(nowhere).to.match(/cannot be written/);
    expect(await readdir(folder)).to.deep.equal(['agent.yaml']);
  });

  it('is not written where it would not load', async () => {
    const check = () => {
      throw new Refusal({ code: 'bad-configuration', status: 400, detail: 'no' });
    };
    const refused = await writeNew(file, 'a: 1\n', { replaces: true, check }).catch(String);
    expect(refused).to.contain('no');
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
