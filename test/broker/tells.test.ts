import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { NodeEntry } from '../../protocol/nodes.ts';
import { decline, entryOf, givenBroker, oldEntry } from './support.ts';

const learnMs = 2_000;
const idOf = (text: string | undefined) => /^Id: (.*)$/m.exec(text ?? '')?.[1];
const seqOf = (text: string | undefined) => Number(/^Seq: (.*)$/m.exec(text ?? '')?.[1]);
const node = 'n1@193.10.66.141:7685';

function given(entries: readonly NodeEntry[]) {
  const opened = givenBroker(entries);
  const advance = async (ms: number) => {
    for (let left = ms; left > 0; left -= learnMs) {
      for (let turns = 0; turns < 12; turns += 1) await turn();
      await opened.clock.advance(Math.min(left, learnMs));
    }
    for (let turns = 0; turns < 12; turns += 1) await turn();
  };
  return { ...opened, advance };
}

describe('what a broker tells the market of its nodes', () => {
  it('is one Tell a node, and in version 0.1 what no such node offers', async () => {
    const entries = [entryOf('n1/a', { application: 'a1' }), entryOf('n1/b', { application: 'b1' })];
    const { broker, told, advance } = given([...entries, oldEntry('a1'), oldEntry('octave')]);
    await using _ = broker;
    await broker.start();
    await advance(1);
    expect(told).to.have.length(2);
    expect(told[0]).to.match(/^Application: a1, b1$/m);
    expect(told[1]).to.equal(
      'SLA-version: 0.1\nAction: Tell\nApplication: octave\nBroker-IP: 193.10.66.141:7685\n',
    );
  });

  it('is the very same text while nothing changes', async () => {
    const { broker, told, advance } = given([entryOf('n1')]);
    await using _ = broker;
    await broker.start();
    await advance(600_000 + learnMs);
    expect(told).to.have.length(2);
    expect(told[1]).to.equal(told[0]);
  });

  it('is told anew at once, with a higher Seq, when what a node is or offers has changed', async () => {
    const { broker, told, world, advance } = given([entryOf('n1')]);
    await using _ = broker;
    await broker.start();
    await advance(1);
    const says = { ...entryOf('n1').says, Cpus: '4' };
    world.entries = [entryOf('n1', { says })];
    await advance(learnMs);
    world.entries = [entryOf('n1', { says }), entryOf('n1/b', { application: 'octave', says })];
    await advance(learnMs);
    expect(told.map(idOf)).to.deep.equal([node, node, node]);
    const [first, second, third] = told.map(seqOf) as [number, number, number];
    expect(first).to.be.lessThan(second);
    expect(second).to.be.lessThan(third);
    expect(told[1]).to.match(/^Cpus: 4$/m);
    expect(told[2]).to.match(/^Application: gcc4\.0\.2, octave$/m);
  });

  it('does not follow every small change of load and disk, and follows others now and then', async () => {
    const { broker, told, world, advance } = given([entryOf('n1')]);
    await using _ = broker;
    await broker.start();
    await advance(1);
    const changed = (load: number, disk: string) => [
      entryOf('n1', { cpuLoad: load, says: { ...entryOf('n1').says, Disk: disk } }),
    ];
    world.entries = changed(0.25, '95 GiB');
    await advance(60_000);
    expect(told, 'less than the steps').to.have.length(1);
    for (let round = 0; round < 30; round += 1) {
      world.entries = changed(round % 2, '100 GiB');
      await advance(learnMs);
    }
    expect(told.length, 'once in ten seconds at most').to.be.within(6, 8);
    world.entries = changed(0.25, '95 GiB');
    await advance(60_000);
    const count = told.length;
    world.entries = changed(0.25, '80 GiB');
    await advance(20_000);
    expect(told).to.have.length(count + 1);
    expect(told.at(-1)).to.match(/^Disk: 80 GiB$/m);
  });

  it('is taken back when a node went, or is silent; a node that was just told of is not', async () => {
    const { broker, told, world, advance } = given([
      entryOf('n1'),
      entryOf('n2', { heardAgoMs: null, toldAgoMs: 100 }),
      entryOf('n3', { heardAgoMs: null, pollable: false }),
    ]);
    await using _ = broker;
    await broker.start();
    await advance(1);
    expect(told).to.have.length(3);
    const silent = { heardAgoMs: 30_001, fault: 'nothing listens there' };
    world.entries = [entryOf('n1', silent), entryOf('n2', { heardAgoMs: null })];
    await advance(learnMs);
    expect(told.slice(3)).to.deep.equal(
      ['n1', 'n2', 'n3'].map((name) => `SLA-version: 1.0\nAction: Untell\nId: ${name}@193.10.66.141:7685\n`),
    );
    world.entries = [entryOf('n1')];
    await advance(learnMs);
    expect(seqOf(told.at(-1))).to.be.greaterThan(seqOf(told[0]));
  });

  it('stays while a poll that was answered before has not come again, or failed but a moment ago', async () => {
    const { broker, told, world, advance } = given([entryOf('n1'), entryOf('n2')]);
    await using _ = broker;
    await broker.start();
    await advance(1);
    world.entries = [
      entryOf('n1', { heardAgoMs: 300_000 }),
      entryOf('n2', { heardAgoMs: 29_000, fault: 'nothing listens there' }),
    ];
    await advance(10 * learnMs);
    expect(told).to.have.length(2);
  });

  it('is taken back when the market can be reached again, and let be where the market knows it no more', async () => {
    const { broker, told, world, advance } = given([entryOf('n1')]);
    await using _ = broker;
    await broker.start();
    await advance(1);
    world.entries = [];
    world.refuses = () => {
      throw new Error('the market cannot be reached');
    };
    await advance(3 * learnMs);
    expect(told).to.have.length(1);
    world.refuses = undefined;
    await advance(3 * learnMs);
    expect(told).to.have.length(2);
    world.entries = [entryOf('n1')];
    await advance(learnMs);
    world.entries = [];
    world.refuses = () => decline('not-found you have no live Tell of this Id here');
    await advance(learnMs);
    world.refuses = undefined;
    await advance(3 * learnMs);
    expect(told).to.have.length(3);
  });

  it('is told anew where the market knows a higher Seq, from before the clock was set back', async () => {
    const { broker, told, world, advance } = given([entryOf('n1')]);
    await using _ = broker;
    let isThere = true;
    world.refuses = ({ action }) => {
      if (action === 'Untell') isThere = false;
      else if (isThere) decline('stale another text of this Id is told with Seq 9; say a higher one');
    };
    await broker.start();
    await advance(1);
    expect(told.map((text) => /^Action: (.*)$/m.exec(text)?.[1])).to.deep.equal(['Untell', 'Tell']);
    await advance(learnMs);
    expect(told).to.have.length(2);
  });

  it('is told of all others where one node says what no document can hold', async () => {
    const says = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`X${index}`, 'y']));
    const { broker, told, advance } = given([entryOf('n1', { says }), entryOf('n2')]);
    await using _ = broker;
    await broker.start();
    await advance(1);
    expect(told.map(idOf)).to.deep.equal(['n2@193.10.66.141:7685']);
  });
});
