import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { JobsClient, ResourcesClient } from '../../client/index.ts';
import { jobView, taskView } from '../../protocol/jobs/job.ts';
import { enrolmentView } from '../../protocol/resources.ts';
import { Line } from '../chaos/line.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import {
  type House,
  node,
  nodeAlone,
  openHouse,
  type TemporaryFolder,
  temporaryFolder,
} from './support/house.ts';
import { until } from './support/speak.ts';

/** Bytes of a file, and of it after which a line holds: so there is a middle of sending it. */
const [largeBytes, heldBytes] = [120_000_000, 5_000_000];

describe('ogm submit', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;

  let jobs: JobsClient;

  before(async () => {
    folder = held.use(await temporaryFolder());
    house = held.use(await openHouse(join(folder.path, 'data')));
    jobs = new JobsClient({ url: house.http, fetch });
  });
  after(() => held.disposeAsync());

  /** A folder of the test's own, and the command in it. */
  async function own(name: string) {
    const path = join(folder.path, name);
    await mkdir(path);
    const say = (command: readonly string[], more: readonly string[], stdin = '') =>
      ogm([...command, '--broker-url', house.http, ...more], { cwd: path, stdin });
    return {
      path,
      read: (file: string) => readFile(join(path, file), 'utf8'),
      submit: (...args: string[]) => say(['submit'], args),
      job: (verb: string, ...args: string[]) => say(['job', verb], args),
      task: (verb: string, ...args: string[]) => say(['task', verb], args),
      resource: (verb: string, ...args: string[]) => say(['resource', verb], args),
    };
  }
  const program = (text: string) => ['--', node, '-e', text];

  it('sends files, runs the program, prints what it prints, and brings back what it left', async () => {
    const here = await own('results');
    await mkdir(join(here.path, 'data'));
    await writeFile(join(here.path, 'data/in.txt'), 'iron');
    const text = `
      const fs = require('node:fs');
      const metal = fs.readFileSync('data/in.txt', 'utf8');
      console.log('a rod of', metal); console.error('warm');
      fs.mkdirSync('out'); fs.writeFileSync('out/rod.txt', metal.toUpperCase());`;
    const { code, stdout, stderr } = await here.submit('--input', 'data', ...program(text));
    expect(stderr).to.contain('warm\n').and.contain('came back into .: out/rod.txt');
    expect([code, stdout]).to.deep.equal([0, 'a rod of iron\n']);
    expect(await here.read('out/rod.txt')).to.equal('IRON');
  });

  it('gives a node a large file once, and says when a later job went there for it', async () => {
    const here = await own('kept');
    await writeFile(join(here.path, 'in.bin'), randomBytes(2 ** 21));
    const text = 'console.log(require("fs").statSync("in.bin").size)';
    const submit = async () => {
      const { stdout } = await here.submit('--detach', '--input', 'in.bin', ...program(text));
      const id = stdout.trim();
      await Array.fromAsync(jobs.follow(id));
      expect((await here.job('logs', id)).stdout).to.equal(`${2 ** 21}\n`);
      return (await here.job('events', id)).stdout;
    };
    expect(await submit()).to.match(/held$/m);
    expect(await submit()).to.match(/held {1,2}large inputs already there: 1 of 1, 2\.0 MiB$/m);
  });

  it('ends as the program ended', async () => {
    const here = await own('exit');
    const { code, stderr } = await here.submit(...program('process.exit(7)'));
    expect(code).to.equal(7);
    expect(stderr).to.contain('exit code 7');
    const unknown = await here.submit('--detach', '--', 'no-such-application');
    expect(unknown.code).to.equal(0);
    const why = await here.job('why', unknown.stdout.trim());
    expect(why.stdout).to.match(/QUEUED \(.+\)/);
    expect((await here.job('cancel', unknown.stdout.trim())).stderr).to.contain('CANCELLED');
  });

  it('runs many tasks, and keeps what each left apart', async () => {
    const here = await own('many');
    const text = 'console.log(process.argv[1]); require("fs").writeFileSync("n.txt", process.argv[1])';
    const { code, stdout } = await here.submit(
      '--json',
      '--tasks',
      '4',
      '--results',
      'all',
      ...program(text),
      '{task}',
    );
    expect(code).to.equal(0);
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { job: string; task: number });
    expect(said.map(({ task }) => task)).to.deep.equal([1, 2, 3, 4]);
    for (const { job, task } of said) {
      expect(await here.read(`all/${job}.${task}/n.txt`)).to.equal(`${task}`);
      expect(await here.read(`all/${job}.${task}/.ogm/stdout`)).to.equal(`${task}\n`);
    }
  });

  it('leaves a job that ogm job and ogm task tell of, until it is deleted', async () => {
    const here = await own('later');
    const { stdout } = await here.submit(
      '--detach',
      '--name',
      'a rod',
      ...program('console.log("hot"); process.exit(2)'),
    );
    const id = stdout.trim();
    await Array.fromAsync(jobs.follow(id));
    const shown = jobView.parse(JSON.parse((await here.job('show', '--json', id)).stdout));
    expect(shown).to.include({ name: 'a rod', tasks: 1, state: 'FAILED' });
    expect((await here.job('logs', id)).stdout).to.equal('hot\n');
    expect((await here.job('list', '--state', 'FAILED')).stdout).to.match(
      new RegExp(`^${id} +FAILED .* a rod$`, 'm'),
    );
    const events = (await here.job('events', id)).stdout;
    for (const state of ['QUEUED', 'held', 'started', 'RUNNING', 'failed', 'FAILED'])
      expect(events).to.match(new RegExp(`^\\d+  [\\dTZ:-]+  ${id}(\\.1)?  ${state}`, 'm'));
    const tasks = (await here.task('list', '--json', id)).stdout;
    expect(taskView.parse(JSON.parse(tasks))).to.include({
      number: 1,
      state: 'failed',
      resource: 'this-machine',
    });
    const retry = await here.task('retry', id, '1');
    expect(retry.code, 'it is not lost').to.equal(5);
    expect((await here.job('delete', id)).code).to.equal(0);
    expect((await here.job('show', id)).code).to.equal(5);
  });

  it('goes on with a job when the command that waits for it is stopped, and ends it when it is cancelled', async () => {
    const here = await own('stopped');
    const args = ['submit', '--broker-url', house.http, ...program('setInterval(() => {}, 1000)')];
    const runs = () => Array.fromAsync(jobs.list('RUNNING'));
    await using running = startOgm(args, { cwd: here.path });
    await running.waitFor(/^job \w+ is queued$/);
    await until(async () => (await runs()).length === 1);
    const [job] = await runs();
    expect(await running.kill('SIGINT')).to.deep.equal({ code: 130, signal: null });
    expect(running.lines.join('\n')).to.contain(`job ${job!.id} goes on`);
    expect((await runs()).map(({ id }) => id)).to.deep.equal([job!.id]);
    await here.job('cancel', '--grace', '1', job!.id);
    expect((await Array.fromAsync(jobs.follow(job!.id))).at(-1)?.state).to.equal('CANCELLED');
  });

  it('has work done by an agent that was enrolled by hand, at another place', async () => {
    const here = await own('enrolled');
    const added = enrolmentView.parse(JSON.parse((await here.resource('add', '--json', 'far-away')).stdout));
    const data = ['--data', join(here.path, 'data')];
    const open = join(here.path, 'secret');
    await writeFile(open, added.secret, { mode: 0o644 });
    const enrol = (more: string[], stdin = '') =>
      ogm(['agent', 'enrol', '--broker-url', house.http, ...data, ...more], { stdin });
    expect((await enrol(['--secret-file', open])).stderr).to.contain('open to others');
    expect((await enrol([], 'another')).code).to.equal(5);
    expect((await enrol([], `${added.secret}\n`)).stderr).to.contain('far-away');
    const ports = ['--host-port', '0', '--poll-port', '0', '--infogather-url', house.http];
    await using agent = startOgm(['agent', '--json', ...data, ...ports, ...nodeAlone]);
    await agent.waitFor(/^\{"ready":true/);
    const resources = new ResourcesClient({ url: house.http, fetch });
    const state = async () => (await resources.list()).find(({ name }) => name === 'far-away')?.state;
    await until(async () => (await state()) === 'online');
    const { code, stdout } = await here.submit(
      '--resource',
      'far-away',
      ...program('console.log("from afar")'),
    );
    expect([code, stdout]).to.deep.equal([0, 'from afar\n']);
    expect((await here.resource('drain', 'far-away')).code).to.equal(0);
    expect(await state()).to.equal('draining');
    await here.resource('remove', 'far-away');
    expect(await state()).to.equal(undefined);
  });

  it('runs a program once, and has its results, though all was killed while it ran', async () => {
    const here = await own('killed');
    const data = join(here.path, 'data');
    const [began, go] = [join(here.path, 'began'), join(here.path, 'go')];
    const text = `
      const fs = require('node:fs');
      fs.appendFileSync(process.argv[1], 'once\\n');
      const look = setInterval(() => {
        if (!fs.existsSync(process.argv[2])) return;
        clearInterval(look);
        console.log('done'); fs.writeFileSync('result', 'of iron');
      }, 50);`;
    let id: string;
    {
      await using first = await openHouse(data);
      const args = ['submit', '--detach', '--broker-url', first.http, ...program(text), began, go];
      id = (await ogm(args, { cwd: here.path })).stdout.trim();
      await until(async () => (await readFile(began, 'utf8').catch(() => '')) !== '');
      await first.running.kill('SIGKILL');
    }
    await writeFile(go, '');
    await using second = await openHouse(data);
    const last = (await Array.fromAsync(new JobsClient({ url: second.http, fetch }).follow(id))).at(-1);
    expect(last?.state).to.equal('FINISHED');
    const got = await ogm(['job', 'results', '--broker-url', second.http, id], { cwd: here.path });
    expect(got.stdout).to.equal('done\n');
    expect(await here.read('result')).to.equal('of iron');
    expect(await readFile(began, 'utf8')).to.equal('once\n');
  });

  it('sends on what of a file is missing when the broker was killed meanwhile', async () => {
    const here = await own('sending');
    const data = join(here.path, 'data');
    await writeFile(join(here.path, 'large'), randomBytes(1_000));
    await truncate(join(here.path, 'large'), largeBytes);
    const port = await ownPort();
    const flags = ['--http-port', `${port}`];
    const first = await openHouse(data, flags);
    await using line = await Line.open(port);
    const goOn = line.hold(heldBytes);
    const args = ['--input', 'large', ...program('console.log(require("fs").statSync("large").size)')];
    const url = `http://127.0.0.1:${line.port}`;
    await using sending = startOgm(['submit', '--broker-url', url, ...args], { cwd: here.path });
    const uploads = join(data, 'broker-blobs', 'uploads');
    const sent = async () => {
      const [name] = await readdir(uploads);
      return name === undefined ? 0 : (await stat(join(uploads, name))).size;
    };
    await until(async () => (await sent()) > 1_000_000);
    await first.running.kill('SIGKILL');
    const before = await sent();
    expect(before, 'it was killed in the middle').to.be.within(1_000_000, largeBytes - 1);
    goOn();
    await using _second = await openHouse(data, flags);
    expect(await sending.ended).to.deep.equal({ code: 0, signal: null });
    expect(sending.lines).to.include(`${largeBytes}`);
  });
});
