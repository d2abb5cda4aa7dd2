import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { changeOfLeft, type Left, leftOf, saysLeft } from '../../broker/left.ts';
import type { NodeState } from '../../protocol/agent/gathering.ts';
import { anyDocumentOf, givenMarket, somebody } from '../market/support.ts';
import { Reader } from '../market/watching.ts';
import { entryOf, givenBroker } from './support.ts';

const learnMs = 2_000;
const gibibyte = 2 ** 30;

/** What the agent of a node with 8 cpus says that runs so many tasks of one cpu. */
const agent = (running: number, more: Partial<NodeState> = {}): NodeState => ({
  state: running < 8 ? 'ready' : 'busy',
  ...{ running, held: 0, load: 0 },
  free: {
    tasks: 8 - running,
    cpus: 8 - running,
    memoryBytes: (16 - 2 * running) * gibibyte,
    diskBytes: null,
  },
  ...more,
});

function given(running: number) {
  const opened = givenBroker([entryOf('n1', { agent: agent(running) })]);
  const advance = async (ms: number) => {
    for (let left = ms; left > 0; left -= learnMs) {
      for (let turns = 0; turns < 12; turns += 1) await turn();
      await opened.clock.advance(Math.min(left, learnMs));
    }
    for (let turns = 0; turns < 12; turns += 1) await turn();
  };
  const runs = (count: number, more?: Partial<NodeState>) => {
    opened.world.entries = [entryOf('n1', { agent: agent(count, more) })];
  };
  return { ...opened, advance, runs };
}

const said = (text: string | undefined, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(text ?? '')?.[1];

describe('what is left of a node', () => {
  it('is told in place of what it has, once something of it is taken', async () => {
    const { broker, told, advance, runs } = given(0);
    await using _ = broker;
    await broker.start();
    await advance(1);
    expect(told[0])
      .to.match(/^Cpus: 8\nMemory: 16 GiB\n/m)
      .and.to.not.match(/^Slots:/m);
    runs(3);
    await advance(learnMs);
    expect(told).to.have.length(2);
    expect([said(told[1], 'Cpus'), said(told[1], 'Memory')]).to.deep.equal(['5', '10240 MiB']);
    runs(8);
    await advance(learnMs);
    expect(said(told[2], 'Slots')).to.equal('0');
    runs(2, { state: 'draining' });
    await advance(learnMs);
    runs(0, { startDelayMs: 90_000 });
    await advance(learnMs);
    expect(told.map((text) => said(text, 'Slots'))).to.deep.equal([undefined, undefined, '0', undefined]);
    expect(said(told[3], 'Start-Delay')).to.equal('90 s');
  });

  it('is told within a round, and at most once a second, however it flaps', async () => {
    const { broker, told, advance, runs } = given(0);
    await using _ = broker;
    await broker.start();
    await advance(1);
    for (let round = 0; round < 10; round += 1) {
      runs(round % 2 === 0 ? 8 : 0);
      await advance(learnMs);
    }
    expect(told).to.have.length(11);
  });

  it('is not told of where that could matter to nobody for now', async () => {
    const { broker, told, advance } = given(0);
    await using _ = broker;
    await broker.start();
    await advance(20_000);
    expect(told).to.have.length(1);
  });

  it('has a node that is sold out vanish from the Watches of a market, and come back', async () => {
    const { broker, told, advance, runs } = given(0);
    await using _ = broker;
    await using market = await givenMarket();
    const reader = new Reader();
    await broker.start();
    await advance(1);
    let passed = 0;
    const tellAll = async () => {
      for (; passed < told.length; passed += 1)
        await market.market.receive(anyDocumentOf(told[passed]!), somebody, told[passed]!);
    };
    await tellAll();
    const watch = 'SLA-version: 1.0\nAction: Watch\nId: w\nApplication: == gcc4.0.2\nCpus: >= 1\n';
    await market.market.receive(anyDocumentOf(watch), somebody, watch, reader);
    runs(8);
    await advance(learnMs);
    await tellAll();
    runs(6);
    await advance(learnMs);
    await tellAll();
    const came = await reader.until(2);
    expect(came.map((text) => said(text, 'Event'))).to.deep.equal(['gone', 'matched']);
    expect(said(came[1], 'Cpus')).to.equal('2');
  });

  it('is no amount that the node has not said it has, and changes nothing where all of it is left', () => {
    const says = [
      { name: 'Cpus', value: '8' },
      { name: 'Memory', value: '16 GiB' },
      { name: 'Their.Cpus', value: '<= 4' },
    ];
    const amounts = fc.record({
      cpus: fc.double({ min: 0, max: 64, noNaN: true }),
      memoryBytes: fc.nat(),
      tasks: fc.nat(9),
    });
    fc.assert(
      fc.property(amounts, fc.nat(9), (free, running) => {
        const left = leftOf(agent(0, { running, free: { ...free, diskBytes: null } }));
        const all = saysLeft(says, left);
        const cpus = Number(all.find(({ name }) => name === 'Cpus')?.value);
        expect(cpus)
          .to.be.at.most(Math.max(free.cpus, left.isWhole ? 8 : 0))
          .and.at.most(8);
        expect(all).to.deep.include(says[2]);
        if (left.isWhole) expect(all).to.deep.equal(says);
      }),
    );
  });

  it('has changed greatly when it is sold out or is no more, and by its step of what there is', () => {
    const says = [{ name: 'Cpus', value: '8' }];
    const at = (cpus: number, more: Partial<Left> = {}): Left => ({
      ...{ isSoldOut: false, isWhole: false, cpus, memoryBytes: 0, startDelayMs: undefined },
      ...{ slots: undefined, waiting: undefined },
      ...more,
    });
    const change = (now: Left | undefined, told: Left | undefined) =>
      changeOfLeft(now, told, says, { leftStep: 10 });
    expect(change(at(4), at(4))).to.equal('none');
    expect(change(at(4), at(4.5))).to.equal('small');
    expect(change(at(4), at(5))).to.equal('great');
    expect(change(at(0, { isSoldOut: true }), at(0.1))).to.equal('great');
    expect(change(at(4, { startDelayMs: 5 }), at(4))).to.equal('small');
    expect(change(at(4, { slots: 99 }), at(4, { slots: 100 }))).to.equal('small');
    expect(change(at(4, { slots: 90 }), at(4, { slots: 100 }))).to.equal('great');
    expect(change(at(4, { waiting: 1 }), at(4, { waiting: 7 }))).to.equal('small');
    expect(change(undefined, at(4))).to.equal('small');
    expect(change(undefined, at(8, { isWhole: true }))).to.equal('none');
  });
});
