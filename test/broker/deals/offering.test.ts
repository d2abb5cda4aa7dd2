import { expect } from 'chai';
import { offering } from '../../../broker/deals/offering.ts';
import { DealShelf } from '../../../broker/deals/shelf.ts';
import { Node } from '../../../broker/jobs/agent-node.ts';
import { brokerSettings } from '../../../broker/settings.ts';
import { strategiesOf } from '../../../broker/strategies/strategies.ts';
import { finish } from '../../../grammar/index.ts';
import { facts } from '../given-work.ts';
import { documentOf } from './trade.ts';

/** Nodes: more than are looked at in one slice. */
const many = 80;

/** A shelf of nodes that are all of another kind, and what puts others in their place. */
function givenShelf() {
  let nodes: Node[] = [];
  const shelf = new DealShelf({
    nodes: () => nodes,
    mayUse: () => true,
    pricing: strategiesOf(brokerSettings.parse({})).pricing,
    runs: () => true,
  });
  const stand = (name?: string, ...requires: string[]) => {
    nodes = Array.from({ length: name === undefined ? 0 : many }, (_, index) => {
      const node = new Node({ resource: `${name}-${index}`, owner: 'local' }, { send() {} });
      const says = { Application: ['echo'], Region: `r-${index}`, Requires: requires };
      node.facts = { ...facts, says, powers: { ...facts.powers, isolates: true } };
      node.isKnown = true;
      return node;
    });
    finish(shelf.refresh());
  };
  stand('open');
  return { shelf, stand };
}

describe('what is offered for an Ask', () => {
  it('is of nodes that match, whichever come in the place of others while it is looked for', () => {
    const ask = documentOf(
      ['SLA-version: 1.0', 'Action: Ask', 'Id: ask-1', 'Application: echo', 'Tasks: 20'].join('\n'),
    );
    let [mostOffered, isOver] = [0, false];
    for (let steps = 0; !isOver; steps += 1) {
      const { shelf, stand } = givenShelf();
      const looking = offering(ask, 'local', shelf);
      for (let step = 0; step < steps && !isOver; step += 1) isOver = looking.next().done === true;
      if (isOver) break;
      stand();
      stand('shut', 'their.Tasks < 10');
      const names = finish(looking).choices.flatMap(({ nodes }) => [...nodes]);
      expect(
        names.filter((name) => !name.startsWith('open')),
        `after ${steps} slices`,
      ).to.deep.equal([]);
      mostOffered = Math.max(mostOffered, names.length);
    }
    expect(mostOffered).to.equal(many);
  });
});
