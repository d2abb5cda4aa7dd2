import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { JobsClient, NodeStatesClient, ResourcesClient } from '../../client/index.ts';
import type { JobEvent } from '../../protocol/jobs/job.ts';
import type { NodeEvent, NodeStatus } from '../../protocol/node-events.ts';
import { Supervised, signal } from '../chaos/supervised.ts';
import { ready, temporaryFolder } from '../journeys/support/house.ts';
import { until } from '../journeys/support/speak.ts';
import { ogm, type RunningOgm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import { real } from '../support/real.ts';
import { houseAddress, Network } from './network.ts';
import { openWindow } from './window.ts';

const httpsPort = 8443;
const url = `https://${houseAddress}:${httpsPort}`;
const application = 'marking';

/** Silence is seen soon, but not where a busy machine lets a node say nothing for some seconds; a dead line is left soon. */
const houseSettings = {
  'agent.accept-tasks': 'false',
  'broker.agent-silence': '12 s',
  'broker.agent-heartbeat': '1 s',
  'infogather.silent-after': '12 s',
  'infogather.poll-interval': '1 s',
  'infogather.poll-timeout': '1 s',
  'infogather.agent-state': '1 s',
};
const agentSettings = {
  'agent.detect': 'false',
  'agent.host-doors': 'false',
  'agent.poll-door': 'false',
  'agent.broker-ping': '1 s',
  'agent.broker-wait': '3 s',
  'agent.broker-retry': '100 ms',
  'agent.broker-retry-most': '500 ms',
  'agent.state-interval': '1 s',
  'agent.concurrent-programs': '8',
};

/** A task says in the file of its world that it began and ended, waits in between for a sign, and prints which it is. */
const scriptOf = (folder: string) => `
say() { echo "$1 \${OGM_TASK##*/}" >>'${folder}/runs'; }
say began
until [ -e '${folder}/'"$1" ]; do sleep 0.2; done
say ended
echo "\${OGM_TASK##*/}"
`;

describe('the links of two nodes', () => {
  (real('root') ? it : it.skip)(
    'may be cut and restored while tasks run: the bus says so, each result comes once, and nothing runs twice',
    async () => {
      await using folder = await temporaryFolder();
      await using network = await Network.open(['near', 'far']);
      await using world = await World.open(folder.path, network);
      const { jobs, runs } = world;
      await using near = await world.agent('near');

      const here = await jobs.submit({
        ...{ application, arguments: ['{1}'], tasks: [['go'], ['go'], ['go']], resources: ['near'] },
        ask: asking,
      });
      const anywhere = await jobs.submit({
        ...{ application, arguments: ['{1}'], tasks: [['go'], ['go']], resources: ['near', 'far'] },
        ...{ ask: asking, repeatable: true },
      });
      await until(async () => (await runs('began')).length === 5);
      await using far = await world.agent('far');

      await network.cut('near');
      // Those that may be repeated are begun elsewhere; what cannot be waits for its node.
      await until(async () => (await runs('began')).length === 7);
      await world.became('near', 'silent');
      expect(world.last('far')).to.equal('alive');
      // On the node that nobody reaches they go on to their end.
      await writeFile(join(folder.path, 'go'), '');
      await until(async () => (await runs('ended')).length === 7);
      await world.finished(anywhere.id);
      expect((await jobs.get(here.id)).counts).to.include({ started: 3 });
      expect(await world.supervised('near').attempts()).to.have.length(5);

      await network.restore('near');
      await world.became('near', 'alive');
      await world.finished(here.id);
      // What it brings of those that were begun elsewhere is dropped, and it keeps nothing.
      await until(async () => {
        const left = await world.supervised('near').attempts();
        return left.length === 0;
      });
      const printed = async (job: string, task: number) =>
        Buffer.concat(await Array.fromAsync(jobs.printed(job, task, 'stdout'))).toString();
      for (const task of [1, 2, 3]) {
        expect((await jobs.task(here.id, task)).attempt).to.equal(1);
        expect(await printed(here.id, task)).to.match(new RegExp(`${here.id}\\.${task}\\.1\n$`));
      }
      for (const task of [1, 2]) {
        expect((await jobs.task(anywhere.id, task)).attempt).to.equal(2);
        expect(await printed(anywhere.id, task)).to.match(new RegExp(`${anywhere.id}\\.${task}\\.2\n$`));
      }
      const began = await runs('began');
      expect(new Set(began).size, 'each attempt began once').to.equal(began.length);
      expect(await runs('ended')).to.have.members(began);
      const events = await Array.fromAsync(jobs.events({ ends: true }));
      expect(endsOf(events)).to.deep.equal({ [here.id]: 3, [anywhere.id]: 2 });

      // The other link, with nothing on it: the node goes and comes, and the one beside it stays.
      await network.cut('far');
      await world.became('far', 'silent');
      await network.restore('far');
      await world.became('far', 'alive');
      expect(world.of('near').map(({ to }) => to)).to.deep.equal(['joining', 'alive', 'silent', 'alive']);
      for (const agent of [near, far]) expect(await agent.kill('SIGTERM')).to.include({ code: 0 });
    },
  );
});

/** Where nothing is said of a Walltime the yes to a task that waits for its node never ends. */
const asking = 'SLA-version: 1.0\nAction: Ask\nId: links\nCpus: 0.1\n';

/** How often tasks of each job were told to be done. */
function endsOf(events: readonly JobEvent[]): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const { job, task, kind, state } of events)
    if (kind === 'state' && task !== null && state === 'done') ends[job] = (ends[job] ?? 0) + 1;
  return ends;
}

