import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { createAgent } from '../../fabric-agent/index.ts';
import { agentSettings } from '../../fabric-agent/settings.ts';
import { readDocuments } from '../../grammar/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import { ownPort } from '../support/ports.ts';
import {
  archive,
  contents,
  dial,
  eventually,
  exchange,
  openAdmission,
  recordingLog,
  script,
  startAgent,
  type TestAgent,
} from './support.ts';

const node = `node${process.versions.node}`;
const echo = {
  name: 'echo1.0',
  argv: ['node', '-e', 'console.log(process.argv.slice(1).join())', '--', '{word}', '{more...}'],
  arguments: { word: '[a-z]+', more: '[a-z0-9]+' },
};

const idsOf = (registered: readonly string[]) =>
  registered.flatMap((text) => /^Id: (.*)$/m.exec(text)?.[1] ?? []);

async function poll(test: TestAgent): Promise<string> {
  const [, port] = test.agent.poll!.split(':');
  return (await buffer(await dial(Number(port)))).toString();
}

describe('an agent', () => {
  it('offers node itself, what is configured, and what it finds, each at a door of its own', async () => {
    await using test = await startAgent({ detect: true, applications: [echo] });
    const names = test.agent.applications.map(({ name }) => name);
    expect(names.slice(0, 2)).to.deep.equal(['echo1.0', node]);
    expect(new Set(names).size).to.equal(names.length);
    expect(new Set(test.agent.applications.map(({ host }) => host)).size).to.equal(names.length);
  });

  it('opens no door to what runs in an image', async () => {
    const boxed = { name: 'boxed1.0', image: 'tools:1', argv: ['tool'] };
    await using test = await startAgent({ applications: [boxed, echo] });
    const hosts = Object.fromEntries(test.agent.applications.map(({ name, host }) => [name, host]));
    expect(hosts['boxed1.0']).to.equal(null);
    expect(hosts[echo.name]).to.be.a('string');
  });

  it('checks the arguments of a configured application, each by its expression', async () => {
    await using test = await startAgent({ applications: [echo] });
    const ask = async (...words: string[]) =>
      exchange(
        test.port('echo'),
        await archive({ name: '.ogm/arguments', content: words.map((word) => `${word}\n`).join('') }),
      );
    expect(contents(await ask('a', '1', '2'))['.ogm/stdout']).to.equal('a,1,2\n');
    expect((await ask('a', '$(id)')).toString()).to.equal(
      '# error: argument 2 does not match what {more} may be: ^(?:[a-z0-9]+)$\n',
    );
    expect((await ask('--eval=1')).toString()).to.match(/^# error: argument 1 does not match/);
    expect((await ask()).toString()).to.match(/^# error: 0 arguments were given/);
  });

  it('lets a configured application stand in the place of one it would find, with limits of its own', async () => {
    const slow = {
      name: node,
      argv: ['node', '{file}'],
      arguments: { file: '.*' },
      limits: { 'time-limit': '100 ms' },
    };
    await using test = await startAgent({ applications: [slow] });
    expect(test.agent.applications.map(({ name }) => name)).to.deep.equal([node]);
    const answer = contents(await exchange(test.port('node'), await script('setInterval(() => {}, 1000)')));
    expect(answer['.ogm/error']).to.match(/longer than 0.1 s/);
  });

  it('does not offer what its machine lacks, and says so; does not start with a template that cannot be', async () => {
    await using test = await startAgent({ applications: [{ name: 'x1', argv: ['no-such-program'] }] });
    expect(test.agent.applications.map(({ name }) => name)).to.deep.equal([node]);
    expect(test.logged.map(({ level }) => level)).to.include('warn');
    let error: unknown;
    await startAgent({ applications: [{ name: 'x1', argv: ['node', '{file}'] }] }).catch((thrown) => {
      error = thrown;
    });
    expect(error)
      .to.be.instanceOf(Refusal)
      .with.property(
        'detail',
        "agent.applications: x1: 'file' has a place in argv, but no expression in arguments",
      );
  });

  it('answers a poll with a Tell for each application, of this moment, and closes', async () => {
    await using test = await startAgent({ applications: [echo] });
    const before = Math.floor(Date.now() / 1000);
    const text = await poll(test);
    const documents = readDocuments(text).map((reading) =>
      'document' in reading ? reading.document : undefined,
    );
    expect(documents).to.have.length(2);
    const [first] = text.split('\n\n');
    const headers = first!
      .trimEnd()
      .split('\n')
      .map((line) => line.split(': ')[0]);
    expect(headers).to.deep.equal([
      'RESOURCE-version',
      'Action',
      'Application',
      'Host',
      'Poll',
      'CPU-Load',
      'Date',
      'Disk',
    ]);
    for (const [index, { name, host }] of test.agent.applications.entries()) {
      const document = documents[index];
      expect(document).to.include({ language: 'RESOURCE', action: 'Tell', application: name });
      if (document?.language !== 'RESOURCE' || document.action !== 'Tell')
        throw new Error('no RESOURCE Tell');
      expect(`${document.host.host}:${document.host.port}`).to.equal(host);
      expect(document.date).to.be.within(before, Date.now() / 1000);
      expect(document.cpuLoad).to.be.within(0, 1000 * availableParallelism());
    }
  });

  it('tells the addresses that its owner says, and the ports where it listens', async () => {
    await using test = await startAgent({
      applications: [echo],
      'host-address': '193.10.66.20:8483',
      'poll-address': '193.10.66.20',
    });
    const [first, second] = test.agent.applications;
    expect(first?.host).to.equal('193.10.66.20:8483');
    expect(second?.host)
      .to.match(/^193\.10\.66\.20:\d+$/)
      .and.not.equal(first?.host);
    expect(test.agent.poll!).to.match(/^193\.10\.66\.20:\d+$/);
    await using six = await startAgent({
      'host-address': '2001:db8::20',
      'poll-address': '[2001:db8::20]:8484',
    });
    expect(six.agent.applications[0]?.host).to.match(/^\[2001:db8::20\]:\d+$/);
    expect(six.agent.poll).to.equal('[2001:db8::20]:8484');
  });

  it('waits for a port that an agent before it still holds, and says which one it cannot have', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    setTimeout(() => holder.close(), 200);
    await using test = await startAgent({ 'host-port': port });
    expect(test.agent.applications[0]?.host).to.equal(`127.0.0.1:${port}`);
    let error: unknown;
    await startAgent({ 'host-port': port, 'listen-retry': '150 ms' }).catch((thrown) => {
      error = thrown;
    });
    expect(String(error)).to.include(String(port));
  });

  it('gives its first applications the ports that are set', async () => {
    const port = await ownPort();
    await using test = await startAgent({ applications: [echo], 'host-ports': [port] });
    expect(test.agent.applications[1]?.host).to.equal(`127.0.0.1:${port}`);
  });

  it('has the same addresses and name when it starts again, but for a port that another took or that is set', async () => {
    await using test = await startAgent({ applications: [echo] });
    const { applications, poll: told } = test.agent;
    await eventually(() => expect(test.registered).to.have.length(4));
    await test.agent.stop();
    await using again = await startAgent({ applications: [echo] }, openAdmission, test.folder);
    expect(again.agent.applications).to.deep.equal(applications);
    expect(again.agent.poll).to.equal(told);
    await eventually(() => expect(again.registered).to.have.length(4));
    expect(idsOf(again.registered)).to.deep.equal(idsOf(test.registered)).and.have.length(2);
    await again.agent.stop();

    const holder = createServer().listen(test.port('echo'), '127.0.0.1');
    await once(holder, 'listening');
    const port = await ownPort();
    await using third = await startAgent(
      { applications: [echo], 'host-ports': [port] },
      openAdmission,
      test.folder,
    ).finally(() => holder.close());
    expect(third.port('echo')).to.not.equal(test.port('echo'));
    expect(third.port('node')).to.equal(port);
    expect(third.agent.poll).to.equal(told);
  });

  it('starts with other ports where what it kept is broken', async () => {
    await using test = await startAgent();
    await test.agent.stop();
    writeFileSync(join(test.folder, 'agent-ports.json'), '{"hosts":{"node":0');
    await using again = await startAgent({}, openAdmission, test.folder);
    expect(again.port('node')).to.be.greaterThan(0);
    expect(again.logged.map(({ level }) => level)).to.include('warn');
  });

  it('removes what agents that were killed left behind, and kills what still runs there', async () => {
    await using test = await startAgent();
    const runs = join(test.folder, 'runs');
    const dead = join(runs, '999999999-1');
    mkdirSync(join(dead, '1/work/deep'), { recursive: true });
    writeFileSync(join(dead, '1/work/deep/file'), '');
    mkdirSync(join(runs, '999999998-1.removed/1'), { recursive: true });
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      env: { HOME: join(dead, '1/work') },
      detached: true,
      stdio: 'ignore',
    });
    const ended = once(left, 'exit');
    const next = createAgent({
      config: agentSettings.parse({ detect: false, 'host-port': 0, 'poll-port': 0 }),
      log: recordingLog(),
      clock: systemClock,
      admission: openAdmission,
      register: async () => {},
      dataFolder: test.folder,
    });
    await next.start();
    if (process.platform === 'linux') expect((await ended)[1]).to.equal('SIGKILL');
    expect(readdirSync(runs)).to.have.length(1);
    await next.stop();
    left.kill('SIGKILL');
  });

  it('can be stopped again, and leaves no folder of its own', async () => {
    const test = await startAgent();
    await test.agent.stop();
    await test.agent.stop();
    expect(readdirSync(join(test.folder, 'runs'))).to.deep.equal([]);
    await test[Symbol.asyncDispose]();
    expect(existsSync(test.folder)).to.equal(false);
  });
});
