import { expect } from 'chai';
import type { Left } from '../../broker/left.ts';
import { saysLeft } from '../../broker/left.ts';
import { type Lent, lentNodes } from '../../broker/lent.ts';
import type { Node } from '../../broker/node.ts';
import { nodeTell } from '../../broker/node-tell.ts';

const free: Left = {
  ...{ isSoldOut: false, isWhole: true, cpus: 64, memoryBytes: 1024, startDelayMs: 0, slots: 20, waiting: 3 },
};
const node = (name: string, left: Partial<Left> = {}): Node => ({
  ...{ name, agentKey: `key of ${name}`, serves: [], says: [], saysText: '', load: 0, disk: undefined },
  left: { ...free, ...left },
});
const lent = (more: Partial<Lent> = {}): Lent => ({
  ...{ resource: 'pool', queue: 'slurm lab main', tasks: 20, cpus: 64, memoryBytes: 1024, isWhole: true },
  ...more,
});
const by = (all: Readonly<Record<string, Lent>>) => (key: string) => all[key.replace('key of ', '')];

describe('nodes whose agents are enrolled at a broker', () => {
  it('are no more there than they lend it, and sold out where that is taken', () => {
    const [one] = lentNodes([node('a')], by({ a: lent({ tasks: 5, cpus: 16, memoryBytes: 512 }) }));
    expect(one?.left).to.include({ slots: 5, cpus: 16, memoryBytes: 512, isWhole: false, isSoldOut: false });
    const [none] = lentNodes([node('a')], by({ a: lent({ tasks: 0 }) }));
    expect(none?.left).to.include({ slots: 0, isSoldOut: true });
    const [local] = lentNodes(
      [node('a', { slots: undefined })],
      by({ a: lent({ queue: undefined, cpus: 0 }) }),
    );
    expect(local?.left).to.include({ slots: undefined, isSoldOut: true });
  });

  it('are what they say where no agent of this broker has them, or its agent says nothing', () => {
    const strange = node('a');
    const silent = { ...node('b'), left: undefined };
    expect(lentNodes([strange, silent], by({ b: lent() }))).to.deep.equal([strange, silent]);
  });

  it('are one where they are agents of one resource with one queue, all parts of the first that takes tasks', () => {
    const nodes = [node('b'), node('a'), { ...node('a'), name: 'a+1' }, node('c')];
    const all = { a: lent(), b: lent(), c: lent() };
    const names = (given: readonly Node[], known: Readonly<Record<string, Lent>>) =>
      lentNodes(given, by(known)).map(({ name }) => name);
    expect(names(nodes, all)).to.deep.equal(['a', 'a+1']);
    const drained = nodes.map((one) =>
      one.name.startsWith('a') ? { ...one, left: { ...free, isSoldOut: true } } : one,
    );
    expect(names(drained, all)).to.deep.equal(['b']);
    expect(names(nodes, { ...all, b: lent({ resource: 'other' }) })).to.deep.equal(['b', 'a', 'a+1']);
    expect(names(nodes, { ...all, c: lent({ queue: 'slurm lab long' }) })).to.deep.equal(['a', 'a+1', 'c']);
    expect(names(nodes, { ...all, c: lent({ queue: undefined }) })).to.deep.equal(['a', 'a+1', 'c']);
  });
});

describe('the Tell of a node that is lent', () => {
  const understood = (keepsTime: boolean, ...says: readonly string[]) => {
    const own = says.map((value) => ({ name: 'Understands', value }));
    const [one] = lentNodes([{ ...node('a'), says: own }], by({ a: lent({ keepsTime }) }));
    return nodeTell(one!, '127.0.0.1:7685').headers.flatMap(({ name, value }) =>
      name === 'Understands' ? value : [],
    );
  };

  it('says that it understands time where the broker can promise that of it, and only there', () => {
    expect(understood(true)).to.deep.equal(['time']);
    expect(understood(true, 'Guarantee')).to.deep.equal(['Guarantee, time']);
    expect(understood(false)).to.deep.equal([]);
    expect(understood(false, 'Guarantee')).to.deep.equal(['Guarantee']);
  });
});

describe('what is left of a queue', () => {
  const says = [{ name: 'Cpus', value: '64' }];
  const headers = (left: Left) => saysLeft(says, left).map(({ name, value }) => `${name}: ${value}`);

  it('is what its owner lets wait there yet, with who waits and how long', () => {
    expect(headers(free)).to.deep.equal(['Cpus: 64', 'Slots: 20', 'Queue-Length: 3', 'Start-Delay: 0 s']);
    expect(headers({ ...free, startDelayMs: 90_000, slots: 1 })).to.include.members([
      'Slots: 1',
      'Start-Delay: 90 s',
    ]);
  });

  it('is nothing once that is taken', () => {
    expect(headers({ ...free, isSoldOut: true })).to.include('Slots: 0');
  });
});
