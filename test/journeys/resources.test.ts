import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { isOver, JobsClient, ResourcesClient } from '../../client/index.ts';
import { prefixOf } from '../../fabric-agent/batch/options.ts';
import { commandsIn, outputOf } from '../../fabric-agent/batch/run-command.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import { node, nodeAlone, openHouse, ready, temporaryFolder } from './support/house.ts';
import { until } from './support/speak.ts';

/** Runs until a file is there, and writes down that it has run. */
const program = `
const fs = require('node:fs');
const [go, ran, task] = process.argv.slice(1);
const look = () => (fs.existsSync(go) ? fs.appendFileSync(ran, task + '\\n') : setTimeout(look, 50));
look();`;

const mostQueued = 3;
const tasks = 12;
/** Processes that the machine of these tests has room for are few: the batch system claims 64 cores. */
const local = 2;

const settings = (said: object) => ['--set', `agent.resources=${JSON.stringify(said)}`];
const run = commandsIn({ environment: { PATH: process.env.PATH ?? '' }, timeoutMs: 60_000 });

(real('slurm') && real('gcc') ? describe : describe.skip)('an agent of several resources', () => {
  it('fills each of them, and a queue no further than its owner lets it, though two agents give tasks to it', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    const second = join(folder.path, 'second');
    await using house = await openHouse(data, [
      ...['--set', 'agent.held-tasks=2', '--set', 'agent.page=false'],
      ...settings([
        { name: 'here', 'back-end': 'local', 'concurrent-programs': local, cpus: local },
        { name: 'cluster', 'back-end': 'slurm', queue: 'main', 'max-queued': mostQueued },
      ]),
    ]);
    const resources = new ResourcesClient({ url: house.http, fetch });
    const { secret } = await resources.addAgent('cluster');
    const enrolled = await ogm(['agent', 'enrol', ...house.urls, '--data', second], { stdin: `${secret}\n` });
    expect(enrolled.code, enrolled.stderr).to.equal(0);
    await using agent = startOgm([
      ...['agent', '--json', ...house.urls, '--data', second, ...nodeAlone],
      ...['--set', 'agent.host-doors=false', '--set', 'agent.poll-door=false', '--set', 'agent.page=false'],
      ...['--set', 'agent.back-end=slurm', '--set', `agent.max-queued=${mostQueued}`],
      ...['--set', 'agent.held-tasks=2'],
    ]);
    await ready(agent);
    const listed = async () => new Map((await resources.list()).map((one) => [one.name, one]));
    await until(async () =>
      (await listed()).get('cluster')?.agents?.every(({ state }) => state === 'online'),
    );
    await until(async () => (await listed()).get('here')?.state === 'online');

    const [go, ran] = [join(folder.path, 'go'), join(folder.path, 'ran')];
    await appendFile(ran, '');
    const jobs = new JobsClient({ url: house.http, fetch });
    const { id } = await jobs.submit({
      application: node,
      arguments: ['-e', program, go, ran, '{task}'],
      tasks,
    });
    const most = mostQueued + local;
    await until(async () => (await jobs.get(id)).counts.started === most);
    const now = await listed();
    expect(now.get('here')).to.include({ running: local });
    expect(now.get('cluster')).to.include({ running: mostQueued, mostTasks: mostQueued });
    expect(now.get('cluster')?.agents?.map(({ name }) => name)).to.deep.equal(['cluster', 'cluster.2']);

    const prefixes = [join(data, 'agent', 'resources', 'cluster'), join(second, 'agent')].map((own) =>
      prefixOf(join(own, 'tasks')),
    );
    const queued = async () => {
      const names = (await outputOf(run, ['squeue', '--noheader', '--array', '--format=%j'])).split('\n');
      return names.filter((name) => prefixes.some((prefix) => name.trim().startsWith(prefix))).length;
    };
    await until(async () => (await queued()) >= mostQueued);
    expect(await queued(), 'as Slurm has it').to.equal(mostQueued);

    const ask = join(folder.path, 'ask.sla');
    await writeFile(ask, 'SLA-version: 1.0\nAction: Ask\nId: ask-1\nFabric: slurm\nLimit: 9\n');
    const told = async () => (await ogm(['ask', ask, ...house.urls])).stdout;
    await until(async () => !(await told()).includes('Slots:'));

    await writeFile(go, '');
    await until(async () => isOver(await jobs.get(id)));
    expect((await jobs.get(id)).counts).to.include({ done: tasks });
    const each = (await readFile(ran, 'utf8')).trim().split('\n').map(Number);
    expect(
      each.sort((a, b) => a - b),
      'each has run, and once',
    ).to.deep.equal(Array.from({ length: tasks }, (_, at) => at + 1));
    await until(async () => (await told()).match(/^Slots: .*$/gm)?.join() === `Slots: ${mostQueued}`);
    const shown = await ogm(['nodes', ...house.urls, '--json']);
    const [queue] = shown.stdout
      .split('\n')
      .flatMap((line) =>
        line === '' ? [] : ((JSON.parse(line) as { agent?: { queue?: object } }).agent?.queue ?? []),
      );
    expect(queue).to.include({ name: 'main', mostQueued });
  });
});
