import { expect } from 'chai';
import type { Opening } from '../../../fabric-agent/hours/opening.ts';
import { eventually } from '../support.ts';
import { TestNode } from './node.ts';

/** Hours that a test begins and ends. */
class GivenOpening implements Opening {
  closedUntil: number | undefined;
  endsBy: number | undefined;
  stops = false;
  readonly #listeners = new Set<() => void>();

  get unwilling(): string | undefined {
    return this.closedUntil === undefined ? undefined : 'this node is closed until tonight';
  }

  onChange(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  become(state: { closedUntil?: number; endsBy?: number }): void {
    this.closedUntil = state.closedUntil;
    this.endsBy = state.endsBy;
    for (const changed of this.#listeners) changed();
  }
}

const tonight = Date.parse('2026-11-23T20:00:00Z');

describe('a node with hours', () => {
  let node: TestNode;
  let opening: GivenOpening;

  const start = async (options: { stops?: boolean; obliging?: false } = {}) => {
    opening = new GivenOpening();
    opening.stops = options.stops ?? false;
    const obliging = options.obliging === undefined ? {} : { obliging: options.obliging };
    node = await TestNode.start({
      opening,
      ...obliging,
      rules: { capacity: { cpus: 1, memoryBytes: 1e9, tasks: 1 } },
    });
  };
  const lastFacts = () => node.said.findLast(({ type }) => type === 'facts');
  const running = () => eventually(() => expect(node.machine.begun).to.have.length(1));
  afterEach(() => node[Symbol.asyncDispose]());

  it('lets what runs finish when it closes, and gives back what has not begun', async () => {
    await start();
    node.assign('j.1', ['last', '300']);
    await running();
    node.assign('j.2', ['exit', '0']);
    opening.become({ closedUntil: tonight });
    const { code, reason, elsewhere } = await node.said1('refuse', 'j.2');
    expect({ code, reason, elsewhere }).to.deep.equal({
      code: 'draining',
      reason: 'this node is closed until tonight',
      elsewhere: true,
    });
    const told = node.said.map(({ type }) => type);
    expect(told.indexOf('facts'), 'brokers hear of it first').to.be.below(told.indexOf('refuse'));
    expect(lastFacts()).to.deep.include({ draining: true, closedUntilMs: tonight });
    expect((await node.said1('ended', 'j.1')).exit).to.deep.include({ kind: 'exited', code: 0 });
  });

  it('takes nothing while it is closed, and takes work again when it opens', async () => {
    await start();
    opening.become({ closedUntil: tonight });
    node.assign('j.1', ['exit', '0']);
    expect(await node.said1('refuse', 'j.1')).to.include({ code: 'draining' });
    opening.become({});
    expect(lastFacts()).to.deep.include({ draining: false }).and.not.have.property('closedUntilMs');
    node.assign('j.2', ['exit', '0']);
    await node.said1('ended', 'j.2');
  });

  it('ends what runs where its owner has it stop, and says that the node closed', async () => {
    await start({ stops: true });
    node.assign('j.1', ['last', '60000']);
    await running();
    opening.become({ closedUntil: tonight });
    const { exit, fault } = await node.said1('ended', 'j.1');
    expect({ kind: exit.kind, fault }).to.deep.equal({
      kind: 'evicted',
      fault: 'this node is closed until tonight',
    });
  });

  it('takes no task whose time would pass closing, where it stops then', async () => {
    await start({ stops: true });
    opening.become({ endsBy: Date.now() + 600_000 });
    expect(lastFacts()).to.have.property('closesInMs').that.is.within(500_000, 600_000);
    node.assign('j.1', ['exit', '0'], { timeLimitMs: 3_600_000 });
    expect(await node.said1('refuse', 'j.1')).to.include({ code: 'busy', elsewhere: true });
    node.assign('j.2', ['exit', '0'], { timeLimitMs: 300_000 });
    await node.said1('ended', 'j.2');
  });

  it('begins nothing that it is let begin when it has closed meanwhile, and it runs elsewhere', async () => {
    await start({ obliging: false });
    node.assign('j.1', ['exit', '0']);
    await node.said1('may-start', 'j.1');
    opening.become({ closedUntil: tonight });
    node.tell({ type: 'start', task: 'j.1', attempt: 1, latestStartMs: 30_000, leaseMs: null });
    expect((await node.said1('ended', 'j.1')).exit.kind).to.equal('too-late');
    // Said again, as after a line that was cut, it changes nothing.
    node.tell({ type: 'start', task: 'j.1', attempt: 1, latestStartMs: 30_000, leaseMs: null });
    expect(node.machine.begun).to.deep.equal([]);
  });

  it('that was killed, and starts when it is closed, gives back what had not begun and stops what runs', async () => {
    await start({ stops: true });
    node.assign('j.1', ['last', '60000']);
    await running();
    node.assign('j.2', ['exit', '0']);
    await node.crash(() => opening.become({ closedUntil: tonight }));
    expect((await node.said1('ended', 'j.1')).exit.kind).to.equal('evicted');
    expect(node.begun('j.1')).to.equal(1);
    expect(node.begun('j.2')).to.equal(0);
  });
});
