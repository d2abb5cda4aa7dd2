import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { BlobsClient, JobsClient } from '../../client/index.ts';
import type { JobView } from '../../protocol/jobs/job.ts';
import type { JobState } from '../../protocol/jobs/states.ts';
import { Line } from '../chaos/line.ts';
import { Supervised, signal } from '../chaos/supervised.ts';
import { inC } from '../fabric-agent/supervisor/support.ts';
import { followMoves } from '../support/moves.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import { real } from '../support/real.ts';
import { type House, openHouse, portOf, type TemporaryFolder, temporaryFolder } from './support/house.ts';
import { childrenOf, lives } from './support/processes.ts';
import { until } from './support/speak.ts';

type Victim = 'services' | 'agent' | 'supervisor';

/** How many tasks run at once on the node of these tests, and what each of them wants: a machine may have one processor. */
const atOnce = 2;
const wish = `SLA-version: 1.0\nAction: Ask\nId: wish\nCpus: ${1 / atOnce}\n`;

/** Bytes of a file, and of it after which a line holds: so there is a middle of sending it. */
const [largeBytes, heldBytes] = [120_000_000, 5_000_000];

describe('a job whose processes are killed by kill -9', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;
  let more: string[];
  let supervised: Supervised;

  before(async () => {
    folder = held.use(await temporaryFolder());
    const applications = [
      { name: 'sh', argv: ['/bin/sh', '-c', '{script}'], arguments: { script: '[\\s\\S]*' } },
    ];
    const settings = join(folder.path, 'settings.yaml');
    await writeFile(settings, JSON.stringify({ agent: { applications } }));
    const set = [
      'house.agent-restart=10 ms',
      `agent.concurrent-programs=${atOnce}`,
      'agent.broker-retry-most=1 s',
    ];
    if (real('gcc')) set.push(`agent.supervisor=${(await inC.command())[0]}`);
    more = ['--config', settings, ...set.flatMap((one) => ['--set', one])];
    more.push('--http-port', `${await ownPort()}`);
    house = await openHouse(data(), more);
    supervised = new Supervised(join(data(), 'agent', 'tasks'));
  });
  after(async () => {
    const supervisor = await supervised.supervisor();
    for (const pid of (await supervised.parents()).values()) signal(pid, 'SIGKILL');
    signal(supervisor, 'SIGKILL');
    await house[Symbol.asyncDispose]();
    await held.disposeAsync();
  });

  const data = () => join(folder.path, 'data');
  const jobs = () => new JobsClient({ url: house.http, fetch });
  const cli = (...args: string[]) => ogm([...args, '--broker-url', house.http], { cwd: folder.path });

  /** Kills a process; resolves once it is gone, and whoever is there for that has started it anew. */
  async function kill(victim: Victim): Promise<void> {
    const agent = () => until(async () => (await childrenOf(house.running.pid))[0]);
    const pid = await (victim === 'supervisor' ? until(() => supervised.supervisor()) : agent());
    if (victim === 'services') await house.running.kill('SIGKILL');
    else signal(pid, 'SIGKILL');
    await until(async () => !(await lives(pid)));
    if (victim === 'services') house = await openHouse(data(), more);
  }

  /** Tasks that say outside that they ran, wait until they may go on, and do one thing more. */
  async function given(name: string, tasks: number, then = '') {
    const here = join(folder.path, name);
    await mkdir(here);
    const script = `echo "\${OGM_TASK##*/}" >>${here}/ran; while ! [ -f ${here}/go ]; do sleep 0.05; done; ${then} echo done`;
    const { id } = await jobs().submit({
      application: 'sh',
      arguments: [script],
      ask: wish,
      tasks,
      request: name,
    });
    const ran = async () =>
      (await readFile(join(here, 'ran'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    return {
      id,
      ran,
      letGo: () => writeFile(join(here, 'go'), ''),
      /** Resolves once as many of its tasks run as can. */
      runs: () => until(async () => (await ran()).length === Math.min(tasks, atOnce)),
      counts: async () => (await jobs().get(id)).counts,
    };
  }

  /** What became of a job, once nothing happens to it any more or somebody is to decide. */
  async function rest(id: string): Promise<JobView> {
    const rests: readonly JobState[] = ['WAITING', 'FINISHED', 'FAILED', 'CANCELLED'];
    for await (const view of jobs().follow(id)) if (rests.includes(view.state)) return view;
    throw new Error(`job ${id} has no end`);
  }

  async function expectWhole({ id, ran }: Awaited<ReturnType<typeof given>>, tasks: number): Promise<void> {
    const { state, reason } = await rest(id);
    expect([state, reason]).to.deep.equal(['FINISHED', null]);
    const all = await Array.fromAsync(jobs().tasks(id));
    expect((await ran()).sort()).to.deep.equal(
      all.map(({ number, attempt }) => `${id}.${number}.${attempt}`).sort(),
    );
    expect(all).to.have.length(tasks);
    for (const { number } of all) {
      const printed = await Array.fromAsync(jobs().printed(id, number, 'stdout'));
      expect(Buffer.concat(printed).toString()).to.equal('done\n');
    }
    expect(followMoves(await Array.fromAsync(jobs().events({ job: id, ends: true }))).wrong).to.deep.equal(
      [],
    );
  }

  const victims: readonly Victim[] = real('gcc')
    ? ['services', 'agent', 'supervisor']
    : ['services', 'agent'];
  for (const victim of victims) {
    it(`runs each task once where the ${victim} went as soon as the job was acknowledged`, async () => {
      const job = await given(`${victim}-acknowledged`, 3);
      await job.letGo();
      await kill(victim);
      await expectWhole(job, 3);
    });

    it(`runs each task once where the ${victim} went while some ran and others were held`, async () => {
      const job = await given(`${victim}-running`, 6);
      await job.runs();
      await until(async () => ((await job.counts()).held ?? 0) > 0);
      await kill(victim);
      await job.letGo();
      await expectWhole(job, 6);
    });

    it(`has the results where the ${victim} went while they came`, async () => {
      const job = await given(`${victim}-results`, 1, `head -c ${largeBytes} /dev/urandom >large;`);
      const uploads = join(data(), 'broker-blobs', 'uploads');
      const sent = async () => {
        const sizes = (await readdir(uploads)).map(async (name) => (await stat(join(uploads, name))).size);
        return Math.max(0, ...(await Promise.all(sizes)));
      };
      await job.letGo();
      await until(async () => (await sent()) > 1_000_000);
      await kill(victim);
      await expectWhole(job, 1);
      const { outputs } = await jobs().task(job.id, 1);
      expect(outputs.map(({ path, bytes }) => [path, bytes])).to.deep.equal([['large', largeBytes]]);
    });
  }

  (real('gcc') ? it : it.skip)('asks its owner what to do with a task whose own parent went', async () => {
    const job = await given('parent', 2);
    await job.runs();
    const parent = (await supervised.parents()).get(`${job.id}.1.1`);
    signal(parent, 'SIGKILL');
    await until(async () => (await job.counts()).lost === 1);
    await job.letGo();
    expect((await rest(job.id)).state).to.equal('WAITING');
    expect((await jobs().task(job.id, 1)).reason).to.contain('what watched it on the node died');
    expect((await jobs().task(job.id, 2)).state).to.equal('done');
    expect(await job.ran()).to.have.members([`${job.id}.1.1`, `${job.id}.2.1`]);
    expect((await cli('task', 'retry', job.id, '1')).code).to.equal(0);
    const states = (await Array.fromAsync(jobs().follow(job.id))).map(({ state }) => state);
    expect(states.at(-1)).to.equal('FINISHED');
    expect((await job.ran()).at(-1)).to.equal(`${job.id}.1.2`);
  });

  it('goes on where the command that waits for it went, and its results are there', async () => {
    const here = join(folder.path, 'waits');
    await mkdir(here);
    const script = `touch ${here}/began; while ! [ -f ${here}/go ]; do sleep 0.05; done; echo of iron`;
    const args = ['submit', '--broker-url', house.http, '--name', 'waits', '--', 'sh', script];
    await using waiting = startOgm(args, { cwd: here });
    await until(() => stat(join(here, 'began')).catch(() => undefined));
    expect(await waiting.kill('SIGKILL')).to.include({ signal: 'SIGKILL' });
    const [job] = await Array.fromAsync(jobs().list('RUNNING'));
    expect(job?.name).to.equal('waits');
    await writeFile(join(here, 'go'), '');
    expect((await rest(job!.id)).state).to.equal('FINISHED');
    expect((await cli('job', 'logs', job!.id)).stdout).to.equal('of iron\n');
  });

  it('is sent with what of its file was not there yet, where the command that sent it went', async () => {
    const here = join(folder.path, 'sends');
    await mkdir(here);
    const file = join(here, 'large');
    await writeFile(file, randomBytes(1_000));
    await truncate(file, largeBytes);
    await using line = await Line.open(portOf(house.http));
    line.hold(heldBytes);
    const submit = (url: string) => [
      'submit',
      '--broker-url',
      url,
      '--input',
      'large',
      '--',
      'sh',
      'wc -c <large',
    ];
    const uploads = join(data(), 'broker-blobs', 'uploads');
    const sent = async () => {
      const [name] = await readdir(uploads);
      return name === undefined ? 0 : (await stat(join(uploads, name))).size;
    };
    await using sending = startOgm(submit(`http://127.0.0.1:${line.port}`), { cwd: here });
    await until(async () => (await sent()) > 1_000_000);
    await sending.kill('SIGKILL');
    const before = await sent();
    expect(before, 'it went in the middle').to.be.within(1_000_000, largeBytes - 1);
    const steps: number[] = [];
    await new BlobsClient({ url: house.http, fetch }).upload(file, {
      progress: (done) => void steps.push(done),
    });
    expect(steps[0]).to.be.at.least(before);
    const { code, stdout } = await ogm(submit(house.http), { cwd: here });
    expect([code, stdout]).to.deep.equal([0, `${largeBytes}\n`]);
  });
});
