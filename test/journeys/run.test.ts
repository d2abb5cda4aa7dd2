import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import { type House, node, openHouse, type TemporaryFolder, temporaryFolder } from './support/house.ts';
import { lives } from './support/processes.ts';
import { ask, tell } from './support/seed.ts';
import { say, until } from './support/speak.ts';

/** Applications that an owner would configure: what they do is bounded. */
const configured = [
  {
    name: 'sleep1.0',
    argv: ['node', '-e', 'setInterval(Date.now, 1000)'],
    limits: { 'time-limit': '300 ms' },
  },
  {
    name: 'chatter1.0',
    argv: ['node', '-e', 'for (;;) console.log("x".repeat(999))'],
    limits: { 'output-size': '8 KiB' },
  },
  {
    name: 'count1.0',
    argv: ['node', '-e', 'console.log(process.argv[1])', '{number}'],
    arguments: { number: '[0-9]{1,3}' },
  },
];

describe('ogm run by a Host', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;

  before(async () => {
    folder = held.use(await temporaryFolder());
    house = held.use(
      await openHouse(join(folder.path, 'data'), [
        ...['--set', `agent.applications=${JSON.stringify(configured)}`],
        ...['--set', 'agent.kill-grace=200 ms', '--set', 'broker.learn-interval=100 ms'],
      ]),
    );
    for (const { name } of house.report.agent.applications) {
      await until(async () => (await say(house.port('market'), ask(name))) !== '');
      await until(async () => (await say(house.port('broker'), ask(name))).includes('\nHost: '));
    }
  });
  after(() => held.disposeAsync());

  /** A folder of the test's own. */
  async function own(name: string): Promise<string> {
    const path = join(folder.path, name);
    await mkdir(path);
    return path;
  }
  const byHost = ['run', '--by', 'host'];
  const run = (...args: readonly string[]) => ogm([...byHost, ...house.urls, ...args]);

  it('brings the results into a folder, and passes on what the program prints', async () => {
    const path = await own('results');
    await writeFile(join(path, 'name.txt'), 'world');
    const program =
      "const name = require('fs').readFileSync('name.txt', 'utf8'); console.log('hello ' + name);" +
      "console.error('a remark'); require('fs').writeFileSync('greeting.txt', 'hello ' + name)";
    const out = join(path, 'out');
    const { code, stdout, stderr } = await run(node, join(path, 'name.txt'), '-o', out, '--', '-e', program);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: 'hello world\n' });
    expect(stderr.split('\n')).to.include('a remark').and.to.include(`came back into ${out}: greeting.txt`);
    expect(stderr).to.contain(`the broker names the host ${house.report.agent.applications.at(-1)?.host}`);
    expect(await readFile(join(out, 'greeting.txt'), 'utf8')).to.equal('hello world');
    expect((await readdir(out)).sort()).to.deep.equal(['.ogm', 'greeting.txt']);
  });

  it('takes what follows -- as the arguments of the program, whatever they look like', async () => {
    const path = await own('arguments');
    const words = ['--json', '-o', 'elsewhere', '', 'two words', '--', '$HOME; echo "x" *', 'ä'];
    const print = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const { code, stdout } = await run(node, '-o', path, '--', '-e', print, '--', ...words);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal(words);
  });

  it('does not take a --json that is for the program for its own', async () => {
    const { code, stdout, stderr } = await run('node3.0', '--', '--json');
    expect({ code, stdout }).to.deep.equal({ code: 3, stdout: '' });
    expect(stderr).to.match(/^ogm: nobody offers node3\.0/);
  });

  it('says with --json all of it in one object', async () => {
    const path = await own('json');
    const { code, stdout } = await run(node, '--json', '-o', path, '--', '-e', "console.log('out')");
    expect(code).to.equal(0);
    const said = JSON.parse(stdout);
    expect(said).to.deep.include({
      broker: house.report.text.broker,
      output: path,
      exitCode: 0,
      files: [],
      leftOut: [],
    });
    expect(await readFile(said.stdout, 'utf8')).to.equal('out\n');
  });

  it('ends with 1 where the program ended with an exit code of its own', async () => {
    const { code, stderr } = await run(node, '-o', await own('failed'), '--', '-e', 'process.exit(3)');
    expect(code).to.equal(1);
    expect(stderr).to.contain('ogm: the program ended with exit code 3');
  });

  it('ends with 2 where the command line, or a file to send, is wrong', async () => {
    const path = await own('usage');
    const missing = await run(node, join(path, 'no-such-file'), '-o', path);
    expect(missing.code, missing.stderr).to.equal(2);
    expect(missing.stderr).to.contain('no-such-file');
    expect((await run('-o', path)).code).to.equal(2);
  });

  it('ends with 3 where nobody offers it, and names what is alike', async () => {
    const { code, stderr } = await run('node3.0', '-o', await own('unknown'));
    expect(code).to.equal(3);
    expect(stderr).to.equal(`ogm: nobody offers node3.0; ask for ${node}\n`);
  });

  it('ends with 3 where it is offered, and no node is alive that has it', async () => {
    await say(house.port('market'), tell('idle1.0', house.report.text.broker));
    const { code, stderr } = await run('idle1.0', '-o', await own('idle'));
    expect(code).to.equal(3);
    expect(stderr).to.match(/no node that offers idle1\.0 is alive just now/);
  });

  it('ends with 4 where the market, the broker or the host cannot be reached', async () => {
    const path = await own('unreachable');
    const nobody = `127.0.0.1:${await ownPort()}`;
    const noMarket = await ogm([...byHost, node, '-o', path, '--market-url', `http://${nobody}`]);
    expect(noMarket.code, noMarket.stderr).to.equal(4);
    await say(house.port('market'), tell('lost1.0', nobody));
    const noBroker = await run('lost1.0', '-o', path);
    expect(noBroker.code, noBroker.stderr).to.equal(4);
    await using broker = await fakeBroker('gone1.0', nobody);
    await say(house.port('market'), tell('gone1.0', broker.address));
    const noHost = await run('gone1.0', '-o', path);
    expect(noHost.code, noHost.stderr).to.equal(4);
  });

  it('ends with 5 where the host refuses the work, before anything runs', async () => {
    const { code, stderr } = await run('count1.0', '-o', await own('refused'), '--', '7; rm');
    expect(code, stderr).to.equal(5);
    expect(stderr).to.match(/^ogm: .*number/m);
    const fits = await run('count1.0', '-o', await own('taken'), '--', '7');
    expect(fits.stdout).to.equal('7\n');
  });

  it('ends with 6 where a bound on time or output ended the program', async () => {
    const late = await run('sleep1.0', '-o', await own('late'));
    expect(late.code, late.stderr).to.equal(6);
    expect(late.stderr).to.match(/^ogm: the program ran longer than 0\.3 s, its bound, and was ended$/m);
    const chatty = await run('chatter1.0', '-o', await own('chatty'));
    expect(chatty.code, chatty.stderr).to.equal(6);
    expect(chatty.stderr).to.contain('the program printed more than 8192 bytes, its bound, and was ended');
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends with 130 on ${signal}, and the program on the host with it`, async () => {
      const path = await own(signal);
      const mark = join(path, 'pid');
      const program = `require('fs').writeFileSync(${JSON.stringify(mark)}, String(process.pid)); setInterval(() => {}, 1000)`;
      await using running = startOgm([...byHost, node, ...house.urls, '-o', path, '--', '-e', program]);
      const pid = await until(async () => Number(await readFile(mark, 'utf8').catch(() => '')) || undefined);
      expect(await running.kill(signal)).to.deep.equal({ code: 130, signal: null });
      await until(async () => !(await lives(pid)));
      expect(running.lines.at(-1)).to.match(/^ogm: the run was cancelled/);
    });
  }

  it('ends with 130 on SIGINT while it waits for an answer of the market or a broker', async () => {
    const silent = createServer(() => {});
    await using address = await listening(silent);
    const asked = once(silent, 'connection');
    await using market = startOgm([...byHost, node, '--market-url', `http://${address.address}`]);
    await asked;
    expect(await market.kill('SIGINT')).to.deep.equal({ code: 130, signal: null });

    await say(house.port('market'), tell('silent1.0', address.address));
    const askedToo = once(silent, 'connection');
    await using broker = startOgm([...byHost, 'silent1.0', ...house.urls]);
    await askedToo;
    expect(await broker.kill('SIGINT')).to.deep.equal({ code: 130, signal: null });
    expect(broker.lines.at(-1)).to.match(/^ogm: the run was cancelled/);
  });

  it('sends nothing to a Host outside the ranges that the configuration allows', async () => {
    const path = await own('far');
    await using far = await fakeBroker('far1.0', '193.10.66.20:8483');
    await say(house.port('market'), tell('far1.0', far.address));
    const refused = await run('far1.0', '-o', path);
    expect(refused.code, refused.stderr).to.equal(5);
    expect(refused.stderr).to.match(/193\.10\.66\.20:8483.*egress\.host-ranges/);

    // The same where something listens: it never hears of it.
    const near = createServer((socket) => socket.destroy());
    let dialled = 0;
    near.on('connection', () => (dialled += 1));
    await using host = await listening(near);
    await using broker = await fakeBroker('near1.0', host.address);
    await say(house.port('market'), tell('near1.0', broker.address));
    const narrow = ['--set', 'egress.host-ranges=127.0.0.2/32'];
    expect((await run('near1.0', '-o', path, ...narrow)).code).to.equal(5);
    expect(dialled).to.equal(0);
    expect((await run('near1.0', '-o', path)).code).to.equal(4);
    expect(dialled).to.equal(1);
  });

  it('asks no broker outside the ranges that the configuration allows', async () => {
    await say(house.port('market'), tell('abroad1.0', '193.10.66.141:7685'));
    const { code, stderr } = await run('abroad1.0', '-o', await own('abroad'));
    expect(code, stderr).to.be.oneOf([4, 5]);
    expect(stderr).to.match(/193\.10\.66\.141:7685.*egress\.broker-ranges/);
  });

  it('goes on to the next broker where a host is full or gone, and ends with 4 where it is the last', async () => {
    const full = createServer((socket) => socket.resume().end('# error: [unavailable] all is taken\n'));
    await using host = await listening(full);
    await using first = await fakeBroker('third1.0', host.address);
    await say(house.port('market'), tell('third1.0', first.address));
    const alone = await run('third1.0', '-o', await own('full'));
    expect(alone.code, alone.stderr).to.equal(4);
    expect(alone.stderr).to.match(/^ogm: all is taken; try again later$/m);

    await using gone = await fakeBroker('third1.0', `127.0.0.1:${await ownPort()}`);
    await say(house.port('market'), tell('third1.0', gone.address));
    const good = house.report.agent.applications.find(({ name }) => name === node)!.host;
    await using last = await fakeBroker('third1.0', good);
    await say(house.port('market'), tell('third1.0', last.address));
    const { code, stdout, stderr } = await run('third1.0', '-o', await own('third'), '--', '-p', '6 * 7');
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '42\n' });
  });

  it('prints ten names of results, and how many more there are', async () => {
    const program = "for (let n = 10; n < 25; n++) require('fs').writeFileSync('f' + n, '')";
    const { stderr } = await run(node, '-o', await own('many'), '--', '-e', program);
    expect(stderr).to.match(/^came back into .*: f\d\d(, f\d\d){9} and 5 more$/m);
  });

  it('goes on to the next broker where one gives no answer', async () => {
    await say(house.port('market'), `${tell('second1.0', `127.0.0.1:${await ownPort()}`)}\n`);
    const host = house.report.agent.applications.find(({ name }) => name === node)!.host;
    await using broker = await fakeBroker('second1.0', host);
    await say(house.port('market'), tell('second1.0', broker.address));
    const { code, stdout } = await run('second1.0', '-o', await own('second'), '--', '-p', '6 * 7');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '42\n' });
  });
});

interface Listening extends AsyncDisposable {
  readonly address: string;
}

async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    address: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A broker that names whatever Host it is told to. */
async function fakeBroker(application: string, host: string): Promise<Listening> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume().once('end', () => {
      socket.end(`${tell(application, '127.0.0.1:9')}Host: ${host}\n`);
    });
  });
  return listening(server);
}