/** A house in its namespace, seen through a window, and all that its bus has said. */
class World implements AsyncDisposable {
  readonly jobs: JobsClient;
  readonly states: NodeStatesClient;
  /** The numbers of nodes on the bus. */
  readonly #known = new Map<string, number>();
  readonly #folder: string;
  readonly #network: Network;
  readonly #url: string;
  readonly #said: NodeEvent[] = [];
  readonly #over = new AbortController();
  readonly #following: Promise<void>;
  readonly #stack: AsyncDisposableStack;

  static async open(folder: string, network: Network): Promise<World> {
    await using stack = new AsyncDisposableStack();
    const httpPort = await ownPort();
    const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);
    await copyFile(fixture('house-certificate.pem'), join(folder, 'house.pem'));
    await copyFile(fixture('house-key.pem'), join(folder, 'key.pem'));
    await chmod(join(folder, 'key.pem'), 0o600);
    await writeFile(join(folder, 'task.sh'), scriptOf(folder));
    const argv = ['/bin/sh', join(folder, 'task.sh'), '{words...}'];
    const offered = [{ name: application, argv, arguments: { words: '[a-z]+' } }];
    await writeFile(join(folder, 'agent.yaml'), JSON.stringify({ agent: { applications: offered } }));
    const house = stack.use(
      startOgm(
        [
          ...['up', '--json', '--data', join(folder, 'house'), '--http-port', `${httpPort}`],
          ...set(houseSettings),
          ...set({
            ...{ 'doors.listen': houseAddress, 'doors.https-port': `${httpsPort}`, 'agent.detect': 'false' },
            ...{ 'doors.certificate': join(folder, 'house.pem'), 'doors.key': join(folder, 'key.pem') },
          }),
        ],
        { on: network.on('house') },
      ),
    );
    await ready(house);
    stack.use(await openWindow(network.on('house'), join(folder, 'window'), httpPort));
    return new World(folder, network, `http://127.0.0.1:${httpPort}`, stack.move());
  }

  private constructor(folder: string, network: Network, at: string, stack: AsyncDisposableStack) {
    this.#folder = folder;
    this.#network = network;
    this.#url = at;
    this.#stack = stack;
    this.jobs = new JobsClient({ url: at, fetch });
    this.states = new NodeStatesClient({ url: at, fetch });
    this.#following = this.#follow();
  }

  /** Starts an agent on its machine, which the house trusts. */
  async agent(name: string): Promise<RunningOgm> {
    const data = join(this.#folder, name);
    await mkdir(data, { mode: 0o700 });
    const on = this.#network.on(name);
    const reaching = [
      ...['--broker-url', url, '--infogather-url', url, '--ca', join(this.#folder, 'house.pem')],
      ...set({ 'egress.service-ranges': `${houseAddress}/32` }),
    ];
    const before = (await this.states.states()).nodes.map(({ node }) => node);
    const { secret } = await new ResourcesClient({ url: this.#url, fetch }).add(name);
    const enrolled = await ogm(['agent', 'enrol', '--data', data, ...reaching], { on, stdin: secret });
    expect(enrolled.code, enrolled.stderr).to.equal(0);
    const config = ['--config', join(this.#folder, 'agent.yaml')];
    const agent = startOgm(
      ['agent', '--json', '--data', data, ...config, ...reaching, ...set(agentSettings)],
      { on },
    );
    await ready(agent);
    // The agent of the house, which may come after it, offers nothing of this.
    const isNew = ({ node, agent: said, applications }: NodeStatus) =>
      said !== null && applications.includes(application) && !before.includes(node);
    const { node } = await until(async () => (await this.states.states()).nodes.find(isNew));
    this.#known.set(name, node);
    return agent;
  }

  /** The attempts of tasks that have said this of themselves. */
  readonly runs = async (what: 'began' | 'ended'): Promise<string[]> => {
    const text = await readFile(join(this.#folder, 'runs'), 'utf8').catch(() => '');
    return Array.from(text.matchAll(new RegExp(`^${what} (.+)$`, 'gm')), ([, attempt]) => attempt!);
  };

  /** What stands under the supervisor of a node. */
  supervised(name: string): Supervised {
    return new Supervised(join(this.#folder, name, 'agent', 'tasks'));
  }

  async finished(job: string): Promise<void> {
    await until(async () => (await this.jobs.get(job)).state === 'FINISHED');
  }

  /** What the bus has said of a node, in order. */
  of(name: string): NodeEvent[] {
    return this.#said.filter(({ node }) => node === this.#known.get(name));
  }

  last(name: string): string | undefined {
    return this.of(name).at(-1)?.to;
  }

  /** Waits until the bus says this of a node. */
  async became(name: string, state: NodeEvent['to']): Promise<void> {
    await until(async () => this.last(name) === state);
  }

  /** Where it failed, tasks still wait, and what watches them outlives its agent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#following;
    await writeFile(join(this.#folder, 'go'), '');
    for (const name of this.#known.keys()) {
      const supervised = this.supervised(name);
      signal(await supervised.supervisor(), 'SIGKILL');
      for (const pid of (await supervised.parents()).values()) signal(pid, 'SIGKILL');
    }
    await this.#stack.disposeAsync();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#over;
    try {
      for await (const event of this.states.events({ signal })) this.#said.push(event);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

function set(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
}
