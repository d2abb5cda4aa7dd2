import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { ogm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import {
  type House,
  node,
  ogmCommand,
  openHouse,
  type TemporaryFolder,
  temporaryFolder,
} from './support/house.ts';
import { ask, brokerAddress, conversation, inJson, tell } from './support/seed.ts';
import { until } from './support/speak.ts';

describe('ogm tell, ogm ask and ogm nodes', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;

  before(async () => {
    folder = held.use(await temporaryFolder());
    house = held.use(await openHouse(join(folder.path, 'data'), ['--broker-address', brokerAddress]));
  });
  after(() => held.disposeAsync());

  const here = (stdin: string, ...args: readonly string[]) => ogm([...args, ...house.urls], { stdin });

  it('carry the seed conversation, from standard input', async () => {
    for (const { to, says, answer } of conversation) {
      const toBroker = to === 'broker' ? ['--broker'] : [];
      const said = await here(says, answer === undefined ? 'tell' : 'ask', ...toBroker);
      expect(said.code, said.stderr).to.equal(0);
      expect(said.stdout.trimEnd()).to.equal((answer ?? '').trimEnd());
    }
  });

  it('take a file of several documents, for the market and for infogather', async () => {
    const file = join(folder.path, 'documents.sla');
    const registered = conversation[1]!.says.replaceAll('gcc4.0.2', 'several');
    await writeFile(file, `# what is on offer\n${tell('several', '127.0.0.1:1')}\n${registered}`);
    const told = await here('', 'tell', file);
    expect(told).to.include({ code: 0, stdout: '', stderr: 'told 2 documents\n' });

    await writeFile(file, `${ask('several')}\n${conversation[4]!.says.replaceAll('gcc4.0.2', 'several')}`);
    const asked = await here('', 'ask', file);
    expect(asked.code).to.equal(0);
    expect(asked.stdout).to.contain(tell('several', '127.0.0.1:1')).and.to.contain(registered);
  });

  it('say how many were told before the one that was not', async () => {
    const documents = `${tell('before', '127.0.0.1:1')}\n${conversation[1]!.says}`;
    const nowhere = ['--infogather-url', `http://127.0.0.1:${await ownPort()}`];
    const { code, stderr } = await ogm(['tell', ...house.urls, ...nowhere], { stdin: documents });
    expect(code).to.equal(4);
    expect(stderr).to.match(/\(the one document before it was told\)/);
  });

  it('say with --json one object a line', async () => {
    const told = await here(
      `${tell('json', '127.0.0.1:1')}\n${tell('json', '127.0.0.1:2')}`,
      'tell',
      '--json',
    );
    expect(JSON.parse(told.stdout)).to.deep.equal({ told: 2 });
    const asked = await here(ask('json'), 'ask', '-', '--json');
    expect(
      asked.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).to.deep.equal([inJson(tell('json', '127.0.0.1:1')), inJson(tell('json', '127.0.0.1:2'))]);
    const nodes = await until(async () => {
      const listed = await here('', 'nodes', node, '--json');
      return listed.code === 0 && listed.stdout.trimEnd().split('\n');
    });
    const [entry] = nodes.map((line) => JSON.parse(line));
    expect(entry).to.include({ application: node, poll: house.report.agent.poll, pollable: true });
    expect(Object.keys(entry)).to.have.members([
      'application',
      'id',
      'host',
      'transport',
      'poll',
      'pollable',
      'cpuLoad',
      'date',
      'says',
      'toldAgoMs',
      'heardAgoMs',
      'agent',
      'agentKey',
      'fault',
    ]);
  });

  it('end with 3 where nothing matches', async () => {
    for (const args of [['ask'], ['ask', '--broker'], ['nodes', 'nothing-of-the-kind']]) {
      const { code, stdout } = await here(ask('nothing-of-the-kind'), ...args);
      expect({ code, stdout }).to.deep.equal({ code: 3, stdout: '' });
    }
  });

  it('end with 5 where a document is refused, with the place under which the mistake stands', async () => {
    const { code, stdout, stderr } = await here(
      'SLA-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nBroker-IP: 193.10.66.141\n',
      'tell',
    );
    expect(code).to.equal(5);
    expect(stdout).to.equal('');
    expect(stderr.split('\n').slice(0, 4)).to.deep.equal([
      'ogm: standard input',
      "  error: line 4, column 12: Broker-IP is an address with a port, such as '193.10.66.141:7685'; found '193.10.66.141', which has no port",
      '   4 | Broker-IP: 193.10.66.141',
      '     |            ^',
    ]);
  });

  it('tell nothing of a file in which one document is refused', async () => {
    const file = join(folder.path, 'half.sla');
    await writeFile(file, `${tell('half')}\nSLA-version: 0.1\nAction: Tell\n`);
    expect((await here('', 'tell', file)).code).to.equal(5);
    expect((await here(ask('half'), 'ask')).code).to.equal(3);
  });

  it('end with 5 where the other command, or another service, is meant', async () => {
    const asTell = await here(ask('gcc4.0.2'), 'tell');
    expect(asTell.code).to.equal(5);
    expect(asTell.stderr).to.match(/holds an Ask; use ogm ask/);
    const asAsk = await here(tell('gcc4.0.2'), 'ask', '--json');
    expect(asAsk.code).to.equal(5);
    expect(JSON.parse(asAsk.stdout)).to.have.nested.property('failure.code', 'wrong-service');
  });

  it('end with 2 where the command line or a file of this machine is wrong', async () => {
    const wrong = [
      { args: ['tell', join(folder.path, 'no-such-file')], says: /no-such-file cannot be read \(ENOENT\)/ },
      { args: ['ask', folder.path], says: /cannot be read \(EISDIR\)/ },
      { args: ['ask', '--no-such-option'], says: /unknown option '--no-such-option'/ },
      { args: ['nodes', 'one', 'two'], says: /too many arguments/ },
      { args: ['nods'], says: /unknown command 'nods'.*nodes/s },
    ];
    for (const { args, says } of wrong) {
      const { code, stderr } = await ogm(args);
      expect(code, stderr).to.equal(2);
      expect(stderr).to.match(says);
    }
  });

  it('end with 4 where the service cannot be reached', async () => {
    const nobody = `127.0.0.1:${await ownPort()}`;
    const urls = ['market', 'broker', 'infogather'].flatMap((name) => [`--${name}-url`, `http://${nobody}`]);
    for (const args of [['tell'], ['ask'], ['ask', '--broker'], ['nodes']]) {
      const stdin = args[0] === 'tell' ? tell('gcc4.0.2') : ask('gcc4.0.2');
      const { code, stderr } = await ogm([...args, ...urls], { stdin });
      expect(code, stderr).to.equal(4);
      expect(stderr.trimEnd().split('\n')).to.have.length(1);
      expect(stderr).to.contain(`${nobody} could not be reached: nothing listens there`);
    }
  });

  it('go nowhere that the configuration does not allow', async () => {
    const { code, stderr } = await ogm(['nodes', '--infogather-url', 'http://193.10.66.20:8480']);
    expect(code).to.equal(5);
    expect(stderr).to.match(/^ogm: .*193\.10\.66\.20.*egress\.service-ranges/);
  });

  it('end quietly with 141 where nobody reads what they print', async () => {
    await here(tell('unread'), 'tell');
    const file = join(folder.path, 'unread.sla');
    await writeFile(file, ask('unread'));
    const piped = '{ "$@"; echo "ended with $?" >&2; } | true';
    const child = spawn('sh', ['-c', piped, 'sh', ...ogmCommand, 'ask', file, ...house.urls], {
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    expect(await text(child.stderr)).to.equal('ended with 141\n');
  });

  it('explain themselves', async () => {
    const { code, stdout } = await ogm(['--help']);
    expect(code).to.equal(0);
    for (const name of [
      'up',
      'market',
      'broker',
      'infogather',
      'agent',
      'tell',
      'ask',
      'nodes',
      'run',
      'demo',
    ])
      expect(stdout).to.match(new RegExp(`^  ${name} `, 'm'));
    expect((await ogm(['--version'])).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    const none = await ogm([]);
    expect(none.code).to.equal(2);
    expect(none.stderr).to.contain('Usage: ogm');
  });
});
