import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BackEnd } from '../../../fabric-agent/back-ends/back-end.ts';
import { MockBackEnd, MockMachine } from '../../../fabric-agent/back-ends/mock.ts';
import { alwaysOpen } from '../../../fabric-agent/hours/opening.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import { keepEnrolment, readEnrolments } from '../../../fabric-agent/tasks/enrolment.ts';
import { type BrokerLine, createTasks, type Tasks } from '../../../fabric-agent/tasks/index.ts';
import { always } from '../../../fabric-agent/willingness.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { keptOf } from './attempts.ts';
import { FakeBroker, openLine } from './fake-broker.ts';
import { mockApplication } from './node.ts';
import { obliging } from './tasks.ts';

/** An agent of several brokers over a mock machine, which lives on when the agent is killed. */
class SharedNode implements AsyncDisposable {
  readonly machine = new MockMachine();
  readonly brokers: readonly FakeBroker[];
  /** The most that ran at once, of all brokers together. */
  most = 0;
  tasks!: Tasks;
  folder: string;
  readonly #root: string;
  #shares: readonly string[] = [];
  #life = { isDead: false };

  private constructor(root: string, brokers: readonly FakeBroker[]) {
    this.#root = root;
    this.folder = join(root, 'agent');
    this.brokers = brokers;
  }

  /** @param parts of each broker, where they are not the same */
  static async start(count: number, parts?: readonly number[]): Promise<SharedNode> {
    const brokers = await Promise.all(Array.from({ length: count }, () => FakeBroker.start()));
    const node = new SharedNode(await mkdtemp(join(tmpdir(), 'ogm-brokers-')), brokers);
    node.#shares = (parts ?? []).map((part, at) => `${brokers[at]!.enrolment.url}=${part}`);
    for (const broker of brokers) {
      broker.answer = obliging;
      const { url, ...view } = broker.enrolment;
      await keepEnrolment(node.folder, url, view);
    }
    await node.#start();
    return node;
  }

