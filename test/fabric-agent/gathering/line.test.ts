import { expect } from 'chai';
import { GatheringLine, type GatheringLineOptions } from '../../../fabric-agent/gathering/line.ts';
import { Notes } from '../../../fabric-agent/gathering/notes.ts';
import { type Document1, document1Of, printDocument1 } from '../../../grammar/index.ts';
import type { NodeState } from '../../../protocol/agent/gathering.ts';
import { type GivenGathering, givenGathering, lifeMs } from '../../infogather/agents/given.ts';
import { memoryLog } from '../../platform/doors/support.ts';
import { openLine } from '../tasks/fake-broker.ts';

const document = (...more: readonly (readonly [string, string])[]): Document1 =>
  document1Of(
    [
      ['RESOURCE-version', '1.0'] as const,
      ['Action', 'Tell'] as const,
      ['Id', 'node-1/gcc'] as const,
      ['Host', 'node-1.invalid'] as const,
      ...more,
    ].map(([name, value]) => ({ name, value })),
  );

const free = { tasks: 1, cpus: 1, memoryBytes: 1, diskBytes: 1 };

describe("the agent's line to infogather", () => {
  let test: GivenGathering;
  let line: GatheringLine;
  let log: ReturnType<typeof memoryLog>;
  let vouched: string[];
  let standing: NodeState;
  let notes: Notes;
  let opened: () => void;
  let isOpened: Promise<void>;
  const { signal } = new AbortController();

  beforeEach(async () => {
    test = await givenGathering();
    log = memoryLog();
    vouched = [];
    notes = new Notes();
    standing = { state: 'ready', running: 0, held: 0, free, load: 0.5 };
    awaitOpening();
  });

  afterEach(async () => {
    await line.stop();
    await test[Symbol.asyncDispose]();
  });

  function awaitOpening() {
    const { promise, resolve } = Promise.withResolvers<void>();
    isOpened = promise;
    opened = resolve;
  }

  async function start(changed: Partial<GatheringLineOptions> = {}): Promise<void> {
    line = new GatheringLine({
      url: test.url,
      dial: openLine.dial,
      key: test.keys.agent,
      async vouch(audience) {
        vouched.push(audience);
        return { token: test.jwt(), holdsMs: lifeMs, proofKey: test.keys.infogather.publicKey };
      },
      proofKey: undefined,
      poll: async () => printDocument1(document(['Load', '0.25'])),
      standing: () => standing,
      opened: () => opened(),
      notes,
      limits: {
        socket: {
          connectMs: 20_000,
          pingMs: 20_000,
          frameBytes: 2 ** 20,
          waitingFrames: 16,
          refusalBytes: 1000,
        },
        answerMs: 20_000,
        lookMs: 100,
      },
      patience: { firstMs: 1, mostMs: 1, random: () => 1 },
      clock: test.given.clock,
      log,
      ...changed,
    });
    await line.start();
  }

  /** Moves the clock until something is so: what is said over a socket comes in its own time. */
  async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await isSo())) {
      await test.given.clock.advance(10);
      await test.given.settle();
    }
  }

  /** The same in long steps over an open line: the clock goes on once all is answered that was asked before. */
  async function untilLater(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await test.given.clock.advance(10_000);
      await line.tell(document(['Application', 'gcc']), { signal });
    }
  }

  it('registers the node, has it polled, and says whenever it stands otherwise', async () => {
    await start();
    await isOpened;
    await line.tell(document(['Application', 'gcc']), { signal });
    await until(async () => (await test.given.list())[0]?.cpuLoad === 0.25);
    standing = { ...standing, state: 'busy', running: 3 };
    await until(async () => (await test.given.list())[0]?.agent?.running === 3);
    expect((await test.given.list())[0]?.agent?.state).to.equal('busy');
    expect(vouched).to.deep.equal([`${test.url}/infogather`]);
  });

  it('says what its log warns of, also what came before there was a line', async () => {
    const told = notes.over(log);
    for (let times = 0; times < 25; times += 1)
      told.child({ of: 'one' }).warn(`warning ${times}`, { secret: 'x' });
    told.info('nothing to warn of');
    await start();
    await isOpened;
    await line.tell(document(['Application', 'gcc']), { signal });
    const { standings } = test.given.infogather;
    const texts = async () => {
      const [node] = (await standings.states({})).nodes;
      const said = node === undefined ? [] : (await standings.messagesOf(node.node, 'warn')).messages;
      return said.map(({ level, text }) => `${level} ${text}`);
    };
    await until(async () => (await texts()).length === 20);
    await test.given.clock.advance(1000); // of one second no more are taken
    told.error('the disk is full');
    await until(async () => (await texts()).includes('error the disk is full'));
    expect((await texts()).join()).to.not.match(/secret|nothing to warn/);
    expect((await texts()).at(-1), 'the latest of those that waited').to.equal('warn warning 5');
    expect(log.lines).to.include('warn warning 0').and.to.include('info nothing to warn of');
  });

  it('shows another JWT before the one at hand expires, and loses nothing', async () => {
    let opens = 0;
    await start({
      opened: () => {
        opens += 1;
      },
    });
    await until(() => opens === 1);
    await untilLater(() => vouched.length === 4);
    expect(opens).to.equal(1);
    expect(line.isOpen).to.equal(true);
    await line.tell(document(['Application', 'gcc']), { signal });
  });

  it('keeps to the broker that infogather trusts, and finds it again', async () => {
    let trusted = 1;
    const asked: number[] = [];
    let opens = 0;
    await start({
      vouch: async (_audience, turn) => {
        asked.push(turn % 2);
        const by = turn % 2 === trusted ? test.keys.broker : test.keys.stranger;
        return { token: test.jwt({}, by), holdsMs: lifeMs, proofKey: test.keys.infogather.publicKey };
      },
      opened: () => {
        opens += 1;
      },
    });
    await until(() => line.isOpen);
    expect(asked).to.deep.equal([0, 1]);
    await untilLater(() => asked.length === 4);
    expect(asked).to.deep.equal([0, 1, 1, 1]);
    trusted = 0;
    await untilLater(() => asked.length === 7);
    expect(asked).to.deep.equal([0, 1, 1, 1, 1, 0, 0]);
    expect([opens, line.isOpen]).to.deep.equal([1, true]);
  });

  it('goes to no infogather that has another key, or none that is known, and tells it nothing', async () => {
    await start({ proofKey: test.keys.stranger.publicKey });
    await until(() => line.reason.includes('another infogather'));
    await line.stop();
    await start({ vouch: async () => ({ token: test.jwt(), holdsMs: lifeMs, proofKey: null }) });
    await until(() => line.isRefused);
    expect(line.reason).to.contain(
      `the infogather at ${test.url} cannot prove who it is without TLS; name its key`,
    );
    expect(test.log.lines.join('\n')).to.not.include('an agent is here');
  });

  it('says once why it is not taken, and is taken once it can be', async () => {
    let by = test.keys.stranger;
    await start({
      vouch: async () => ({
        token: test.jwt({}, by),
        holdsMs: lifeMs,
        proofKey: test.keys.infogather.publicKey,
      }),
    });
    await until(() => line.isRefused);
    const refusals = () => test.log.lines.filter((text) => text.includes('an agent was refused')).length;
    await until(() => refusals() > 2);
    expect(log.lines.filter((text) => text.includes('no line to infogather; trying again'))).to.have.length(
      1,
    );
    expect(line.closedMs).to.be.above(0);
    by = test.keys.broker;
    await until(() => line.isOpen);
    expect(line.isRefused).to.equal(false);
  });

  it('throws what infogather refuses or declines, and what was not answered when it broke', async () => {
    await start();
    await isOpened;
    const declined = await line.tell(document(['Expires', '2001-01-01']), { signal }).catch((error) => error);
    expect(declined).to.include({ code: 'declined', word: 'too-late' });
    awaitOpening();
    test.given.infogather.agents.stop();
    await until(() => !line.isOpen);
    const unsaid = await line.tell(document(), { signal }).catch((error) => error);
    expect(unsaid).to.include({ code: 'unavailable' });
    await until(() => line.isOpen);
    await isOpened;
    await line.tell(document(['Application', 'gcc']), { signal });
  });
});
