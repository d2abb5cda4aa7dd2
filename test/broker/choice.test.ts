import { expect } from 'chai';
import fc from 'fast-check';
import { chooseNode } from '../../broker/choice.ts';
import type { NodeEntry } from '../../protocol/nodes.ts';

const freshMs = 30_000;

function node(host: string, known: Partial<NodeEntry> = {}): NodeEntry {
  return {
    application: 'gcc4.0.2',
    host,
    poll: '193.10.66.20:8484',
    pollable: true,
    cpuLoad: 0.5,
    date: 1,
    toldAgoMs: 60_000,
    heardAgoMs: 1_000,
    fault: null,
    id: null,
    says: null,
    transport: null,
    agent: null,
    agentKey: null,
    ...known,
  };
}

const stale = { heardAgoMs: freshMs + 1 };
const never = { heardAgoMs: null };
const unpollable = { ...never, pollable: false };

const table: [what: string, nodes: NodeEntry[], chosen: string | undefined][] = [
  ['no node', [], undefined],
  ['a fresh node', [node('a')], 'a'],
  ['a fresh node, however busy', [node('a', { cpuLoad: 99 }), node('b', unpollable)], 'a'],
  ['the least loaded of the fresh ones', [node('a', { cpuLoad: 0.2 }), node('b', { cpuLoad: 0.1 })], 'b'],
  ['the first of equals', [node('a'), node('b')], 'a'],
  ['a fresh one before an idle one that is stale', [node('a', { ...stale, cpuLoad: 0 }), node('b')], 'b'],
  ['one whose answer is as old as may be', [node('a', { heardAgoMs: freshMs })], 'a'],
  ['a known load before an unknown one', [node('a', { cpuLoad: null }), node('b', { cpuLoad: 99 })], 'b'],
  ['one of unknown load, where there is no other', [node('a', { cpuLoad: null })], 'a'],
  ['one that may not be polled, where none is fresh', [node('a', stale), node('b', unpollable)], 'b'],
  [
    'the first that may not be polled, loaded as it may be',
    [node('a', unpollable), node('b', unpollable)],
    'a',
  ],
  ['nobody, where all that may be polled are silent', [node('a', stale), node('b', never)], undefined],
  ['a fresh one, though its last poll was at fault', [node('a', { fault: 'a lie' })], 'a'],
];

const nodes = fc.array(
  fc.record({
    cpuLoad: fc.option(fc.double({ min: 0, max: 4, noNaN: true })),
    heardAgoMs: fc.option(fc.integer({ min: 0, max: 2 * freshMs })),
    pollable: fc.boolean(),
  }),
  { maxLength: 8 },
);

describe('the choice of a node', () => {
  for (const [what, among, chosen] of table) {
    it(`is ${what}`, () => {
      expect(chooseNode(among, freshMs)?.host).to.equal(chosen);
    });
  }

  it('is one of those that are offered, and none only where all may be polled and are silent', () => {
    fc.assert(
      fc.property(nodes, (drawn) => {
        const all = drawn.map((known, index) => node(String(index), known));
        const chosen = chooseNode(all, freshMs);
        const fresh = all.filter(({ heardAgoMs }) => heardAgoMs !== null && heardAgoMs <= freshMs);
        if (chosen === undefined) {
          expect(fresh).to.deep.equal([]);
          expect(all.every(({ pollable }) => pollable)).to.equal(true);
          return;
        }
        expect(all).to.include(chosen);
        if (fresh.length === 0) expect(chosen.pollable).to.equal(false);
        else {
          expect(fresh).to.include(chosen);
          const least = Math.min(...fresh.map(({ cpuLoad }) => cpuLoad ?? Infinity));
          expect(chosen.cpuLoad ?? Infinity).to.equal(least);
        }
      }),
    );
  });

  it('is as loaded whatever the order of the nodes', () => {
    fc.assert(
      fc.property(nodes, (drawn) => {
        const all = drawn.map((known, index) => node(String(index), known));
        const [one, other] = [chooseNode(all, freshMs), chooseNode(all.toReversed(), freshMs)];
        expect(one === undefined).to.equal(other === undefined);
        if (one !== undefined && one.heardAgoMs !== null && one.heardAgoMs <= freshMs)
          expect(one.cpuLoad).to.equal(other?.cpuLoad);
      }),
    );
  });
});