  async #start(): Promise<void> {
    const life = { isDead: false };
    this.#life = life;
    const { machine } = this;
    const mock = new MockBackEnd(join(this.#root, 'runs'), machine, systemClock);
    const backEnd = unlessDead(mock, life, () => {
      const running = [...machine.runs.values()].filter(({ exit }) => exit === undefined).length;
      this.most = Math.max(this.most, running);
    });
    const line: BrokerLine = {
      fetch: openLine.fetch,
      dial: async (address, signal) => {
        if (life.isDead) throw new Error('it was killed');
        return openLine.dial(address, signal);
      },
    };
    this.tasks = createTasks({
      config: agentSettings.parse({
        'broker-retry': '5 ms',
        'broker-retry-most': '20 ms',
        'watch-interval': '50 ms',
        'state-interval': '50 ms',
        'concurrent-programs': 4,
        shares: this.#shares,
      }),
      enrolments: await readEnrolments(this.folder),
      line,
      backEnd,
      willingness: always(undefined),
      opening: alwaysOpen,
      applications: [mockApplication],
      path: '/usr/bin:/bin',
      additions: new Map(),
      dataFolder: this.folder,
      clock: systemClock,
      log: silentLog,
    });
    await this.tasks.start();
  }

  /** Ends the agent as `kill -9` does: what is on its disk just now is all that another one finds. */
  async crash(between: () => Promise<void> = async () => {}): Promise<void> {
    this.#life.isDead = true;
    const before = this.folder;
    this.folder = `${before}+`;
    await cp(before, this.folder, { recursive: true });
    for (const broker of this.brokers) broker.forgetSession();
    void this.tasks.stop();
    await between();
    await this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tasks.stop();
    await Promise.all(this.brokers.map((broker) => broker[Symbol.asyncDispose]()));
    await rm(this.#root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function unlessDead(mock: MockBackEnd, life: { readonly isDead: boolean }, began: () => void): BackEnd {
  const alive =
    <A extends unknown[], T>(verb: (...given: A) => Promise<T>) =>
    (...given: A) =>
      life.isDead ? new Promise<T>(() => {}) : verb(...given);
  const launch = mock.launch.bind(mock);
  mock.launch = alive(async (order) => {
    const launched = await launch(order);
    began();
    return launched;
  });
  mock.forget = alive(mock.forget.bind(mock));
  mock.cancel = alive(mock.cancel.bind(mock));
  return mock;
}

const words = (broker: FakeBroker, type: 'ended' | 'refuse') =>
  new Set(broker.heard.flatMap((message) => (message.type === type ? [message.task] : [])));

function assign(broker: FakeBroker, task: string, ...said: readonly string[]): void {
  broker.say({ type: 'assign', task, attempt: 1, ...keptOf({ arguments: [...said] }) });
}

describe('an agent of several brokers', () => {
  let node: SharedNode;

  beforeEach(async () => {
    node = await SharedNode.start(2);
    for (const broker of node.brokers) await broker.hears('inventory');
  });

  afterEach(() => node[Symbol.asyncDispose]());

  it('tells each its equal share, and runs tasks of the same name for both', async () => {
    for (const broker of node.brokers) {
      expect(await broker.hears('facts')).to.deep.include({ mostTasks: 2, mostHeld: 32 });
      assign(broker, 'job.1', 'exit', '0');
    }
    for (const broker of node.brokers)
      expect(await broker.hears('ended', 'job.1')).to.deep.include({ task: 'job.1', outputs: [] });
    expect(node.machine.begun).to.have.length(2);
    expect(new Set(node.machine.begun)).to.have.length(2);
  });

  it('stays within what it has though one broker sends more than its share, and the other gets its own', async () => {
    const [greedy, modest] = node.brokers;
    for (let task = 1; task <= 8; task += 1) assign(greedy!, `greedy.${task}`, 'last', '60');
    await greedy!.hears('may-start', 'greedy.2');
    for (let task = 1; task <= 3; task += 1) assign(modest!, `modest.${task}`, 'last', '20');
    await modest!.until(() => words(modest!, 'ended').size === 3);
    await greedy!.until(() => words(greedy!, 'ended').size === 8);
    expect(node.most).to.be.within(2, 4);
    expect(node.machine.begun).to.have.length(11);
    expect(node.tasks.standing()).to.deep.include({ state: 'ready', held: 0 });
  });

  it('gives each its part as the owner says, of which no flood of another takes anything', async () => {
    await using unequal = await SharedNode.start(2, [1, 3]);
    const [greedy, modest] = unequal.brokers;
    expect(await greedy!.hears('facts')).to.deep.include({ mostTasks: 1, mostHeld: 16 });
    expect(await modest!.hears('facts')).to.deep.include({ mostTasks: 3, mostHeld: 48 });
    for (let task = 1; task <= 20; task += 1) assign(greedy!, `greedy.${task}`, 'last', '3600000');
    await greedy!.hears('may-start', 'greedy.1');
    for (let task = 1; task <= 3; task += 1) assign(modest!, `modest.${task}`, 'last', '3600000');
    for (let task = 1; task <= 3; task += 1) await modest!.hears('may-start', `modest.${task}`);
    await modest!.until(() => unequal.machine.begun.length === 4);
    const asked = greedy!.heard.filter(({ type }) => type === 'may-start');
    expect(asked, 'the rest of the flood waits').to.have.length(1);
  });

  it('begins nothing twice, and delivers all of it, though it is killed again and again', async () => {
    for (const broker of node.brokers)
      for (let task = 1; task <= 6; task += 1) assign(broker, `job.${task}`, 'last', '30');
    for (let kill = 0; kill < 6; kill += 1) {
      for (const broker of node.brokers) await broker.until(() => words(broker, 'ended').size >= kill);
      for (const broker of node.brokers)
        broker.heard.splice(0, broker.heard.length, ...broker.heard.filter(({ type }) => type === 'ended'));
      await node.crash();
      for (const broker of node.brokers) {
        // What it had not on its disk yet, it has never been given.
        const inventory = await broker.until(() => broker.heard.findLast((one) => one.type === 'inventory'));
        const known = new Set(inventory.type === 'inventory' ? inventory.tasks.map(({ task }) => task) : []);
        for (let task = 1; task <= 6; task += 1)
          if (!known.has(`job.${task}`) && !words(broker, 'ended').has(`job.${task}`))
            assign(broker, `job.${task}`, 'last', '30');
      }
    }
    for (const broker of node.brokers) await broker.until(() => words(broker, 'ended').size === 6);
    expect(node.machine.begun.toSorted()).to.deep.equal([...new Set(node.machine.begun)].toSorted());
    expect(node.machine.begun).to.have.length(12);
    expect(node.most).to.be.at.most(4);
  });

  it('has one of those that are there vouch for it, and waits while none is', async () => {
    const { signal } = new AbortController();
    const [first, second] = node.brokers;
    const audience = 'https://infogather.example/infogather';
    for (const [index, broker] of node.brokers.entries()) {
      const holdsMs = 1000 + index;
      broker.answer = (word) =>
        word.type === 'vouch'
          ? [{ type: 'voucher', ask: word.ask, token: word.audience, holdsMs, proofKey: null }]
          : obliging(word);
    }
    const both = [await node.tasks.vouch(audience, 0, signal), await node.tasks.vouch(audience, 3, signal)];
    expect(both.map(({ holdsMs }) => holdsMs).sort()).to.deep.equal([1000, 1001]);
    expect(both[0]?.token).to.equal(audience);
    second!.refuses = true;
    second!.forgetSession();
    await second!.until(() =>
      second!.lines.some(({ line }) => JSON.stringify(line).includes('not-enrolled')),
    );
    for (let time = 0; time < 3; time += 1)
      expect(await node.tasks.vouch(audience, time, signal)).to.include({ holdsMs: 1000 });
    first!.refuses = true;
    first!.forgetSession();
    await first!.until(() => first!.lines.some(({ line }) => JSON.stringify(line).includes('not-enrolled')));
    const waiting = node.tasks.vouch(audience, 0, signal);
    second!.refuses = false;
    expect(await waiting).to.include({ holdsMs: 1001 });
  });

  it('ends what runs for a broker at which it is enrolled no more, and nothing else', async () => {
    const [first, second] = node.brokers;
    for (const broker of [first!, second!]) {
      assign(broker, 'job.1', 'last', '3600000');
      await broker.until(() => node.machine.begun.length === 1 + node.brokers.indexOf(broker));
    }
    const [, { mark } = { mark: '' }] = await readEnrolments(node.folder);
    await node.crash(() => rm(join(node.folder, 'enrolments'), { recursive: true }));
    const running = [...node.machine.runs.values()].filter(({ exit }) => exit === undefined);
    expect(running.map(({ key }) => key.task)).to.deep.equal(['job.1']);
    expect([...node.machine.runs.keys()].some((word) => word.startsWith(mark))).to.equal(false);
    const journals = (await readdir(node.folder)).filter((name) => name.endsWith('.journal'));
    expect(journals).to.deep.equal(['tasks.journal']);
  });

  it('lets no task of the first broker be called as another broker calls its own', async () => {
    const [first, second] = node.brokers;
    assign(second!, 'job.1', 'last', '100');
    await second!.hears('may-start', 'job.1');
    const [, { mark } = { mark: '' }] = await readEnrolments(node.folder);
    assign(first!, `${mark}job.1`, 'exit', '0');
    expect(await first!.hears('refuse', `${mark}job.1`)).to.include({ elsewhere: false });
    await second!.hears('ended', 'job.1');
    expect(node.machine.begun).to.have.length(1);
  });
});
